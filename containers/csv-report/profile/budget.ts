import type { DigestSize } from '../sketches/t-digest.ts';

/**
 * How much is kept of each column. A table's budget is shared by its columns, so that the state of a wide table is not larger than
 * that of a narrow one, and a narrow one is counted more exactly. It depends on the number of columns alone.
 */
export interface Budget {
  /** Different values counted exactly; with one more, the column is estimated from then on. */
  exactValues: number;
  /** UTF-16 code units that those values may have together. */
  exactText: number;
  /** HyperLogLog: 2^precision registers, a standard error of 1.04 / √(2^precision). */
  precision: number;
  /** Counters for the frequent values of an estimated column: counts are at most rows / (counters + 1) too low. */
  counters: number;
  /** For the quantiles of an estimated column. */
  digest: DigestSize;
}

export const MAX_COLUMNS = 2000;

/**
 * | columns | counted exactly | distinct values, standard error | frequent values, error | quantiles, clusters |
 * | --- | --- | --- | --- | --- |
 * | 10 | 10,000 values | 0.8 % | rows / 2,049 | 200 |
 * | 100 | 1,000 values | 1.2 % | rows / 257 | 200 |
 * | 1,000 | 100 values | 3.3 % | rows / 33 | 50 |
 *
 * The whole state as JSON, measured with every column at its limit: 0.8 MB for 14 columns, 2.3 MB for 100, 8 MB for 2,000.
 */
export function budgetFor(columns: number): Budget {
  const exactValues = clamp(100_000 / columns, 50, 10_000);
  return {
    exactValues,
    exactText: 24 * exactValues,
    precision: columns <= 30 ? 14 : columns <= 100 ? 13 : 10,
    counters: clamp(25_600 / columns, 32, 2048),
    digest: columns <= 100 ? { compression: 200, batch: 512 } : { compression: 50, batch: 128 },
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, Math.floor(value)));
}
