import type { Delimiter } from '../csv/dialect.ts';
import type { Decimal, Kind } from './cell.ts';
import type { ColumnType } from './column-type.ts';
import type { Histogram } from './histogram.ts';
import type { MalformedRecord } from './table.ts';

/**
 * `result.json`: what is known of a CSV object. It depends on the object's bytes and nothing else: neither on the time, nor on
 * attempts or interruptions. Numbers are exact unless an `exact: false` beside them says otherwise.
 */
export interface CsvReport {
  /** `size` in bytes. */
  object: { bucket: string; key: string; versionId?: string; eTag: string; size: number };
  format: { encoding: 'UTF-8'; byteOrderMark: boolean; delimiter: Delimiter; decimal: Decimal; header: boolean };
  /** Records with a field for every column; only these are in the columns' numbers. */
  rows: number;
  malformed: {
    total: number;
    /** Too few or too many fields. */
    fields: number;
    /** A quote where none may be, or one that is never closed. */
    quotes: number;
    /** The first 100 of them, in the order of the file. */
    first: MalformedRecord[];
  };
  columns: ColumnReport[];
}

export interface ColumnReport {
  /** Unique in the table. */
  name: string;
  type: ColumnType;
  /** Cells with something in them, and cells with nothing or only white space: together `rows`. */
  filled: number;
  empty: number;
  /** Filled cells of each kind. */
  kinds: Partial<Record<Kind, number>>;
  /** Different filled cells (as text, without surrounding white space). `standardError` is relative: 0.0115 is 1.15 %. */
  distinct: { count: number; exact: true } | { count: number; exact: false; standardError: number };
  /**
   * The most frequent cells, at most ten, most frequent first. When not exact, a true count is between `count` and `count + error`, and only
   * values are listed that are certain to be more frequent than any that is not kept: a column of rare values lists none.
   */
  frequent: { values: { value: string; count: number }[]; exact: boolean; error: number };
  /** Of an `integer` or `number` column, and of the numbers in a `mixed` one that are most of it. */
  numbers?: NumberStatistics;
  /** Of a `date` or `datetime` column, and of the dates in a `mixed` one that are most of it. */
  times?: TimeStatistics;
  /** Characters (Unicode code points) of the shortest and the longest cell: of `text` and `mixed` columns. */
  length?: { min: number; max: number };
}

export type Quantiles<Value> = Record<'p1' | 'p5' | 'p25' | 'p50' | 'p75' | 'p95' | 'p99', Value>;

export interface NumberStatistics {
  /** The cells that are numbers: all filled ones unless the column is `mixed`. */
  count: number;
  min: number;
  max: number;
  mean: number;
  /** Of the sample (n − 1); null for a single value. */
  standardDeviation: number | null;
  /** Not exact: estimated by a t-digest; the rank is off by less than 1 % of the rows (4 % with over 100 columns), less at the ends. */
  quantiles: Quantiles<number> & { exact: boolean };
  histogram: Histogram;
}

/** Times are ISO 8601 in UTC: `2026-12-24` where all are dates, else `2026-12-24T08:00:00`. */
export interface TimeStatistics {
  count: number;
  min: string;
  max: string;
  mean: string;
  quantiles: Quantiles<string> & { exact: boolean };
  histogram: Histogram<string>;
}
