import type { ExecutionDescription } from '../client/describe.ts';
import type { Driver, LogLine, RunOutcome, RunRequest } from '../client/driver.ts';
import { UnknownExecutionError } from '../client/errors.ts';
import { executionName } from '../client/identity.ts';
import type { EventOf, JobDefinition, ResultOf } from '../client/job.ts';
import { EXECUTIONS, InvalidCursorError, LINES, limitOf, readCursor, writeCursor } from '../client/page.ts';
import { checkResumable, nextOf } from '../client/resumption.ts';

/** What was started on the driver, or resumed. */
export interface StartedRun extends Omit<RunRequest, 'event' | 'onDuplicate'> {
  id: string;
  /** What the container would be given. */
  input: unknown;
  /** The execution on whose artifacts it continues. */
  resumes?: string;
}

/** Stands for the container: what it returns is the execution's result, what it throws fails it. */
export type MemoryHandler<Event = unknown, Result = unknown> = (
  event: Event,
  container: { id: string; log(message: string): void; signal: AbortSignal; resumes?: string },
) => Result | Promise<Result>;

/** Executions in memory, for tests of code that starts jobs. They run until the test, or a handler, says how they end. */
export interface MemoryDriver extends Driver {
  /** The oldest first. What was not started, because it had been before, is not among them. */
  readonly started: readonly StartedRun[];
  /** Runs each execution of this job by the handler, as soon as its `startAt` has come. */
  handle<Job extends JobDefinition>(job: Job, handler: MemoryHandler<EventOf<Job>, ResultOf<Job>>): this;
  /** Ends an execution that runs. `result` is kept as JSON would keep it. */
  succeed(id: string, result?: unknown): void;
  /** Ends an execution that runs. Default: `Job.Failed`, without a reason. */
  fail(id: string, failure?: { error?: string; reason?: string }): void;
  /** Adds a line to an execution's log. */
  log(id: string, message: string): void;
  /** Lets time pass for `startAt`; resolves when the handlers that were due have ended. */
  advance(seconds: number): Promise<void>;
}

interface MemoryExecution extends StartedRun {
  status: ExecutionDescription['status'];
  startedAt: string;
  stoppedAt?: string;
  result?: unknown;
  error?: string;
  reason?: string;
  lines: LogLine[];
  isWaiting: boolean;
  /** The handler's end. */
  work?: Promise<void>;
  /** The end of the handler of the execution that this one continues: before it its own does not begin. */
  after?: Promise<void>;
  readonly abort: AbortController;
}

/**
 * A driver for `createClient` that needs no AWS: `createClient({ driver: memoryDriver() })`.
 *
 * @example
 * const driver = memoryDriver().handle(csvReport, ({ key }) => reportOf(key));
 * await handleOrder(order, createClient({ driver }));
 * expect(driver.started).toMatchObject([{ job: 'csv-report', input: { key: 'a.csv' } }]);
 */
export function memoryDriver(): MemoryDriver {
  const executions = new Map<string, MemoryExecution>();
  const handlers = new Map<string, MemoryHandler>();
  let passed = 0;
  const now = (): Date => new Date(Date.now() + passed);

  function find(id: string): MemoryExecution {
    const found = executions.get(id);
    if (found) return found;
    throw new UnknownExecutionError(id);
  }

  function begin(run: StartedRun, after?: Promise<void>): RunOutcome {
    const { id } = run;
    if (executions.has(id)) return { id, started: false };
    executions.set(id, {
      ...run,
      status: 'RUNNING',
      startedAt: now().toISOString(),
      lines: [],
      isWaiting: true,
      abort: new AbortController(),
      ...(after && { after }),
    });
    runDue();
    return { id, started: true };
  }

  function runDue(): void {
    for (const execution of executions.values()) {
      const { isWaiting, status, startAt, after } = execution;
      if (!isWaiting || status !== 'RUNNING' || (startAt !== undefined && new Date(startAt) > now())) continue;
      execution.isWaiting = false;
      const handler = handlers.get(execution.job);
      const begins = () => handler && work(execution, handler);
      execution.work = after ? after.then(begins) : begins();
    }
  }

  async function work(execution: MemoryExecution, handler: MemoryHandler): Promise<void> {
    const { id, input, resumes, abort } = execution;
    try {
      const result = await handler(input, {
        id,
        log: (message) => write(id, message),
        signal: abort.signal,
        ...(resumes !== undefined && { resumes }),
      });
      end(execution, { status: 'SUCCEEDED', result: asStored(result) });
    } catch (error) {
      const { name, message = String(error) } = Object(error) as Partial<Error>; // anything may be thrown
      const rejected = name === 'PermanentJobError' || name === 'InvalidInputError';
      end(execution, { status: 'FAILED', error: rejected ? 'Job.Rejected' : 'Job.Failed', reason: message });
    }
  }

  type End = Pick<MemoryExecution, 'status' | 'result' | 'error' | 'reason'>;
  /** What ended already, as one that was stopped, stays as it is. */
  function end(execution: MemoryExecution, how: End): void {
    if (execution.status === 'RUNNING') Object.assign(execution, how, { stoppedAt: now().toISOString() });
  }

  function endByHand(id: string, how: End): void {
    const execution = find(id);
    if (execution.status !== 'RUNNING') throw new Error(`${id} has ended already: ${execution.status}`);
    end(execution, how);
    execution.abort.abort();
  }

  function write(id: string, message: string): void {
    find(id).lines.push({ at: now().toISOString(), message, launch: 1 });
  }

  return {
    firstLookSeconds: 0.01,
    get started() {
      return [...executions.values()].map(({ id, job, input, identity, source, startAt, tags, resumes }) => ({
        id,
        job,
        input,
        identity,
        source,
        ...(startAt !== undefined && { startAt }),
        ...(tags && { tags }),
        ...(resumes !== undefined && { resumes }),
      }));
    },
    handle(job, handler) {
      handlers.set(job.name, handler as MemoryHandler);
      return this;
    },
    succeed: (id, result) => endByHand(id, { status: 'SUCCEEDED', result: asStored(result) }),
    fail: (id, { error = 'Job.Failed', reason } = {}) =>
      endByHand(id, { status: 'FAILED', error, ...(reason !== undefined && { reason }) }),
    log: write,
    async advance(seconds) {
      passed += seconds * 1000;
      runDue();
      await Promise.all([...executions.values()].map((execution) => execution.work));
    },

    async start({ event, onDuplicate: _, ...run }) {
      return begin({ ...run, id: executionName(run.job, run.identity), input: JSON.parse(event) });
    },
    async describe(id) {
      const { job, status, source, tags, resumes, startedAt, stoppedAt, result, error, reason, isWaiting } = find(id);
      const next = nextOf(id);
      return {
        id,
        job,
        status,
        source,
        ...(tags && { tags: { ...tags } }),
        ...(resumes !== undefined && { resumes }),
        ...(executions.has(next) && { resumedAs: next }),
        startedAt,
        ...(stoppedAt !== undefined && { stoppedAt }),
        attempt: isWaiting ? 0 : 1,
        interruptions: 0,
        ...(result !== undefined && { result: structuredClone(result) }),
        ...(error !== undefined && { error }),
        ...(reason !== undefined && { reason }),
        artifacts: `s3://memory/executions/${resumes ?? id}/`,
      };
    },
    async list({ job, status, limit: wanted, cursor }) {
      const limit = limitOf(wanted, EXECUTIONS);
      const newestFirst = [...executions.values()].reverse();
      const after = cursor === undefined ? undefined : readCursor(cursor, isId).id;
      const first = newestFirst.findIndex(({ id }) => id === after) + 1;
      if (after !== undefined && first === 0) throw new InvalidCursorError(cursor!);
      const rest = newestFirst
        .slice(first)
        .filter((one) => (job === undefined || one.job === job) && (status === undefined || one.status === status));
      const page = rest.slice(0, limit);
      return {
        executions: page.map((one) => ({
          id: one.id,
          job: one.job,
          status: one.status,
          startedAt: one.startedAt,
          ...(one.stoppedAt !== undefined && { stoppedAt: one.stoppedAt }),
        })),
        ...(rest.length > limit && { cursor: writeCursor({ id: page.at(-1)!.id }) }),
      };
    },
    async logs(id, { limit: wanted, cursor }) {
      const limit = limitOf(wanted, LINES);
      const { lines, status } = find(id);
      const from = cursor === undefined ? 0 : readCursor(cursor, isLine).line;
      const page = lines.slice(from, from + limit);
      const line = from + page.length;
      return {
        lines: page,
        cursor: writeCursor({ line }),
        complete: status !== 'RUNNING' && line >= lines.length,
      };
    },
    async result(id) {
      return structuredClone(find(id).result);
    },
    async stop(id, reason = 'Stopped on request') {
      const execution = find(id);
      end(execution, { status: 'ABORTED', error: 'Job.Stopped', reason });
      execution.abort.abort(new Error(reason));
    },
    async resume(id) {
      const { status, job, input, identity, source, startAt, tags, resumes = id, work } = find(id);
      checkResumable(id, status);
      const same = {
        job,
        input,
        identity,
        source,
        resumes,
        ...(startAt !== undefined && { startAt }),
        ...(tags && { tags }),
      };
      return begin({ id: nextOf(id), ...same }, work);
    },
  };
}

/** As `result.json` would hold it. A job that returns nothing has none. */
const asStored = (result: unknown): unknown => (result === undefined ? undefined : JSON.parse(JSON.stringify(result)));

const isId = (place: object): place is { id: string } => typeof (place as { id?: unknown }).id === 'string';
const isLine = (place: object): place is { line: number } => Number.isInteger((place as { line?: unknown }).line);
