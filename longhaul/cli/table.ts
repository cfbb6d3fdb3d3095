import Table from 'cli-table3';
import stringWidth from 'string-width';
import { paint, terminalWidth } from './terminal.ts';

export interface Column<Row> {
  head: string;
  /** May hold colours. */
  cell(row: Row): string;
  align?: 'left' | 'right';
  /** The column may become as narrow as this when the terminal is; without it, it keeps the width that it needs. */
  least?: number;
  /** What does not fit goes on in the next line. Without it, it is cut off with `…`. */
  wrap?: boolean;
  /** May be left out on a narrow terminal, those with the highest number first. */
  optional?: number;
}

const GAP = 2;

/** What cli-table3 draws around cells: nothing; and two spaces between them. */
const NO_LINES = {
  ...Object.fromEntries(
    ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
      .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'])
      .map((line) => [line, '']),
  ),
  middle: ' '.repeat(GAP),
};

/**
 * Rows as aligned columns under their heads. On a terminal no line is longer than it is wide; piped, every cell is whole and on one line.
 *
 * @param width - of the terminal, in columns; undefined for no limit
 */
export function table<Row>(columns: Column<Row>[], rows: Row[], width = terminalWidth()): string {
  const filled = columns.filter(({ cell }) => rows.some((row) => cell(row) !== ''));
  const measured = filled.map((column) => ({
    column,
    natural: Math.max(stringWidth(column.head), ...rows.map((row) => stringWidth(column.cell(row)))),
  }));
  const fitted =
    width === undefined ? measured.map((one) => ({ ...one, width: one.natural })) : squeeze(measured, width);
  const drawn = new Table({
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colWidths: fitted.map((one) => one.width),
    colAligns: fitted.map(({ column }) => column.align ?? 'left'),
  });
  drawn.push(fitted.map(({ column }) => ({ content: paint('bold', column.head) })));
  for (const row of rows) {
    drawn.push(fitted.map(({ column }) => ({ content: column.cell(row), wordWrap: column.wrap === true })));
  }
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

interface Measured<Row> {
  column: Column<Row>;
  natural: number;
}

/** Takes from the widest columns that may give, then leaves optional columns out, until the line fits. */
function squeeze<Row>(columns: Measured<Row>[], width: number): (Measured<Row> & { width: number })[] {
  const fitted = columns.map((one) => ({ ...one, width: one.natural }));
  const least = ({ column, natural }: Measured<Row>) => Math.min(natural, column.least ?? natural);
  const excess = () => fitted.reduce((sum, one) => sum + one.width, 0) + GAP * Math.max(0, fitted.length - 1) - width;
  while (excess() > 0) {
    const widest = fitted.filter((one) => one.width > least(one)).sort((a, b) => b.width - a.width)[0];
    if (widest) widest.width -= 1;
    else break;
  }
  if (excess() <= 0) return fitted;
  const dispensable = columns
    .filter(({ column }) => column.optional !== undefined)
    .sort((a, b) => b.column.optional! - a.column.optional!)[0];
  if (dispensable) {
    return squeeze(
      columns.filter((one) => one !== dispensable),
      width,
    );
  }
  // Narrower than anything can be shown in: the last column gives what it has.
  const last = fitted.at(-1);
  if (last) last.width = Math.max(1, last.width - excess());
  return fitted;
}
