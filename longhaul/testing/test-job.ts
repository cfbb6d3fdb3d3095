import type { JobDefinition } from '../client/job.ts';
import { runAttempt } from '../runtime/attempt.ts';
import type { JobHandler } from '../runtime/context.ts';
import type { JobEnvironment } from '../runtime/environment.ts';
import { JobInterruptedError } from '../runtime/errors.ts';
import { implementJob, type JobImplementation, type RunOptions } from '../runtime/implementation.ts';
import { createLog } from '../runtime/log.ts';
import type { Outcome } from '../runtime/outcome.ts';
import { memoryObjects } from './memory-objects.ts';
import { memorySource } from './memory-source.ts';
import { type InterruptPoint, type Observed, observe } from './observed-context.ts';
import { type Files, leftBehind, seed } from './stored-artifacts.ts';

export interface TestOptions<Event = unknown> {
  /** What starts the job: its event, as a trigger or a client hands it over. `{}` by default. */
  input?: Event;
  /** What `readLines` and `readObject` read: contents by `s3://bucket/key`. */
  objects?: Readonly<Record<string, string | Uint8Array>>;
  /** What an earlier start saved: the job continues from it. */
  checkpoint?: unknown;
  /** Files that an earlier start left in the checkpoint directory: contents by path. */
  files?: Readonly<Record<string, string | Uint8Array>>;
  /**
   * When the capacity is taken away, as by SIGTERM: at this call of `checkpoint.set` or `save` of each start, counted from
   * one; or where a function of what the start has done so far says so. That call's checkpoint is saved, the job starts
   * again and continues from it.
   */
  interruptAfter?: number | ((point: InterruptPoint) => boolean);
  /** After so many interruptions the job is left alone. 10 by default. */
  maxInterruptions?: number;
  /** 1 of 3 by default. A failed attempt is not tried again: the test sees it. */
  attempt?: number;
  maxAttempts?: number;
  /** What the handler is given to end in after an interruption, less its last third. 3 by default. */
  stopTimeoutSeconds?: number;
}

/** What a job did in a test. */
export interface TestRun<Result = unknown> extends Observed {
  /** `done`, `failed`, or `rejected` (for good). */
  outcome: Outcome;
  /** As `result.json` has it; undefined unless done. */
  result: Result | undefined;
  /** What ended the handler; undefined when done. */
  error: unknown;
  /** 1, and one for each interruption. */
  starts: number;
  /** The checkpoint that is left; undefined when the job is done, or never saved one. */
  checkpoint: unknown;
  /** The files of that checkpoint, by path. */
  files: Files;
  /** What the job stored with `artifacts.put`, by name. */
  artifacts: Files;
  /** Its log: `{ level, message, … }`, with the fields of each line. */
  logs: { level: string; message: string; [field: string]: unknown }[];
}

/**
 * Runs a job in this process, without AWS and without a container: input check, checkpoints, fencing, interruptions, hooks and
 * result are the runtime's own, S3 is memory.
 *
 * @example
 * const { result, starts } = await testJob(countWordsWork, { input: { text: '…' }, interruptAfter: 100 });
 * @throws Error when the handler does not end after an interruption: it must look at its `signal`
 */
export async function testJob<Name extends string, Input, Result, Event>(
  implementation: JobImplementation<Name, Input, Result, Event>,
  options?: TestOptions<NoInfer<Event>>,
): Promise<TestRun<Result>>;
/** The same, of a job and its handler one by one. */
export async function testJob<Name extends string, Input, Result, Event>(
  job: JobDefinition<Name, Input, Result, Event>,
  handler: JobHandler<Input, NoInfer<Result>>,
  options?: TestOptions<NoInfer<Event>> & RunOptions<Input, NoInfer<Result>>,
): Promise<TestRun<Result>>;
export async function testJob<Name extends string, Input, Result, Event>(
  job: JobDefinition<Name, Input, Result, Event> | JobImplementation<Name, Input, Result, Event>,
  second: JobHandler<Input, Result> | TestOptions<Event> = {},
  third: TestOptions<Event> & RunOptions<Input, Result> = {},
): Promise<TestRun<Result>> {
  // A handler that waits for nothing but its signal must not let the process end.
  const alive = setInterval(() => {}, 1000);
  try {
    return 'handler' in job
      ? await run(job, second as TestOptions<Event>)
      : await run(implementJob(job, second as JobHandler<Input, Result>, third), third);
  } finally {
    clearInterval(alive);
  }
}

async function run<Name extends string, Input, Result, Event>(
  { job, handler, options: runOptions }: JobImplementation<Name, Input, Result, Event>,
  options: TestOptions<Event>,
): Promise<TestRun<Result>> {
  const { input = {}, interruptAfter, maxInterruptions = 10, stopTimeoutSeconds = 3 } = options;
  const executionId = `${job.name}-test`;
  const environment = {
    jobName: job.name,
    executionId,
    event: JSON.stringify(input),
    attempt: options.attempt ?? 1,
    maxAttempts: options.maxAttempts ?? 3,
    interruptions: 0,
    artifacts: { bucket: 'artifacts', key: `executions/${executionId}/` },
    timeoutSeconds: undefined,
    stopTimeoutSeconds,
  } satisfies JobEnvironment;
  const objects = memoryObjects();
  const earlier = options.checkpoint !== undefined || options.files ? 1 : 0;
  if (earlier) seed(objects, environment, options);

  const observed: Observed = { checkpoints: [], progress: [] };
  const logs: TestRun['logs'] = [];
  const isDue =
    typeof interruptAfter === 'number'
      ? ({ checkpoints }: InterruptPoint) => checkpoints >= interruptAfter
      : (interruptAfter ?? (() => false));

  for (let starts = 1; ; starts++) {
    const interruptions = earlier + starts - 1;
    const { attempt } = environment;
    const stop = new AbortController();
    const interruptIfDue = (point: InterruptPoint) => {
      if (stop.signal.aborted || starts > maxInterruptions || !isDue(point)) return;
      stop.abort(new JobInterruptedError('The test interrupted it'));
    };
    const { outcome, error, handlerRuns } = await runAttempt({
      job,
      handler: (context) => handler(observe(context, observed, { start: starts, interruptIfDue })),
      hooks: runOptions,
      environment: { ...environment, interruptions },
      objects,
      source: memorySource(options.objects ?? {}),
      log: createLog({ job: job.name, id: executionId, attempt, interruptions }, (_level, line) =>
        logs.push(JSON.parse(line)),
      ),
      stop,
      stray: new Promise(() => {}),
      checkpointIntervalSeconds: runOptions.checkpointIntervalSeconds ?? 5,
    });
    if (handlerRuns) {
      throw new Error(
        `The handler of job "${job.name}" went on after it was interrupted, for longer than it has (two thirds of ${stopTimeoutSeconds} seconds). ` +
          'It must look at its signal: signal.throwIfAborted()',
      );
    }
    if (outcome === 'interrupted') continue;
    const left = leftBehind(objects, environment);
    return { outcome, error, starts, logs, ...observed, ...left, result: left.result as Result | undefined };
  }
}
