/** Why a branch must not go on. None of these is an error of a state: nothing catches or retries them. */

/** The execution was stopped, or a sibling branch failed: what the branch started is cancelled. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
  /** What the task's signal carries. */
  readonly reason: unknown;
  constructor(message: string, reason: unknown) {
    super(message);
    this.reason = reason;
  }
}

/** The execution's own `TimeoutSeconds` are over. Its tasks are not cancelled: Step Functions forgets them. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

/** The process itself cannot go on: the journal failed, or the interpreter did. Nothing is written any more. */
export class Halted extends Error {
  override readonly name = 'Halted';
}

/**
 * Reason for aborting the `signal` of `execute` when the execution is to be left where it is, to be continued later from its journal.
 * Nothing is cancelled and nothing is written; `execute` rejects with this.
 */
export class Suspended extends Error {
  override readonly name = 'Suspended';
  constructor() {
    super('The execution is suspended');
  }
}

/** The outcome of `work`, unless `signal` is aborted first: then a rejection with its reason. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Calls `listener` when `signal` is aborted, at once if it is already; the result ends that. */
export function onAbort(signal: AbortSignal, listener: (reason: unknown) => void): () => void {
  const heard = (): void => listener(signal.reason);
  if (signal.aborted) heard();
  else signal.addEventListener('abort', heard, { once: true });
  return () => signal.removeEventListener('abort', heard);
}
