import { Moments } from '../sketches/moments.ts';
import type { NumberSketch } from './number-sketch.ts';

/** What can be said of a column's numbers, or of its dates as milliseconds. */
export interface Distribution {
  readonly moments: Moments;
  /** Whether quantiles and counts are exact; otherwise they come from a t-digest. */
  readonly exact: boolean;
  /** The value below which the share `q` lies, interpolated between neighbours (the usual "type 7" of R and NumPy). */
  quantile(q: number): number;
  /** How many values are smaller than `x`. */
  below(x: number): number;
  /** The value that is more than `DOMINANT` of all, if it is known exactly, and the distribution of the others. */
  readonly dominant?: { value: number; count: number; others: Distribution };
}

const DOMINANT = 0.8;

/** `values`: with their counts, in the order of first occurrence, which the moments follow. */
export function countedDistribution(values: readonly [value: number, count: number][]): Distribution {
  const moments = new Moments();
  for (const [value, count] of values) moments.add(value, count);
  const sorted = values.toSorted((a, b) => a[0] - b[0]);
  const totals = new Map<number, number>();
  for (const [value, count] of values) totals.set(value, (totals.get(value) ?? 0) + count);
  const [value, count] = [...totals].find(([, count]) => count > DOMINANT * moments.count) ?? [];
  const others = values.filter((entry) => entry[0] !== value);
  const at = (rank: number) => {
    let seen = 0;
    for (const [value, count] of sorted) {
      seen += count;
      if (rank < seen) return value;
    }
    return moments.max;
  };
  return {
    moments,
    exact: true,
    ...(value !== undefined &&
      count !== undefined &&
      others.length > 1 && { dominant: { value, count, others: countedDistribution(others) } }),
    quantile(q) {
      const rank = (moments.count - 1) * q;
      const [low, high] = [at(Math.floor(rank)), at(Math.ceil(rank))];
      return low + (high - low) * (rank - Math.floor(rank));
    },
    below: (x) => sorted.reduce((sum, [value, count]) => (value < x ? sum + count : sum), 0),
  };
}

/** Each cluster of the digest stands at the middle of its ranks; between clusters, and to the extremes, ranks are interpolated. */
export function estimatedDistribution({ moments, digest }: NumberSketch): Distribution {
  const { means, weights } = digest.clusters();
  const points: { rank: number; value: number }[] = [{ rank: 0, value: moments.min }];
  let before = 0;
  for (const [i, value] of means.entries()) {
    points.push({ rank: before + weights[i]! / 2, value });
    before += weights[i]!;
  }
  points.push({ rank: before, value: moments.max });
  return {
    moments,
    exact: false,
    quantile(q) {
      const rank = q * moments.count;
      const next = points.findIndex((point) => point.rank >= rank);
      const [low, high] = [points[Math.max(next - 1, 0)]!, points[next]!];
      return high.rank === low.rank
        ? high.value
        : low.value + share(rank, low.rank, high.rank) * (high.value - low.value);
    },
    below(x) {
      if (x <= moments.min) return 0;
      if (x > moments.max) return moments.count;
      const next = points.findIndex((point) => point.value >= x);
      const [low, high] = [points[next - 1]!, points[next]!];
      return Math.round(low.rank + share(x, low.value, high.value) * (high.rank - low.rank));
    },
  };
}

function share(x: number, from: number, to: number): number {
  return (x - from) / (to - from);
}
