import type { Retrier } from './definition/model.ts';
import { matches } from './errors.ts';

export interface RetryDecision {
  /** How often each retrier has been used, this time included. */
  counts: number[];
  delaySeconds: number;
}

/**
 * Whether and when a state that failed is tried again. The first retrier that matches decides: when its attempts are used up, the
 * error goes to the catchers, and no other retrier is asked. `counts` says how often each retrier was used since the state was entered.
 */
export function decideRetry(
  retriers: Retrier[] | undefined,
  counts: number[],
  error: string,
  random: () => number,
): RetryDecision | undefined {
  const index = retriers?.findIndex(({ ErrorEquals }) => matches(ErrorEquals, error)) ?? -1;
  const retrier = retriers?.[index];
  if (!retrier) return undefined;
  const used = counts[index] ?? 0;
  if (used >= (retrier.MaxAttempts ?? 3)) return undefined;
  const next = retriers.map((_, at) => (counts[at] ?? 0) + (at === index ? 1 : 0));
  return { counts: next, delaySeconds: backoff(retrier, used, random) };
}

/**
 * Seconds before the retry that follows `used` earlier ones: `IntervalSeconds · BackoffRate^used`, at most `MaxDelaySeconds`; with
 * `JitterStrategy: FULL` a random time between 0 and that (concepts-error-handling.html, "Retrying after an error").
 */
export function backoff(retrier: Retrier, used: number, random: () => number): number {
  const { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = Number.POSITIVE_INFINITY } = retrier;
  // No backoff is longer than an execution may last, a year, whatever the exponent.
  const delay = Math.min(IntervalSeconds * BackoffRate ** used, MaxDelaySeconds, 31_622_400);
  return retrier.JitterStrategy === 'FULL' ? random() * delay : delay;
}
