import type { JobDefinition } from '../client/job.ts';
import { runAttempt } from './attempt.ts';
import type { JobHandler } from './context.ts';
import { readEnvironment, startedByLonghaul, startedOutside } from './environment.ts';
import { JobInterruptedError, JobTimeoutError, PermanentJobError } from './errors.ts';
import { implementJob, type JobImplementation, type RunOptions } from './implementation.ts';
import { createLog, describeError, type Log } from './log.ts';
import { EXIT_CODES, isAbort, judge, type Outcome } from './outcome.ts';
import { s3Source } from './reading/index.ts';
import { s3Objects } from './s3-objects.ts';

/** What a process has to end by itself in, when the handler left timers or connections open. */
const LINGER_MILLISECONDS = 1000;
/** The longest delay that a Node timer takes. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Runs the job whose container this process is, and ends the process: with 0 when the handler returned and its result is
 * stored, with 65 after a `PermanentJobError` or invalid input, with 75 after SIGTERM, 124 at the time limit, 76 when a newer
 * start took over, and with 1 after any other error. Call it last; it never rejects. For source-mapped stacks start bundled
 * code with `node --enable-source-maps`.
 *
 * @example
 * await runJob(csvReportWork);   // from implementJob
 * await runJob(countWords, async ({ input, checkpoint, progress, readLines }) => {
 *   const saved = await checkpoint.load<State>();
 *   let words = saved?.words ?? 0;
 *   const lines = await readLines(input, { position: saved?.position });
 *   for await (const line of lines) {
 *     words += line.split(' ').length;
 *     checkpoint.set(() => ({ words, position: lines.position }));
 *     progress(lines.bytesRead, lines.object.size);
 *   }
 *   return { words };
 * });
 */
export async function runJob<Name extends string, Input, Result, Event>(
  implementation: JobImplementation<Name, Input, Result, Event>,
): Promise<void>;
/** The same, of a job and its handler one by one. */
export async function runJob<Name extends string, Input, Result, Event>(
  job: JobDefinition<Name, Input, Result, Event>,
  handler: JobHandler<Input, NoInfer<Result>>,
  options?: RunOptions<Input, NoInfer<Result>>,
): Promise<void>;
export async function runJob<Name extends string, Input, Result, Event>(
  job: JobDefinition<Name, Input, Result, Event> | JobImplementation<Name, Input, Result, Event>,
  handler?: JobHandler<Input, NoInfer<Result>>,
  options?: RunOptions<Input, NoInfer<Result>>,
): Promise<void> {
  await run('handler' in job ? job : implementJob(job, handler!, options));
}

async function run<Input, Result, Event>(
  implementation: JobImplementation<string, Input, Result, Event>,
): Promise<void> {
  const { job, handler, options } = implementation;
  if (!startedByLonghaul(process.env)) {
    console.error(startedOutside(job.name));
    process.exitCode = EXIT_CODES.rejected;
    return;
  }
  const {
    STP_JOB_NAME = job.name,
    STP_EXECUTION_ID: id,
    STP_CURRENT_ATTEMPT: attempt,
    STP_INTERRUPTIONS: interruptions,
  } = process.env;
  const log = createLog({
    job: STP_JOB_NAME,
    id,
    attempt: Number(attempt ?? 1),
    interruptions: Number(interruptions ?? 0),
  });
  // A log that nobody reads any more (EPIPE) is no reason to fail.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const stop = new AbortController();
  const objects = s3Objects();
  const source = s3Source();
  const stray = catchStrayErrors(stop.signal, log);
  listenForSignals(stop, log);

  const stopGuard = guardExit(stop.signal, log);
  let outcome: Outcome;
  let handlerRuns = false;
  let stopClock = () => {};
  try {
    const environment = readEnvironment(process.env);
    stopClock = startClock(environment.timeoutSeconds, stop);
    ({ outcome, handlerRuns } = await runAttempt({
      job,
      handler,
      hooks: options,
      environment,
      objects,
      source,
      log,
      stop,
      stray,
      checkpointIntervalSeconds: options.checkpointIntervalSeconds ?? 5,
      published: stopGuard,
    }));
  } catch (error) {
    outcome = judge(error, stop.signal.reason);
    log.error(error instanceof Error ? error.message : String(error), { exitCode: EXIT_CODES[outcome], error });
  }
  stopClock();
  objects.close();
  source.close();
  stopGuard();
  endProcess(EXIT_CODES[outcome], handlerRuns || stop.signal.aborted, log);
}

/** As PID 1 of a container a process gets no default handling of signals: without these SIGTERM would do nothing. */
function listenForSignals(stop: AbortController, log: Log): void {
  for (const [name, meaning] of [
    ['SIGTERM', 'the container is being stopped'],
    ['SIGINT', 'somebody pressed Ctrl-C'],
  ] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) return;
      log.info(`${name}: ${meaning}`);
      stop.abort(new JobInterruptedError(`${name}: ${meaning}`));
    });
  }
}

/**
 * Keeps the process alive while the job works, even on nothing but its signal, and stops it at the time limit. The time is
 * counted from the start of the process, as the service that started the container does.
 */
function startClock(timeoutSeconds: number | undefined, stop: AbortController): () => void {
  let timer: NodeJS.Timeout;
  const tick = () => {
    const left = timeoutSeconds === undefined ? LONGEST_TIMER : timeoutSeconds * 1000 - performance.now();
    if (left <= 0) stop.abort(new JobTimeoutError(`The attempt ran for its time limit of ${timeoutSeconds} seconds`));
    timer = setTimeout(tick, left <= 0 ? LONGEST_TIMER : Math.min(left, LONGEST_TIMER));
  };
  tick();
  return () => clearTimeout(timer);
}

/** Rejects with the first error that no promise of the handler's carries. */
function catchStrayErrors(signal: AbortSignal, log: Log): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  // Whoever waits for it is told; when nobody does any more, the log line below is enough.
  promise.catch(() => {});
  const stray = (what: string) => (error: unknown) => {
    // While the job stops, promises that nobody waits for end with the abort. That must not cut the handler short.
    if (isAbort(error, signal)) return;
    log.error(what, { error });
    const permanent = error instanceof PermanentJobError;
    reject(permanent ? error : new Error(`${what}: ${describeError(error).message}`, { cause: error }));
  };
  process.on('uncaughtException', stray('Uncaught exception'));
  process.on('unhandledRejection', stray('Unhandled rejection'));
  return promise;
}

/**
 * Exit code 0 would make an execution succeed whose handler, or a library that it uses, ended the process before its result was stored.
 * It counts as an error: after SIGTERM, which libraries may end a process at, as the interruption.
 */
function guardExit(signal: AbortSignal, log: Log): () => void {
  const guard = (code: number) => {
    const exitCode = EXIT_CODES[judge(undefined, signal.reason)];
    log.error(`process.exit(${code}) was called while the job was at work: return the result, or throw an error`, {
      exitCode,
    });
    process.exitCode = exitCode;
  };
  process.on('exit', guard);
  return () => process.off('exit', guard);
}

/**
 * Ends the process: at once when the handler is still at work or SIGKILL may be near, otherwise by itself, and for want of that
 * by force: what a handler left open (a timer, a socket, a server) must not keep a container that costs money.
 */
function endProcess(exitCode: number, atOnce: boolean, log: Log): void {
  process.exitCode = exitCode;
  if (atOnce) process.exit();
  // When Node ends by itself it takes its signal handlers away first: a SIGTERM then would end a job that is done with 143.
  process.on('beforeExit', () => process.exit());
  setTimeout(() => {
    log.warn('The job left something open that would keep the process; it ends all the same', {
      open: process.getActiveResourcesInfo(),
    });
    process.exit();
  }, LINGER_MILLISECONDS).unref();
}
