import { scaleLinear, scaleUtc } from 'd3-scale';
import type { Distribution } from './distribution.ts';

export interface Histogram<Value = number> {
  /** `from` ≤ value < `to`, ascending and adjacent; the last one includes its `to`. */
  bins: { from: Value; to: Value; count: number }[];
  /** Values outside of the bins: a few extremes do not press everything else into one bar. */
  below: number;
  above: number;
  /** A value that is most of the column, left out so that the rest can be seen. */
  without?: { value: Value; count: number };
  exact: boolean;
}

export type Scale = 'integer' | 'number' | 'date' | 'datetime';

const BINS = 24;
const DAY = 86_400_000;
/** How many times wider than the middle 95 % the whole range must be for the extremes to be left out. */
const FAR = 4;
/** Of ticks: d3 counts with the inverse of the step, which must be a double. */
const SMALLEST_RANGE = 1e-300;

export function histogram(distribution: Distribution, scale: Scale): Histogram {
  const without = distribution.dominant;
  if (without === undefined) return plainHistogram(distribution, scale);
  return { ...plainHistogram(without.others, scale), without: { value: without.value, count: without.count } };
}

function plainHistogram(distribution: Distribution, scale: Scale): Histogram {
  const { moments } = distribution;
  const [low, high] = window(distribution);
  const edges = low === high ? [low, low] : binEdges(low, high, scale);
  // A last edge that is the largest value includes it.
  const counts = edges.map((edge, i) =>
    i === edges.length - 1 && edge >= high && high === moments.max ? moments.count : distribution.below(edge),
  );
  return {
    bins: edges.slice(1).map((to, i) => ({ from: edges[i]!, to, count: counts[i + 1]! - counts[i]! })),
    below: counts[0]!,
    above: moments.count - counts.at(-1)!,
    exact: distribution.exact,
  };
}

/** The range to show: everything, or without the far ends when they would make the middle invisible. */
function window(distribution: Distribution): [number, number] {
  const { min, max } = distribution.moments;
  const [low, high] = [distribution.quantile(0.025), distribution.quantile(0.975)];
  const middle = high - low;
  if (middle <= 0 || max - min <= FAR * middle) return [min, max];
  return [low - min <= middle ? min : low, max - high <= middle ? max : high];
}

/** Round numbers, or the calendar's own steps, from at most `low` to at least `high`. */
function binEdges(low: number, high: number, scale: Scale): number[] {
  switch (scale) {
    case 'integer': {
      // One more, so that each bin holds whole numbers and the last of them has a bin.
      const [from, to] = [Math.floor(low), Math.floor(high) + 1];
      if (to - from <= BINS) return Array.from({ length: to - from + 1 }, (_, i) => from + i);
      return niceTicks(from, to);
    }
    case 'number':
      return niceTicks(low, high);
    case 'date': {
      const days = Math.floor(high / DAY) - Math.floor(low / DAY) + 1;
      if (days <= BINS) return Array.from({ length: days + 1 }, (_, i) => (Math.floor(low / DAY) + i) * DAY);
      return calendarTicks(low, high + DAY);
    }
    case 'datetime':
      return calendarTicks(low, high);
  }
}

function niceTicks(low: number, high: number): number[] {
  // So near each other that doubles leave no round numbers between them.
  if (high - low < Math.max(1e-9 * Math.max(Math.abs(low), Math.abs(high)), SMALLEST_RANGE)) return [low, high];
  return complete(scaleLinear([low, high], [0, 1]).nice(BINS).ticks(BINS), low, high);
}

function calendarTicks(low: number, high: number): number[] {
  return complete(scaleUtc([low, high], [0, 1]).nice(BINS).ticks(BINS).map(Number), low, high);
}

function complete(ticks: number[], low: number, high: number): number[] {
  return ticks.length >= 2 && ticks[0]! <= low && ticks.at(-1)! >= high ? ticks : [low, high];
}
