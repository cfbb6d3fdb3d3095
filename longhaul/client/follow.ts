import { setTimeout as sleep } from 'node:timers/promises';
import type { Driver, LogLine } from './driver.ts';
import { JobFailedError } from './errors.ts';

export interface WaitOptions {
  /** Ends the waiting, not the execution. */
  signal?: AbortSignal;
  /** How long to wait; without it as long as it takes. */
  timeoutSeconds?: number;
  /** The longest time between two looks; the first ones come sooner. 30 by default. */
  pollSeconds?: number;
}

export interface FollowOptions {
  /** Go on with the lines that come, until the execution's end. Without it: the lines there are. */
  follow?: boolean;
  signal?: AbortSignal;
  /** The longest time between two looks for new lines. 5 by default. */
  pollSeconds?: number;
}

const FIRST_SECONDS = 0.5;
const GROWTH = 1.5;

/**
 * Looks at an execution until it has ended.
 * @throws JobFailedError, `TimeoutError`, the signal's reason, or what the driver throws
 */
export async function waitFor<Result>(
  driver: Driver,
  id: string,
  { signal, timeoutSeconds = Number.POSITIVE_INFINITY, pollSeconds = 30 }: WaitOptions = {},
): Promise<Result> {
  const deadline = performance.now() + timeoutSeconds * 1000;
  for (let pause = driver.firstLookSeconds ?? FIRST_SECONDS; ; pause *= GROWTH) {
    signal?.throwIfAborted();
    const left = Math.max(deadline - performance.now(), 0);
    // Before the first look as well: Step Functions may not know yet what it has just started (DescribeExecution is eventually consistent).
    await pauseFor(Math.min(pause * 1000, pollSeconds * 1000, left), signal);
    const { status, error, reason, result, resultTooLarge } = await driver.describe(id);
    if (status === 'SUCCEEDED') return (resultTooLarge ? await driver.result(id) : result) as Result;
    if (status === 'FAILED' || status === 'TIMED_OUT' || status === 'ABORTED') {
      throw new JobFailedError({ id, status, ...(error !== undefined && { error }), ...(reason && { reason }) });
    }
    if (performance.now() >= deadline) {
      throw new DOMException(`${id} has not ended within ${timeoutSeconds} seconds`, 'TimeoutError');
    }
  }
}

/**
 * The lines of an execution's log.
 * @throws the signal's reason, or what the driver throws
 */
export async function* follow(
  driver: Driver,
  id: string,
  { follow: goOn = false, signal, pollSeconds = 5 }: FollowOptions = {},
): AsyncGenerator<LogLine, void, undefined> {
  let cursor: string | undefined;
  let pause = FIRST_SECONDS;
  for (;;) {
    signal?.throwIfAborted();
    const page = await driver.logs(id, { ...(cursor !== undefined && { cursor }) });
    yield* page.lines;
    const isNews = page.lines.length > 0 || page.cursor !== cursor;
    cursor = page.cursor;
    if (page.complete || (!goOn && !isNews)) return;
    if (isNews) {
      pause = FIRST_SECONDS;
      continue;
    }
    await pauseFor(Math.min(pause, pollSeconds) * 1000, signal);
    pause *= GROWTH;
  }
}

/** @throws the signal's reason */
async function pauseFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(milliseconds, undefined, { ...(signal && { signal }) }).catch((error: unknown) => {
    throw signal?.aborted ? signal.reason : error;
  });
}
