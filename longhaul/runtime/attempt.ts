import type { JobDefinition } from '../client/job.ts';
import { createArtifacts } from './artifacts.ts';
import { CheckpointKeeper } from './checkpoint.ts';
import type { JobContext, JobHandler } from './context.ts';
import type { JobEnvironment } from './environment.ts';
import { type JobInterruptedError, SupersededError } from './errors.ts';
import { parseEvent, readEventText, validateInput } from './event.ts';
import { describeFailure } from './failure.ts';
import { Fence } from './fence.ts';
import { describeError, type Log } from './log.ts';
import type { ObjectStore } from './objects.ts';
import { EXIT_CODES, judge, type Outcome } from './outcome.ts';
import { ProgressKeeper } from './progress.ts';
import { toResultJson } from './result.ts';
import { planStop } from './stop-plan.ts';

export interface AttemptOptions<Input, Result, Event> {
  job: JobDefinition<string, Input, Result, Event>;
  handler: JobHandler<Input, Result>;
  environment: JobEnvironment;
  objects: ObjectStore;
  log: Log;
  /** Whoever aborts it says why: an interruption, the time limit. */
  stop: AbortController;
  /** Rejects with an error that came up outside of the handler's promise. */
  stray: Promise<never>;
  checkpointIntervalSeconds: number;
}

export interface AttemptEnd {
  outcome: Outcome;
  /** The handler did not end in the time it was given, and may still be at work. */
  handlerRuns: boolean;
}

/** What a superseded container's handler has to close its connections in; its successor is at work already. */
const SUPERSEDED_GRACE_MILLISECONDS = 5000;

/** One start of the job, from its event to its result or its failure. It touches neither the process nor its environment. */
export async function runAttempt<Input, Result, Event>(
  options: AttemptOptions<Input, Result, Event>,
): Promise<AttemptEnd> {
  const { job, handler, environment, objects, log, stop } = options;
  const { attempt, maxAttempts, interruptions, executionId, artifacts } = environment;
  const { signal } = stop;
  const at = (name: string) => ({ bucket: artifacts.bucket, key: artifacts.key + name });
  const putJson = (name: string, json: string) => objects.put(at(name), json, { contentType: 'application/json' });

  const fence = new Fence(objects, artifacts, { execution: executionId, attempt, interruptions });
  const plan = planStop(environment.stopTimeoutSeconds);
  const handlerTime = afterAbort(signal, (reason) =>
    reason instanceof SupersededError ? Math.min(SUPERSEDED_GRACE_MILLISECONDS, plan.handler) : plan.handler,
  );
  const endTime = afterAbort(signal, () => plan.end);

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

  const work = async (): Promise<string> => {
    const event = parseEvent(await readEventText(environment.event, objects));
    const input = await validateInput(job.input, event);
    const inherited = await fence.claim();
    if (inherited.result !== undefined) {
      log.info('An earlier start did the work; only its result is left to publish');
      return inherited.result;
    }
    signal.throwIfAborted();

    const keeper = new CheckpointKeeper({
      inherited: inherited.state,
      intervalSeconds: options.checkpointIntervalSeconds,
      write: (state) =>
        fence.write({ state }).catch((error) => {
          if (fence.superseded) stop.abort(fence.superseded);
          throw error;
        }),
      failed: (error) => {
        if (!fence.superseded) log.warn('The checkpoint cannot be written now; it is tried again', { error });
      },
    });
    checkpoint = keeper;
    signal.addEventListener('abort', () => keeper.hurry());
    const context: JobContext<Input> = {
      input,
      event,
      attempt,
      maxAttempts,
      interruptions,
      executionId,
      artifacts: createArtifacts(objects, artifacts, () => fence.superseded),
      signal,
      checkpoint: keeper,
      progress: progress.report,
      log,
    };
    log.info(inherited.state === undefined ? 'Job started' : 'Job continues from its checkpoint');
    handlerRuns = true;
    try {
      return toResultJson(await handler(context));
    } finally {
      handlerRuns = false;
    }
  };

  try {
    const outOfTime = handlerTime.then(() => Promise.reject(signal.reason));
    const result = await Promise.race([work(), options.stray, outOfTime]);
    checkpoint?.close();
    progress.close();
    // The result goes through the fence, so that only one start has one. From here on it is durable: a start that comes after
    // this one publishes it instead of working again.
    await fence.write({ result });
    await Promise.all([putJson('result.json', result), progress.flush()]);
    // A service that takes the capacity away calls even exit code 0 an interruption, and the job is started again: that start
    // must find the result.
    if (!signal.aborted) {
      await removeCheckpoint(objects, at('checkpoint/'), fence).catch((error) => {
        log.warn('The result is there, but the checkpoint could not be removed', { error });
      });
    }
    log.info('Job done');
    return { outcome: 'done', handlerRuns };
  } catch (error) {
    checkpoint?.close();
    progress.close();
    const outcome = await Promise.race([
      save(error),
      endTime.then(() => {
        log.error('The time to stop in is over before everything was saved');
        return judge(error, fence.superseded ?? signal.reason);
      }),
    ]);
    report(outcome, error);
    return { outcome, handlerRuns };
  }

  /** Saves what is to be saved after `error`, and says how the attempt ended. */
  async function save(error: unknown): Promise<Outcome> {
    if (!fence.superseded) {
      await checkpoint?.flush().catch((failure) => {
        if (!fence.superseded) log.error('The last checkpoint could not be saved', { error: failure });
      });
    }
    const outcome = judge(error, fence.superseded ?? signal.reason);
    if (outcome === 'superseded') return outcome;
    const failed =
      outcome === 'interrupted'
        ? undefined
        : putJson('error.json', JSON.stringify(describeFailure(decisive(error, outcome), outcome, environment)));
    await Promise.all([
      progress.flush(),
      failed?.catch((failure) => log.error('error.json could not be written', { error: failure })),
    ]);
    return outcome;
  }

  /** At the time limit that is the reason, in whatever way the handler ended because of it. */
  function decisive(error: unknown, outcome: Outcome): unknown {
    return outcome === 'timed-out' ? signal.reason : error;
  }

  function report(outcome: Outcome, error: unknown): void {
    const exitCode = EXIT_CODES[outcome];
    if (outcome === 'superseded') {
      log.error(`Stopped without writing anything more: ${fence.superseded?.message ?? describeError(error).message}`, {
        exitCode,
      });
    } else if (outcome === 'interrupted') {
      const { message } = signal.reason as JobInterruptedError;
      log.warn(`Interrupted: ${message}. The next start continues from the checkpoint`, {
        exitCode,
        ...(error !== signal.reason && { error }),
      });
    } else {
      const decided = decisive(error, outcome);
      log.error(`Job ${outcome}: ${describeError(decided).message}`, { exitCode, error: decided });
    }
  }
}

/** Everything below `checkpoint/`, the fence last: while it is there, a start that comes after this one finds the result. */
async function removeCheckpoint(
  objects: ObjectStore,
  prefix: { bucket: string; key: string },
  fence: Fence,
): Promise<void> {
  for (const key of await objects.list(prefix)) {
    if (!fence.is(key)) await objects.delete({ bucket: prefix.bucket, key });
  }
  await fence.remove();
}

/** Resolves when as many milliseconds have passed since the abort as `delay` says of its reason. */
function afterAbort(signal: AbortSignal, delay: (reason: unknown) => number): Promise<void> {
  return new Promise((resolve) => {
    const abort = () => {
      setTimeout(resolve, delay(signal.reason)).unref();
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
