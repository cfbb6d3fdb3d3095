import { JobInterruptedError, JobTimeoutError, PermanentJobError, SupersededError } from './errors.ts';

/** How a start of a container can end. */
export type Outcome = 'done' | 'failed' | 'rejected' | 'interrupted' | 'superseded' | 'timed-out';

/**
 * What the process exits with. The state machine knows 0, 65 (EX_DATAERR) and 75 (EX_TEMPFAIL) of sysexits.h; the others
 * are failures to it, told apart for whoever reads the log: 124 as timeout(1) does, 76 (EX_PROTOCOL) for a container whose
 * successor was there already.
 */
export const EXIT_CODES = {
  done: 0,
  failed: 1,
  rejected: 65,
  interrupted: 75,
  superseded: 76,
  'timed-out': 124,
} as const satisfies Record<Outcome, number>;

/**
 * What an error that ended the handler means, given why it was told to stop (`signal.reason`), if it was.
 *
 * Once it was told, any error counts as the stop: an aborted request shows itself as a closed socket, a stream that ended
 * too early, and much else. Only a `PermanentJobError` stands: it would be the same on the next start.
 */
export function judge(error: unknown, stopReason: unknown): Exclude<Outcome, 'done'> {
  if (error instanceof SupersededError || stopReason instanceof SupersededError) return 'superseded';
  if (error instanceof PermanentJobError) return 'rejected';
  if (stopReason instanceof JobTimeoutError) return 'timed-out';
  if (stopReason instanceof JobInterruptedError) return 'interrupted';
  return 'failed';
}

/**
 * The error that says why it ended: at the time limit, after SIGTERM and for a superseded start that is the reason of the stop,
 * in whatever way the handler ended because of it.
 */
export function decisive(error: unknown, outcome: Outcome, stopReason: unknown): unknown {
  const stopped = outcome === 'timed-out' || outcome === 'interrupted' || outcome === 'superseded';
  return stopped ? (stopReason ?? error) : error;
}

/** Whether an error is the abort itself coming back, and nothing that went wrong besides. */
export function isAbort(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  const { name, code, cause } = (error ?? {}) as { name?: unknown; code?: unknown; cause?: unknown };
  return error === signal.reason || cause === signal.reason || name === 'AbortError' || code === 'ABORT_ERR';
}
