import type { JobDefinition } from '../client/job.ts';
import { jsonOrText } from '../client/json.ts';
import { validateInput } from '../client/validate-input.ts';
import { createArtifacts } from './artifacts.ts';
import { logEnd } from './attempt-log.ts';
import { CheckpointKeeper } from './checkpoint.ts';
import { CheckpointFiles } from './checkpoint-files.ts';
import { removeCheckpoint } from './checkpoint-removal.ts';
import type { JobContext, JobHandler } from './context.ts';
import type { JobEnvironment } from './environment.ts';
import { SupersededError } from './errors.ts';
import { readEventText } from './event.ts';
import { describeFailure } from './failure.ts';
import { Fence } from './fence.ts';
import { type HookContext, type JobHooks, runHook } from './hooks.ts';
import { inherit } from './inherit.ts';
import type { Log } from './log.ts';
import type { ObjectStore } from './objects.ts';
import { decisive, judge, type Outcome } from './outcome.ts';
import { ProgressKeeper } from './progress.ts';
import { type ObjectSource, readLines, readObject } from './reading/index.ts';
import { readPublished, toResultJson } from './result.ts';
import { afterAbort, planStop } from './stop-plan.ts';

export interface AttemptOptions<Input, Result, Event> {
  job: JobDefinition<string, Input, Result, Event>;
  handler: JobHandler<Input, Result>;
  hooks: JobHooks<Input, Result>;
  environment: JobEnvironment;
  objects: ObjectStore;
  /** Where the job reads its own objects from. */
  source: ObjectSource;
  log: Log;
  /** Whoever aborts it says why: an interruption, the time limit. */
  stop: AbortController;
  /** Rejects with an error that came up outside of the handler's promise. */
  stray: Promise<never>;
  checkpointIntervalSeconds: number;
  /** The result is stored: however the process ends from now on, the job is done. */
  published?(): void;
}

export interface AttemptEnd {
  outcome: Outcome;
  /** What ended the handler; absent when it is done. */
  error?: unknown;
  /** The handler did not end in the time it was given, and may still be at work. */
  handlerRuns: boolean;
}

/** A result as JSON, and whether this start's handler returned it or an earlier one's. */
interface Finished {
  result: string;
  isOwn: boolean;
}

/** What a superseded container's handler has to close its connections in; its successor is at work already. */
const SUPERSEDED_GRACE_MILLISECONDS = 5000;

/** One start of the job, from its event to its result or its failure. It touches neither the process nor its environment. */
export async function runAttempt<Input, Result, Event>(
  options: AttemptOptions<Input, Result, Event>,
): Promise<AttemptEnd> {
  const { job, handler, hooks, environment, objects, source, log, stop } = options;
  const { attempt, maxAttempts, interruptions, executionId, artifacts: place } = environment;
  const { signal } = stop;
  const at = (name: string) => ({ bucket: place.bucket, key: place.key + name });
  const putJson = (name: string, json: string) => objects.put(at(name), json, { contentType: 'application/json' });

  const launch = { execution: executionId, attempt, interruptions };
  const fence = new Fence(objects, place, launch, (message) => log.error(message));
  const files = new CheckpointFiles(objects, place, fence.writer, () => fence.superseded);
  const artifacts = createArtifacts(objects, place, () => fence.superseded);
  const plan = planStop(environment.stopTimeoutSeconds);
  const handlerTime = afterAbort(signal, (reason) =>
    reason instanceof SupersededError ? Math.min(SUPERSEDED_GRACE_MILLISECONDS, plan.handler) : plan.handler,
  );
  const endTime = afterAbort(signal, () => plan.end);

  const start = { attempt, maxAttempts, interruptions, executionId, artifacts, log };
  let input: Input | undefined;
  const runHookOf = (name: keyof JobHooks, hook: (context: HookContext<Input>) => unknown) =>
    runHook(name, () => hook({ ...start, input }), { log, deadline: endTime });

  const progress = new ProgressKeeper({
    attempt,
    interruptions,
    write: async (report) => {
      if (!fence.superseded) await putJson('progress.json', JSON.stringify(report));
    },
    failed: (error) => log.warn('Progress cannot be written; the job goes on without', { error }),
  });
  let checkpoint: CheckpointKeeper | undefined;
  let handlerRuns = false;

  const work = async (): Promise<Finished> => {
    const event = jsonOrText(await readEventText(environment.event, objects));
    const valid = await validateInput(job.input, event);
    input = valid;
    const inherited = await inherit(fence, files, () => readPublished(objects, at('result.json')));
    if (inherited.result !== undefined) {
      log.info('An earlier start did the work; only its result is left to publish');
      return { result: inherited.result, isOwn: false };
    }
    signal.throwIfAborted();

    const keeper = new CheckpointKeeper({
      inherited: inherited.state,
      files,
      intervalSeconds: options.checkpointIntervalSeconds,
      write: async ({ state, files: saved }) => {
        try {
          await fence.write({ ...(state !== undefined && { state }), files: saved });
        } catch (error) {
          if (fence.superseded) stop.abort(fence.superseded);
          throw error;
        }
        await files.written(saved);
      },
      failed: (error) => {
        if (!fence.superseded) log.warn('The checkpoint cannot be written now; it is tried again', { error });
      },
      busy: () =>
        log.warn(
          'The handler keeps the event loop busy: no checkpoint is written and SIGTERM is not heard. Between records, now and then: ' +
            'await setImmediate(), of node:timers/promises',
        ),
    });
    checkpoint = keeper;
    signal.addEventListener('abort', () => keeper.hurry());
    const continues = inherited.state !== undefined || inherited.files !== undefined;
    log.info(continues ? 'Job continues from its checkpoint' : 'Job started');
    if (hooks.onStart) await runHookOf('onStart', (context) => hooks.onStart?.(context));
    signal.throwIfAborted();
    const reading = { source, signal, log, isPending: () => keeper.isPending };
    const context: JobContext<Input> = {
      ...start,
      input: valid,
      event,
      signal,
      checkpoint: keeper,
      progress: progress.report,
      readLines: (object, options = {}) => readLines(object, options, reading),
      readObject: (object, options = {}) => readObject(object, options, reading),
    };
    handlerRuns = true;
    try {
      return { result: toResultJson(await handler(context)), isOwn: true };
    } finally {
      handlerRuns = false;
    }
  };

  try {
    const over = (time: Promise<void>) => time.then(() => Promise.reject(signal.reason));
    const finished = await Promise.race([work(), options.stray, over(handlerTime)]);
    checkpoint?.close();
    progress.close();
    await Promise.race([publish(finished), over(endTime)]);
    options.published?.();
    log.info('Job done');
    if (hooks.onComplete)
      await runHookOf('onComplete', (context) => hooks.onComplete?.(JSON.parse(finished.result), context));
    return { outcome: 'done', handlerRuns };
  } catch (error) {
    checkpoint?.close();
    progress.close();
    const { outcome, decided } = await Promise.race([
      save(error),
      endTime.then(() => {
        log.error('The time to stop in is over before everything was saved');
        return verdict(error);
      }),
    ]);
    logEnd(log, outcome, { error, decided });
    await told(outcome, decided);
    return { outcome, error: decided, handlerRuns };
  } finally {
    await files.clear().catch(() => {});
  }

  /**
   * A result of this start's own goes through the fence, so that only one start has one. From then on it is durable: a start
   * that comes after this one publishes it instead of working again. It has no reason to write the fence, which the start
   * that it inherited from may be about to remove.
   */
  async function publish({ result, isOwn }: Finished): Promise<void> {
    if (isOwn) await fence.write({ result });
    await Promise.all([putJson('result.json', result), progress.flush()]);
    // A service that takes the capacity away calls even exit code 0 an interruption, and the job is started again: that start
    // must find the result.
    if (signal.aborted) return;
    await removeCheckpoint(objects, at('checkpoint/'), fence).catch((error) => {
      log.warn('The result is there, but the checkpoint could not be removed', { error });
    });
  }

  /** How the attempt ended by what is known now, and the error that says why. */
  function verdict(error: unknown): { outcome: Outcome; decided: unknown } {
    const stopReason = fence.superseded ?? signal.reason;
    const outcome = judge(error, stopReason);
    return { outcome, decided: decisive(error, outcome, stopReason) };
  }

  /** Saves what is to be saved after `error`, and says how the attempt ended. */
  async function save(error: unknown): Promise<ReturnType<typeof verdict>> {
    if (!fence.superseded) {
      await checkpoint?.finish(handlerRuns).catch((failure) => {
        if (!fence.superseded) log.error('The last checkpoint could not be saved', { error: failure });
      });
    }
    // A container that was cut off and is back may fail because of it, long after its successor was done.
    if (!['interrupted', 'superseded'].includes(verdict(error).outcome)) await fence.confirm();
    const { outcome, decided } = verdict(error);
    if (outcome === 'superseded') return { outcome, decided };
    const failed =
      outcome === 'interrupted'
        ? undefined
        : putJson('error.json', JSON.stringify(describeFailure(decided, outcome, environment)));
    await Promise.all([
      progress.flush(),
      failed?.catch((failure) => log.error('error.json could not be written', { error: failure })),
    ]);
    return { outcome, decided };
  }

  /** The hook for how it ended. A superseded start tells nobody: its successor will. */
  async function told(outcome: Outcome, error: unknown): Promise<void> {
    const { onInterrupt, onFailed, onDeadLetter } = hooks;
    if (outcome === 'interrupted') {
      if (onInterrupt) await runHookOf('onInterrupt', (context) => hooks.onInterrupt?.(error as Error, context));
    } else if (outcome === 'rejected' || (outcome !== 'superseded' && attempt >= maxAttempts)) {
      if (onDeadLetter) await runHookOf('onDeadLetter', (context) => hooks.onDeadLetter?.(error, context));
    } else if (outcome !== 'superseded' && onFailed) {
      await runHookOf('onFailed', (context) => hooks.onFailed?.(error, context));
    }
  }
}
