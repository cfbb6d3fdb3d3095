import Table from 'cli-table3';
import type { ColumnReport, CsvReport } from '../containers/csv-report/profile/result.ts';

/** What cli-table3 draws around and between cells: nothing of it. */
const NO_LINES = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'])
    .map((line) => [line, '']),
);

/** A report in as many lines and columns as a terminal of 80 by 24 shows at once. */
export function summary({ rows, malformed, columns }: CsvReport): string[] {
  const table = new Table({
    head: ['column', 'type', 'empty', 'distinct', 'range, or most frequent'],
    colWidths: [23, 9, 7, 10, 28],
    chars: NO_LINES,
    style: { head: process.stdout.isTTY ? ['bold'] : [], border: [], 'padding-left': 0 },
  });
  for (const column of columns) {
    table.push([column.name, column.type, column.empty, distinct(column), typical(column)]);
  }
  return [
    `${rows.toLocaleString('en')} rows, ${columns.length} columns, ${malformed.total} malformed records`,
    ...table.toString().split('\n'),
  ];
}

function distinct({ distinct }: ColumnReport): string {
  return `${distinct.exact ? '' : '≈ '}${distinct.count}`;
}

function typical({ numbers, times, frequent }: ColumnReport): string {
  if (numbers) return `${numbers.min} … ${numbers.max}, mean ${Number(numbers.mean.toPrecision(4))}`;
  if (times) return `${times.min} … ${times.max}`;
  const first = frequent.values[0];
  return first ? `${first.value.slice(0, 30)} (${first.count})` : '';
}
