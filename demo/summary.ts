import Table from 'cli-table3';
import type { ColumnReport, CsvReport } from '../containers/csv-report/profile/result.ts';

/** A report in as many lines as a terminal shows at once. */
export function summary({ rows, malformed, columns }: CsvReport): string[] {
  const table = new Table({
    head: ['column', 'type', 'empty', 'distinct', 'range, or most frequent'],
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    style: { head: [], border: [] },
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
