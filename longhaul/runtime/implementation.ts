import type { JobDefinition } from '../client/job.ts';
import type { JobHandler } from './context.ts';
import type { JobHooks } from './hooks.ts';

export interface RunOptions<Input = unknown, Result = unknown> extends JobHooks<Input, Result> {
  /** Between two checkpoints that are written in the background: what a SIGKILL may cost. 5 by default. */
  checkpointIntervalSeconds?: number;
}

/** A job together with what does its work: what `runJob` runs in its container, and `testJob` in a test. */
export interface JobImplementation<Name extends string = string, Input = unknown, Result = unknown, Event = Input> {
  readonly job: JobDefinition<Name, Input, Result, Event>;
  readonly handler: JobHandler<Input, Result>;
  readonly options: RunOptions<Input, Result>;
}

/**
 * Puts a job and its handler together, in a module that has no side effects: the image's entry only runs it, and a test does
 * so without the container.
 *
 * @example
 * // work.ts
 * export const countWordsWork = implementJob(countWords, async ({ input, checkpoint }) => { … });
 * // main.ts
 * await runJob(countWordsWork);
 * // work.test.ts
 * const { result } = await testJob(countWordsWork, { input, interruptAfter: 3 });
 */
export function implementJob<Name extends string, Input, Result, Event>(
  job: JobDefinition<Name, Input, Result, Event>,
  handler: JobHandler<Input, NoInfer<Result>>,
  options: RunOptions<Input, NoInfer<Result>> = {},
): JobImplementation<Name, Input, Result, Event> {
  return Object.freeze({ job, handler, options });
}
