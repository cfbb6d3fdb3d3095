import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { naive } from './naive.ts';
import { column, profile } from './profile.ts';

function load(name: string) {
  const bytes = readFileSync(new URL(`../../node_modules/vega-datasets/data/${name}`, import.meta.url));
  const [header, ...rows] = parse(bytes) as string[][];
  return { bytes, rows, cells: (name: string) => naive(rows.map((row) => row[header!.indexOf(name)]!)) };
}

describe('birdstrikes.csv, ten thousand rows', () => {
  const { bytes, rows, cells } = load('birdstrikes.csv');
  const report = profile(bytes);

  it('has its rows and columns, with a type for each', () => {
    expect(report.rows).toBe(rows.length);
    expect(report.malformed.total).toBe(0);
    expect(report.format).toEqual({
      encoding: 'UTF-8',
      byteOrderMark: false,
      delimiter: ',',
      decimal: '.',
      header: true,
    });
    expect(Object.fromEntries(report.columns.map(({ name, type }) => [name, type]))).toEqual({
      'Airport Name': 'text',
      'Aircraft Make Model': 'text',
      'Effect Amount of damage': 'text',
      'Flight Date': 'date',
      'Aircraft Airline Operator': 'text',
      'Origin State': 'text',
      'Phase of flight': 'text',
      'Wildlife Size': 'text',
      'Wildlife Species': 'text',
      'Time of day': 'text',
      'Cost Other': 'integer',
      'Cost Repair': 'integer',
      'Cost Total $': 'integer',
      'Speed IAS in knots': 'integer',
    });
  });

  it('has every column counted exactly: empty cells, distinct values, the most frequent ones', () => {
    for (const { name, filled, empty, distinct, frequent } of report.columns) {
      const exact = cells(name);
      expect({ name, filled, empty }).toEqual({ name, filled: exact.filled, empty: exact.empty });
      expect(distinct).toEqual({ count: exact.distinct, exact: true });
      expect(frequent.values).toEqual(exact.top.slice(0, 10).map(([value, count]) => ({ value, count })));
    }
  });

  it.each(['Cost Other', 'Cost Repair', 'Cost Total $', 'Speed IAS in knots'])('has the statistics of %s', (name) => {
    const exact = cells(name);
    const numbers = column(report, name).numbers!;
    expect(numbers.count).toBe(exact.filled);
    expect(numbers.min).toBe(exact.min);
    expect(numbers.max).toBe(exact.max);
    expect(numbers.mean).toBeCloseTo(exact.mean, 8);
    expect(numbers.standardDeviation! / exact.standardDeviation).toBeCloseTo(1, 12);
    const { exact: isExact, ...quantiles } = numbers.quantiles;
    expect(isExact).toBe(true);
    for (const [q, value] of Object.entries(quantiles)) {
      expect(value).toBeCloseTo(exact.quantile(Number(q.slice(1)) / 100), 8);
    }
    const { bins, below, above, without } = numbers.histogram;
    expect(bins.reduce((sum, bin) => sum + bin.count, below + above + (without?.count ?? 0))).toBe(exact.filled);
    for (const { from, to, count } of bins) {
      const inside = exact.numbers.filter((x) => x >= from && x < to && x !== without?.value).length;
      expect(count).toBe(inside);
    }
  });

  it('has the range of the dates', () => {
    const { times } = column(report, 'Flight Date');
    const sorted = cells('Flight Date')
      .top.map(([date]) => date)
      .sort();
    expect([times!.min, times!.max]).toEqual([sorted[0], sorted.at(-1)]);
    expect(times!.histogram.bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(rows.length);
  });
});

describe('zipcodes.csv, with more different values than are counted exactly', () => {
  const { bytes, rows, cells } = load('zipcodes.csv');
  const report = profile(bytes);

  it('keeps postal codes as text, because some begin with a zero', () => {
    const { type, kinds, length } = column(report, 'zip_code');
    expect(type).toBe('text');
    expect(kinds.identifier! + kinds.integer!).toBe(rows.length);
    expect(length).toEqual({ min: 5, max: 5 });
  });

  it.each(['zip_code', 'latitude', 'longitude', 'city'])(
    'estimates the distinct values of %s within three standard errors',
    (name) => {
      const { distinct } = column(report, name);
      expect(distinct.exact).toBe(false);
      const { standardError } = distinct as { standardError: number };
      const exact = cells(name).distinct;
      expect(Math.abs(distinct.count - exact) / exact).toBeLessThan(3 * standardError);
    },
  );

  it.each(['latitude', 'city'])('bounds how much the counts of the frequent values of %s may be too low', (name) => {
    const { values, error, exact } = column(report, name).frequent;
    expect(exact).toBe(false);
    expect(error).toBeLessThanOrEqual(rows.length / 2049);
    const truth = cells(name);
    expect(values[0]!.value).toBe(truth.top[0]![0]);
    for (const { value, count } of values) {
      expect(truth.count(value)).toBeGreaterThanOrEqual(count);
      expect(truth.count(value)).toBeLessThanOrEqual(count + error);
    }
  });

  it.each(['latitude', 'longitude'])('has exact moments of %s and quantiles within one percent of rank', (name) => {
    const exact = cells(name);
    const numbers = column(report, name).numbers!;
    expect([numbers.min, numbers.max]).toEqual([exact.min, exact.max]);
    expect(numbers.mean).toBeCloseTo(exact.mean, 10);
    expect(numbers.standardDeviation).toBeCloseTo(exact.standardDeviation, 10);
    const { exact: isExact, ...quantiles } = numbers.quantiles;
    expect(isExact).toBe(false);
    for (const [q, value] of Object.entries(quantiles)) {
      expect(Math.abs(exact.rank(value) - Number(q.slice(1)) / 100)).toBeLessThan(0.01);
    }
    const { bins, below, above } = numbers.histogram;
    expect(bins.reduce((sum, bin) => sum + bin.count, below + above)).toBe(rows.length);
    for (const { from, to, count } of bins) {
      expect(Math.abs(count / rows.length - (exact.rank(to) - exact.rank(from)))).toBeLessThan(0.01);
    }
  });

  it('counts few different values exactly in the same table', () => {
    expect(column(report, 'state').distinct).toEqual({ count: cells('state').distinct, exact: true });
    expect(column(report, 'county').distinct).toEqual({ count: cells('county').distinct, exact: true });
  });
});
