import { setTimeout as sleep } from 'node:timers/promises';
import type { JobContext } from './context.ts';
import type { Log } from './log.ts';

/** What a hook is told of the start that it belongs to. */
export interface HookContext<Input = unknown>
  extends Pick<JobContext, 'attempt' | 'maxAttempts' | 'interruptions' | 'executionId' | 'artifacts' | 'log'> {
  /** Undefined when there was none that could be used: the event is gone, or does not fit the job's schema. */
  readonly input: Input | undefined;
}

/**
 * What else is to be done at certain points: tell somebody, count something. A hook is awaited for at most ten seconds, while the
 * container is being stopped at most as long as there is time. An error in one is logged and changes nothing. Each may
 * come twice: a container can be lost right after its hook.
 */
export interface JobHooks<Input = unknown, Result = unknown> {
  /** Before the handler, with each start: the checkpoint is there, the input is valid. */
  onStart?(context: HookContext<Input>): unknown;
  /** After SIGTERM, when the checkpoint is saved. Another start follows. */
  onInterrupt?(reason: Error, context: HookContext<Input>): unknown;
  /** The result is stored. */
  onComplete?(result: Result, context: HookContext<Input>): unknown;
  /** This attempt failed, or ran out of time, and another follows. */
  onFailed?(error: unknown, context: HookContext<Input>): unknown;
  /**
   * It failed for good, by a `PermanentJobError` or on the last attempt: the execution fails and goes to the `FailedJobs` queue.
   * Not called for a container that never got so far: one that was killed, or has no image.
   */
  onDeadLetter?(error: unknown, context: HookContext<Input>): unknown;
}

const MOST_MILLISECONDS = 10_000;

/** Awaits a hook, within its bounds. Never rejects. */
export async function runHook(
  name: keyof JobHooks,
  hook: () => unknown,
  { log, deadline }: { log: Log; deadline: Promise<void> },
): Promise<void> {
  const over = new AbortController();
  const late = async () => {
    await Promise.race([deadline, sleep(MOST_MILLISECONDS, undefined, { ref: false, signal: over.signal })]);
    return 'late' as const;
  };
  try {
    // In a function of its own, so that what a hook throws at once is a rejection too.
    const end = await Promise.race([(async () => void (await hook()))(), late()]);
    if (end === 'late') log.warn(`The hook ${name} takes too long; the job goes on without it`);
  } catch (error) {
    log.error(`The hook ${name} failed; the job goes on`, { error });
  } finally {
    over.abort();
  }
}
