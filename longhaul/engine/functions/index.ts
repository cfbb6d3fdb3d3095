import { randomBytes, randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { DatabaseSync } from 'node:sqlite';
import { backgroundClock } from '../../asl/clock.ts';
import type { Clock } from '../../asl/host.ts';
import { ServiceError } from '../endpoint/service.ts';
import type { Resource } from '../template/model.ts';
import { AsyncQueue } from './async-queue.ts';
import { AsyncStore } from './async-store.ts';
import { defineFunction, type FunctionDefinition } from './definition.ts';
import { sdkDelivery } from './destination.ts';
import type { Result } from './execution-environment.ts';
import { FunctionPool } from './function-pool.ts';
import type { LogSink } from './invocation-log.ts';
import { checkPayload, type InvocationType } from './limits.ts';
import { failureText } from './outcome.ts';
import { type SourceWatch, watchSources } from './watch-sources.ts';

export type { FunctionDefinition } from './definition.ts';
export type { LogSink } from './invocation-log.ts';
export type { InvocationType } from './limits.ts';
export { type Destinations, sdkDestinations } from './sdk-destinations.ts';

export interface FunctionsOptions {
  /** The stack's resources; functions are taken from them. */
  resources: Resource[];
  /** Watched for changes, together with the functions' own folders. */
  projectDirectory: string;
  /** What every process gets besides the template's variables: AWS_ENDPOINT_URL, AWS_REGION, credentials, PATH. */
  environment: Record<string, string>;
  logs: LogSink;
  db: DatabaseSync;
  /** Default: real time. */
  clock?: Clock;
  /** Milliseconds before the second and third attempt of an asynchronous event. Default: Lambda's, 1 and 2 minutes. */
  retryDelays?: number[];
  /** Processes of one function at a time, where nothing is reserved. Default: two for each core, at most 10. */
  processLimit?: number;
  /** Milliseconds that a process without work stays. Default five minutes. */
  idleTimeout?: number;
  /** Starts fresh processes when source files change. Default true. */
  watch?: boolean;
  /** What the user should be told. */
  onNotice?(message: string): void;
}

export interface InvokeAnswer {
  /** What the function answered, or its error; empty for an asynchronous invocation. */
  payload: Buffer;
  /** `Unhandled` when the function failed. */
  functionError?: 'Unhandled';
  /** The last 4 KB of the invocation's log. */
  logTail: string;
  requestId: string;
}

/** The Lambda functions of a stack: processes of their own that start when first needed. */
export class Functions {
  readonly definitions: Map<string, FunctionDefinition>;
  readonly #pools = new Map<string, FunctionPool>();
  readonly #store: AsyncStore;
  readonly #queue: AsyncQueue;
  readonly #clock: Clock;
  readonly #startWatch: () => SourceWatch | undefined;
  /** As soon as there is a process whose code can become old. */
  #watch: SourceWatch | undefined;
  readonly #notice: (message: string) => void;
  #closed = false;

  constructor(options: FunctionsOptions) {
    const notice = options.onNotice ?? (() => {});
    this.#notice = notice;
    this.#clock = options.clock ?? backgroundClock;
    const functions = options.resources.filter((resource) => resource.type === 'AWS::Serverless::Function');
    this.definitions = new Map(functions.map((resource) => [resource.ref, defineFunction(resource)]));
    for (const definition of this.definitions.values()) {
      for (const problem of [definition.problem, ...unreachable(definition)]) if (problem) notice(problem);
      this.#pools.set(
        definition.name,
        new FunctionPool(definition, {
          logs: options.logs,
          environment: options.environment,
          processLimit: options.processLimit ?? Math.min(10, 2 * availableParallelism()),
          idleTimeout: options.idleTimeout ?? 300_000,
        }),
      );
    }
    this.#store = new AsyncStore(options.db);
    this.#queue = new AsyncQueue({
      store: this.#store,
      clock: this.#clock,
      definitions: this.definitions,
      run: (event) => this.#run(event.functionName, event.requestId, event.payload),
      deliver: sdkDelivery(options.environment),
      retryDelays: options.retryDelays ?? [60_000, 120_000],
      limit: options.processLimit ?? 10,
      notice,
    });
    this.#startWatch = () =>
      options.watch === false ? undefined : this.#watchSources(options.projectDirectory, notice);
  }

  /**
   * Begins to run asynchronous events, those that the last engine left first. To be called when everything is there that
   * functions need; events that come before are kept.
   */
  start(): void {
    this.#queue.start();
  }

  /**
   * Invokes a function by name, partial ARN or ARN. `RequestResponse` waits for the answer; `Event` is on disk when
   * this resolves, and runs later.
   *
   * @throws ServiceError as Lambda has them: ResourceNotFoundException, TooManyRequestsException,
   *   RequestEntityTooLargeException, InvalidRequestContentException; InvalidRuntimeException for a function that the
   *   engine cannot run
   */
  async invoke(
    functionName: string,
    payload: string | Buffer,
    type: InvocationType,
    clientContext?: string,
  ): Promise<InvokeAnswer> {
    if (type === 'Event') {
      const requestId = this.enqueue(functionName, bodyOf(payload, type));
      return { payload: Buffer.alloc(0), logTail: '', requestId };
    }
    const { name } = this.find(functionName);
    const body = bodyOf(payload, type);
    const requestId = randomUUID();
    const { payload: answer, functionError, logTail } = await this.#run(name, requestId, body, clientContext);
    return { payload: answer, ...(functionError && { functionError }), logTail, requestId };
  }

  /**
   * Accepts an asynchronous event: it is on disk when this returns, and in the caller's transaction if there is one.
   * What a service delivers may be larger than what callers of Invoke may send: a message of 1 MiB with all that is around it.
   * @returns the request id
   */
  enqueue(functionName: string, payload: string | Buffer): string {
    const { name } = this.find(functionName);
    const requestId = randomUUID();
    const body = bodyOf(payload, 'RequestResponse');
    this.#store.add({ requestId, functionName: name, payload: body, receivedAt: this.#clock.now() });
    // After the caller's transaction, if this is inside one.
    setImmediate(() => this.#queue.wake());
    return requestId;
  }

  /** @throws ServiceError ResourceNotFoundException, or InvalidRuntimeException with the function's problem */
  find(functionName: string): FunctionDefinition {
    // NAME, ACCOUNT:function:NAME or the whole ARN, each with `:$LATEST` or without.
    const name = functionName.replace(/^.*:function:/, '').replace(/:\$LATEST$/, '');
    const definition = this.definitions.get(name);
    if (!definition) {
      const arn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
      throw new ServiceError('ResourceNotFoundException', `Function not found: ${arn}`, 404, { Type: 'User' });
    }
    return definition;
  }

  /** Ends all processes; events that they had not finished run again in the next engine. */
  async close(): Promise<void> {
    this.#closed = true;
    const closed = this.#queue.close();
    for (const pool of this.#pools.values()) pool.close();
    await Promise.all([closed, this.#watch?.close()]);
  }

  async #run(name: string, requestId: string, payload: Buffer, clientContext?: string): Promise<Result> {
    const pool = this.#pools.get(name)!;
    const { arn, problem, resource, logGroup } = pool.definition;
    if (problem) throw new ServiceError('InvalidRuntimeException', problem, 502);
    if (!this.#closed) this.#watch ??= this.#startWatch();
    const result = await pool.run({ requestId, payload, arn, traceId: traceId(this.#clock.now()), clientContext });
    // Whoever called sees little of it; who edits the function is in front of the engine.
    if (result.functionError && !this.#closed) {
      this.#notice(`${resource.path} failed: ${failureText(result.payload)} (more in the log group ${logGroup})`);
    }
    return result;
  }

  #watchSources(projectDirectory: string, notice: (message: string) => void): SourceWatch {
    const folders = [projectDirectory, ...[...this.definitions.values()].map((definition) => definition.taskRoot)];
    const retire = () => {
      for (const pool of this.#pools.values()) pool.retire();
    };
    return watchSources(folders, retire, (error) =>
      notice(`Source files are not watched; restart the engine after a change: ${error.message}`),
    );
  }
}

function bodyOf(payload: string | Buffer, type: InvocationType): Buffer {
  const body = Buffer.from(payload as string);
  // Without a payload Lambda gives the function an empty object.
  const whole = body.length === 0 ? Buffer.from('{}') : body;
  checkPayload(whole, type);
  return whole;
}

/** `Root=1-66f0a1b2-…;Parent=…;Sampled=0`: nothing is traced here, but code may read and pass it on. */
function traceId(now: number): string {
  const root = `1-${Math.floor(now / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
  return `Root=${root};Parent=${randomBytes(8).toString('hex')};Sampled=0`;
}

/** Destinations that the engine does not deliver to, said once at the start. */
function unreachable({ resource, async: settings }: FunctionDefinition): string[] {
  const { onFailure, onSuccess, deadLetterQueue } = settings;
  const checks: [string, string | undefined, RegExp][] = [
    ['OnFailure', onFailure, /:(sqs|s3):/],
    ['OnSuccess', onSuccess, /:sqs:/],
    ['DeadLetterQueue', deadLetterQueue, /:sqs:/],
  ];
  return checks
    .filter(([, arn, reachable]) => arn && !reachable.test(String(arn)))
    .map(
      ([what, arn]) =>
        `${resource.path}: records for ${what} ${arn} are not delivered locally; queues and buckets are.`,
    );
}
