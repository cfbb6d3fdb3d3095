import type { RetryStrategy } from '@aws-sdk/client-batch';

/** What an attempt's end is matched by. */
export interface AttemptEnd {
  statusReason: string;
  reason?: string | undefined;
  exitCode?: number | undefined;
}

/**
 * Whether a failed attempt is tried again: while attempts are left, by the first rule of `evaluateOnExit` of which every
 * condition matches, and without such a rule always.
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_EvaluateOnExit.html
 *
 * @param attemptsMade including the one that has just failed
 */
export function isRetried(strategy: RetryStrategy | undefined, attemptsMade: number, end: AttemptEnd): boolean {
  if (attemptsMade >= (strategy?.attempts ?? 1)) return false;
  const rule = strategy?.evaluateOnExit?.find(
    ({ onStatusReason, onReason, onExitCode }) =>
      matches(onStatusReason, end.statusReason) &&
      matches(onReason, end.reason ?? '') &&
      matches(onExitCode, end.exitCode === undefined ? '' : String(end.exitCode)),
  );
  return rule?.action?.toUpperCase() !== 'EXIT';
}

/** A pattern may end in `*`; without a pattern everything matches. */
function matches(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined) return true;
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}
