import { randomUUID } from 'node:crypto';
import { acceptInput, keyIdentity } from './accept-input.ts';
import type { AwsOptions } from './aws.ts';
import type { ExecutionDescription } from './describe.ts';
import type { Driver, ExecutionPage, ExecutionSummary, ListQuery, LogLine } from './driver.ts';
import { DuplicateExecutionError, UnknownJobError } from './errors.ts';
import { type FollowOptions, follow, type WaitOptions, waitFor } from './follow.ts';
import type { EventOf, JobDefinition, NameOf, ResultOf } from './job.ts';
import { lazyDriver } from './lazy-driver.ts';
import { checkKey, checkTags, type StartTime, startTime } from './run-options.ts';
import { type Stack, stackFromEnvironment } from './stack.ts';

/** Which executions: those of a driver, of a stack, or behind a Longhaul API. Without any: of the stack that this function belongs to. */
export type ClientOptions<Jobs extends readonly JobDefinition[] = readonly JobDefinition[]> = {
  /** The jobs that there are: they may be called by their names, and no others may be started. */
  jobs?: Jobs;
} & (
  | { driver: Driver; stack?: never; url?: never; aws?: never }
  | {
      /** What the stack's outputs name `StateMachineArn` and `ArtifactsBucketName`; by default the function's own stack. */
      stack?: Stack;
      /** Region, credentials and endpoint; by default those of the environment, as the AWS SDK finds them. */
      aws?: AwsOptions;
      driver?: never;
      url?: never;
    }
  | {
      /** The stack's output `ApiUrl`. Needs no right but to call it. */
      url: string;
      aws?: AwsOptions;
      driver?: never;
      stack?: never;
    }
);

export interface RunOptions extends StartTime {
  /**
   * A second run with the same key starts nothing, for 90 days: 1 to 255 characters of printable ASCII, without spaces at the ends. It
   * is the HTTP API's `Idempotency-Key`. A job whose definition says what is `unique` goes by that instead. Default: each run starts an
   * execution.
   */
  idempotencyKey?: string;
  /** Put on the Batch job or the ECS task, for the bill: at most 40, of letters, digits, spaces and `_.:/=+-@`. */
  tags?: Readonly<Record<string, string>>;
  /**
   * What a run of something that had been started before does: give the execution that is there, or throw
   * `DuplicateExecutionError`. Default: `return`.
   */
  onDuplicate?: 'return' | 'reject';
  /** Shown with the execution; behind the HTTP API it is `http` always. Default: `client`. */
  source?: string;
}

/** The job that is meant by a definition or by a name of the registry. */
type Meant<Jobs extends readonly JobDefinition[], Job> = Job extends string
  ? Extract<Jobs[number], { readonly name: Job }>
  : Job;
/** What may be run: the jobs of the registry and their names, or without one any definition. */
type Runnable<Jobs extends readonly JobDefinition[]> = Jobs extends readonly []
  ? JobDefinition
  : Jobs[number] | NameOf<Jobs[number]>;

/** An execution, by its id or as it was given by `run` or `execution`; `Result` is what its job delivers. */
export type ExecutionRef<Result = unknown> = string | Execution<Result>;

/** One execution of a job whose result is of this type. */
export interface Execution<Result = unknown> {
  readonly id: string;
  describe(): Promise<ExecutionDescription>;
  /** @see Client.wait */
  wait(options?: WaitOptions): Promise<Result>;
  /** @see Client.result */
  result(): Promise<Result | undefined>;
  /** @see Client.logs */
  logs(options?: FollowOptions): AsyncGenerator<LogLine, void, undefined>;
  stop(reason?: string): Promise<void>;
  resume(): Promise<StartedExecution<Result>>;
}

export interface StartedExecution<Result = unknown> extends Execution<Result> {
  /** False when it had been started before; that is certain only with `onDuplicate: 'reject'`, which throws then. */
  readonly started: boolean;
}

/** Starts jobs and steers their executions. Everything may also throw what AWS answers, as the AWS SDK's errors. */
export interface Client<Jobs extends readonly JobDefinition[] = readonly []> {
  /**
   * Starts one execution of a job, after its schema has taken the input. The container gets the input as it is given here, as JSON.
   *
   * @throws InvalidInputError, UnknownJobError, DuplicateExecutionError on request; RangeError or TypeError for options that are none
   */
  run<const Job extends Runnable<Jobs>>(
    job: Job,
    input: EventOf<Meant<Jobs, Job>>,
    options?: RunOptions,
  ): Promise<StartedExecution<ResultOf<Meant<Jobs, Job>>>>;
  /** An execution of which only the id is known, with its job's type of result. Asks nothing. */
  execution<const Job extends Runnable<Jobs>>(job: Job, id: string): Execution<ResultOf<Meant<Jobs, Job>>>;
  /** @throws UnknownExecutionError */
  describe(execution: ExecutionRef): Promise<ExecutionDescription>;
  /** A page of executions, the newest first. */
  list(query?: ClientListQuery<Jobs>): Promise<ExecutionPage>;
  /** All of them, page by page, as far as they are asked for. `limit` is a page's. */
  listAll(query?: ClientListQuery<Jobs>): AsyncGenerator<ExecutionSummary, void, undefined>;
  /**
   * Ends an execution and its container, which saves its checkpoint first. One that has ended is left as it is.
   * @throws UnknownExecutionError
   */
  stop(execution: ExecutionRef, reason?: string): Promise<void>;
  /**
   * A new execution on the artifacts of one that ended without success: it goes on from the last checkpoint.
   * @throws UnknownExecutionError; ExecutionStateError when it runs or has succeeded, or (`retryable`) its container still stops
   */
  resume<Result>(execution: ExecutionRef<Result>): Promise<StartedExecution<Result>>;
  /**
   * Waits for the end, and gives the result.
   * @throws JobFailedError when it ended without success, `TimeoutError` (a DOMException) after `timeoutSeconds`, the signal's reason, UnknownExecutionError
   */
  wait<Result>(execution: ExecutionRef<Result>, options?: WaitOptions): Promise<Result>;
  /**
   * What the job delivered, now; undefined while there is nothing. Through the HTTP API up to a megabyte.
   * @throws UnknownExecutionError
   */
  result<Result>(execution: ExecutionRef<Result>): Promise<Result | undefined>;
  /**
   * The lines of all its containers, the oldest first; with `follow` also those that come, to its end.
   * @throws UnknownExecutionError, the signal's reason
   */
  logs(execution: ExecutionRef, options?: FollowOptions): AsyncGenerator<LogLine, void, undefined>;
}

export type ClientListQuery<Jobs extends readonly JobDefinition[] = readonly []> = Omit<ListQuery, 'job'> & {
  /** A definition or a name. */
  job?: Runnable<Jobs> | (Jobs extends readonly [] ? string : never);
};

/**
 * A client for the executions of a stack. It makes no request before it is used.
 *
 * @example
 * const client = createClient({ jobs: [csvReport, resize] });          // in a function of the stack
 * const client = createClient({ url: process.env.LONGHAUL_URL! });     // in another stack
 * const client = createClient({ driver: memoryDriver() });             // in a unit test
 * const report = await (await client.run(csvReport, { bucket, key })).wait();
 *
 * @throws TypeError for a url that is undefined or empty; Error without any, where the environment names no stack
 */
export function createClient<const Jobs extends readonly JobDefinition[] = readonly []>(
  options: ClientOptions<Jobs> = {},
): Client<Jobs> {
  const { jobs } = options;
  const driver = driverOf(options);

  function meant(job: JobDefinition | string): JobDefinition {
    const name = typeof job === 'string' ? job : job.name;
    const found = jobs ? jobs.find((one) => one.name === name) : typeof job === 'string' ? undefined : job;
    if (found) return found;
    throw new UnknownJobError(
      name,
      jobs?.map((one) => one.name),
    );
  }

  function execution<Result>(id: string): Execution<Result> {
    return {
      id,
      describe: () => driver.describe(id),
      wait: (waiting) => waitFor<Result>(driver, id, waiting),
      result: () => driver.result(id) as Promise<Result | undefined>,
      logs: (following) => follow(driver, id, following),
      stop: (reason) => driver.stop(id, reason),
      resume: async () => {
        const { id: next, started } = await driver.resume(id);
        return { ...execution<Result>(next), started };
      },
    };
  }

  async function run(
    job: JobDefinition | string,
    input: unknown,
    { idempotencyKey, tags, onDuplicate = 'return', source = 'client', ...time }: RunOptions = {},
  ): Promise<StartedExecution> {
    const definition = meant(job);
    const event = JSON.stringify(input);
    if (event === undefined) throw new TypeError(`The input must be something that JSON holds; it is ${typeof input}`);
    const startAt = startTime(time);
    checkTags(tags);
    checkKey(idempotencyKey);
    // What the container will see: JSON makes texts of dates, and leaves out what is undefined.
    const accepted = await acceptInput(definition, JSON.parse(event));
    const identity = accepted.identity ?? keyIdentity(idempotencyKey ?? randomUUID());
    const { id, started } = await driver.start({
      job: definition.name,
      event,
      identity,
      source,
      ...(startAt !== undefined && { startAt }),
      ...(tags && { tags }),
      onDuplicate,
    });
    if (!started && onDuplicate === 'reject') throw new DuplicateExecutionError(id);
    return { ...execution(id), started };
  }

  const list = ({ job, ...query }: ClientListQuery<readonly JobDefinition[]> = {}): Promise<ExecutionPage> =>
    driver.list({ ...query, ...(job !== undefined && { job: typeof job === 'string' ? job : job.name }) });

  const client = {
    run,
    execution(job: JobDefinition | string, id: string) {
      meant(job);
      return execution(id);
    },
    describe: (of: ExecutionRef) => driver.describe(idOf(of)),
    list,
    async *listAll(query: ClientListQuery<readonly JobDefinition[]> = {}) {
      let page: ExecutionPage = { executions: [], ...(query.cursor !== undefined && { cursor: query.cursor }) };
      do {
        page = await list({ ...query, ...(page.cursor !== undefined && { cursor: page.cursor }) });
        yield* page.executions;
      } while (page.cursor !== undefined);
    },
    stop: (of: ExecutionRef, reason?: string) => driver.stop(idOf(of), reason),
    resume: (of: ExecutionRef) => execution(idOf(of)).resume(),
    wait: (of: ExecutionRef, waiting?: WaitOptions) => waitFor(driver, idOf(of), waiting),
    result: (of: ExecutionRef) => driver.result(idOf(of)),
    logs: (of: ExecutionRef, following?: FollowOptions) => follow(driver, idOf(of), following),
  };
  return client as Client<Jobs>;
}

const idOf = (execution: ExecutionRef): string => (typeof execution === 'string' ? execution : execution.id);

/** What speaks to AWS is loaded with the first request, so that whoever only defines or starts jobs does not carry it. */
function driverOf(options: ClientOptions): Driver {
  const { driver, url, stack, aws } = options;
  if (driver) return driver;
  if (url) {
    return lazyDriver(async () => (await import('./api-driver.ts')).apiDriver({ url, ...(aws && { aws }) }));
  }
  if ('url' in options && !stack) {
    throw new TypeError(`url must be the address of a Longhaul API; it is ${url === '' ? 'empty' : url}`);
  }
  const where = stack ?? stackFromEnvironment();
  return lazyDriver(async () =>
    (await import('./step-functions.ts')).stepFunctionsDriver({ stack: where, ...(aws && { aws }) }),
  );
}
