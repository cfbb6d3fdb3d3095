import { parse } from 'csv-parse/sync';
import type { Decimal } from '../profile/cell.ts';
import { CellReader, trimmed } from '../profile/cell.ts';

export const DELIMITERS = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** How this object writes a table, found out from its first records. */
export interface Dialect {
  delimiter: Delimiter;
  decimal: Decimal;
  /** Whether the first record names the columns. */
  header: boolean;
}

const SAMPLE = 200;

/** `head` is the beginning of the object, after a BOM, up to a line end. The first of the returned records is the object's first. */
export function detectDialect(head: Buffer): { dialect: Dialect; first: string[] } {
  let best: { delimiter: Delimiter; records: string[][]; score: number } | undefined;
  for (const delimiter of DELIMITERS) {
    const records = sample(head, delimiter);
    const score = agreement(records);
    if (best === undefined || score > best.score) best = { delimiter, records, score };
  }
  const { delimiter, records } = best!;
  const decimal = detectDecimal(records, delimiter);
  const first = records[0] ?? [];
  return { dialect: { delimiter, decimal, header: isHeader(first, decimal) }, first };
}

/** The first records, read leniently: a quote in the wrong place must not hide the delimiter. */
function sample(head: Buffer, delimiter: Delimiter): string[][] {
  const records: string[][] = [];
  try {
    parse(head, {
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      to: SAMPLE,
      on_record: (fields: string[]) => {
        records.push(fields);
        return null;
      },
    });
  } catch {
    // The head may end inside a quoted field: what was read until then is the sample.
  }
  return records;
}

/**
 * How well a delimiter explains the sample: the share of records with as many fields as the first, if that has several. More fields
 * break a tie (`a,b;c,d` in every line). Below one half a delimiter is chance.
 */
function agreement(records: string[][]): number {
  const fields = records[0]?.length ?? 0;
  if (fields < 2) return 0;
  const share = records.filter((record) => record.length === fields).length / records.length;
  return share < 0.5 ? 0 : share + Math.min(fields, 1000) / 1_000_000;
}

/** Where the comma does not separate fields it may separate decimals: it does when more cells look like `1.234,5` than like `1234.5`. */
function detectDecimal(records: string[][], delimiter: Delimiter): Decimal {
  if (delimiter === ',') return '.';
  const cells = records.flat();
  const commas = cells.filter((cell) => /^\s*[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+\s*$/.test(cell)).length;
  const points = cells.filter((cell) => /^\s*[+-]?\d*\.\d+\s*$/.test(cell)).length;
  return commas > points ? ',' : '.';
}

/**
 * The first record is a header when each of its filled cells is text (years, 1900 to 2100, may name columns too) and at least one
 * is; any other number, date or boolean makes it data.
 */
function isHeader(first: string[], decimal: Decimal): boolean {
  const reader = new CellReader(decimal);
  let texts = 0;
  for (const cell of first) {
    const text = trimmed(cell);
    if (text === '') continue;
    reader.read(text);
    if (reader.kind === 'text') texts++;
    else if (!(reader.kind === 'integer' && reader.value >= 1900 && reader.value <= 2100)) return false;
  }
  return texts > 0;
}
