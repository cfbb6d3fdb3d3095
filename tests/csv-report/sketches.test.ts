import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hash } from '../../containers/csv-report/sketches/hash.ts';
import { HyperLogLog } from '../../containers/csv-report/sketches/hyperloglog.ts';
import { FrequentValues } from '../../containers/csv-report/sketches/misra-gries.ts';
import { Moments } from '../../containers/csv-report/sketches/moments.ts';
import { TDigest } from '../../containers/csv-report/sketches/t-digest.ts';

describe('HyperLogLog', () => {
  const sketchOf = (from: number, count: number, precision: number) => {
    const sketch = new HyperLogLog(precision);
    for (let i = from; i < from + count; i++) sketch.add(hash.high(`value ${i}`), hash.low(`value ${i}`));
    return sketch;
  };

  it.each([10, 13, 14])('of 2^%i registers is off by its standard error, over many sets of many sizes', (precision) => {
    const errors: number[] = [];
    for (const count of [10, 300, 2000, 8000, 30_000]) {
      for (let run = 0; run < 8; run++) {
        errors.push(sketchOf(run * 1_000_000, count, precision).estimate() / count - 1);
      }
    }
    const { standardError } = new HyperLogLog(precision);
    const spread = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
    expect(spread).toBeLessThan(1.3 * standardError);
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(4 * standardError);
  });

  it('counts nothing as nothing and repeated values once', () => {
    expect(new HyperLogLog(13).estimate()).toBe(0);
    const sketch = sketchOf(0, 1, 13);
    for (let i = 0; i < 1000; i++) sketch.add(hash.high('value 0'), hash.low('value 0'));
    expect(sketch.estimate()).toBe(1);
  });

  it('survives being saved', () => {
    const sketch = sketchOf(0, 5000, 13);
    expect(HyperLogLog.restore(JSON.parse(JSON.stringify(sketch.snapshot()))).estimate()).toBe(sketch.estimate());
  });
});

describe('frequent values', () => {
  it('are never overcounted, nor undercounted by more than the overflow, and nothing frequent is missing', () => {
    const word = fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 40 }).map(String));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 400 }), fc.nat({ max: 200 }), (words, exactly) => {
        const capacity = 8;
        const frequent = new FrequentValues(capacity);
        const truth = new Map<string, number>();
        for (const word of words) truth.set(word, (truth.get(word) ?? 0) + 1);
        const seed = new Map<string, number>();
        for (const word of words.slice(0, exactly)) seed.set(word, (seed.get(word) ?? 0) + 1);
        frequent.seed(seed);
        for (const word of words.slice(exactly)) frequent.add(word, (text) => text);

        const counts = new Map(frequent.list());
        expect(counts.size).toBeLessThanOrEqual(capacity);
        expect(frequent.overflow).toBeLessThanOrEqual(words.length / (capacity + 1));
        for (const [value, count] of truth) {
          const kept = counts.get(value) ?? 0;
          expect(kept).toBeLessThanOrEqual(count);
          expect(kept + frequent.overflow).toBeGreaterThanOrEqual(count);
        }
      }),
    );
  });
});

describe('moments', () => {
  it('do not lose the variance of large numbers that differ little', () => {
    const moments = new Moments();
    for (const x of [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]) moments.add(x, 1);
    expect(moments.mean).toBe(1e9 + 10);
    expect(moments.standardDeviation! ** 2).toBeCloseTo(30, 10);
  });

  it('take a count for a repeated value', () => {
    const [one, many] = [new Moments(), new Moments()];
    for (const [x, count] of [
      [3, 5],
      [-1.5, 2],
      [10, 1],
    ] as const) {
      many.add(x, count);
      for (let i = 0; i < count; i++) one.add(x, 1);
    }
    expect(many.mean).toBeCloseTo(one.mean, 14);
    expect(many.standardDeviation).toBeCloseTo(one.standardDeviation!, 14);
  });
});

describe('the t-digest', () => {
  it.each([
    ['uniform numbers', (i: number) => (i * 7919) % 100_003],
    ['numbers over many magnitudes', (i: number) => Math.exp(((i * 7919) % 1000) / 50)],
    ['dates near each other', (i: number) => 1.7e12 + ((i * 104_729) % 86_400_000)],
    ['ascending numbers', (i: number) => i],
    ['a few values', (i: number) => (i * 7919) % 5],
  ])('knows quantiles of %s within one percent of rank, in at most 200 clusters', (_, value) => {
    const values = Array.from({ length: 50_000 }, (_, i) => value(i));
    const digest = new TDigest({ compression: 200, batch: 512 });
    for (const x of values) digest.add(x);
    const { means, weights } = digest.clusters();
    expect(means.length).toBeLessThanOrEqual(200);
    expect(weights.reduce((a, b) => a + b)).toBe(values.length);
    const sorted = values.toSorted((a, b) => a - b);
    let before = 0;
    for (const [i, mean] of means.entries()) {
      const middle = (before + weights[i]! / 2) / values.length;
      const below = sorted.findIndex((x) => x >= mean);
      const upTo = sorted.findLastIndex((x) => x <= mean) + 1;
      expect(middle).toBeGreaterThan(below / values.length - 0.01);
      expect(middle).toBeLessThan(upTo / values.length + 0.01);
      before += weights[i]!;
    }
  });
});
