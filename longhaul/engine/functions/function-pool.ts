import { ServiceError } from '../endpoint/service.ts';

import type { FunctionDefinition } from './definition.ts';
import { ExecutionEnvironment, type Result } from './execution-environment.ts';
import type { LogSink } from './invocation-log.ts';
import type { Invocation } from './runtime-api.ts';

export interface PoolOptions {
  logs: LogSink;
  /** The engine's share of a process's environment. */
  environment: Record<string, string>;
  /** Processes at a time when the template reserves no concurrency; further invocations wait for one. */
  processLimit: number;
  /** Milliseconds after which a process without work is ended. */
  idleTimeout: number;
}

/** The processes of one function. */
export class FunctionPool {
  readonly definition: FunctionDefinition;
  readonly #options: PoolOptions;
  readonly #environments = new Map<ExecutionEnvironment, NodeJS.Timeout | undefined>();
  readonly #line: (() => void)[] = [];
  #closed = false;

  constructor(definition: FunctionDefinition, options: PoolOptions) {
    this.definition = definition;
    this.#options = options;
  }

  /**
   * Runs an invocation on a free process, or on a new one. ReservedConcurrentExecutions is Lambda's own limit and
   * refuses what is over it. The engine's limit only spares the machine, so invocations over it wait. They also wait while
   * a process starts: by then another one is often free.
   *
   * @throws ServiceError TooManyRequestsException when the reserved concurrency is used up
   */
  async run(invocation: Invocation): Promise<Result> {
    const reserved = this.definition.reservedConcurrency;
    if (reserved !== undefined && this.#busy() + this.#line.length >= reserved) {
      throw new ServiceError('TooManyRequestsException', 'Rate Exceeded.', 429, {
        Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
        Type: 'User',
      });
    }
    const limit = Math.min(this.#options.processLimit, reserved ?? Number.POSITIVE_INFINITY);
    const mustWait = () => this.#busy() >= limit || (!this.#has('free') && this.#has('starting'));
    while (mustWait() && !this.#closed) await new Promise<void>((resolve) => this.#line.push(resolve));
    if (this.#closed) throw new ServiceError('ServiceException', 'The local engine is stopping.', 500);
    const environment = this.#freeEnvironment();
    try {
      // A leftover process may end just when it gets the invocation, which another one then runs.
      return (await environment.run(invocation, () => this.#line.shift()?.())) ?? (await this.#again(invocation));
    } finally {
      this.#release(environment);
      this.#line.shift()?.();
    }
  }

  /** Ends processes without work now and the others after their invocation: their code is old. */
  retire(): void {
    for (const environment of this.#environments.keys()) {
      environment.stale = true;
      if (environment.state === 'free') this.#drop(environment);
    }
  }

  close(): void {
    this.#closed = true;
    for (const environment of [...this.#environments.keys()]) this.#drop(environment);
    for (const proceed of this.#line.splice(0)) proceed();
  }

  async #again(invocation: Invocation): Promise<Result> {
    const environment = this.#add();
    try {
      const result = await environment.run(invocation);
      if (!result) throw new ServiceError('ServiceException', 'The function ended before it took the event.', 500);
      return result;
    } finally {
      this.#release(environment);
    }
  }

  #busy(): number {
    return [...this.#environments.keys()].filter(({ state }) => state === 'busy' || state === 'starting').length;
  }

  #has(wanted: ExecutionEnvironment['state']): boolean {
    return [...this.#environments.keys()].some(({ state }) => state === wanted);
  }

  #freeEnvironment(): ExecutionEnvironment {
    for (const [environment, timer] of this.#environments) {
      if (environment.state === 'gone') this.#drop(environment);
      if (environment.state !== 'free') continue;
      clearTimeout(timer);
      this.#environments.set(environment, undefined);
      return environment;
    }
    return this.#add();
  }

  #add(): ExecutionEnvironment {
    const environment = new ExecutionEnvironment(this.definition, this.#options.environment, this.#options.logs);
    this.#environments.set(environment, undefined);
    return environment;
  }

  #release(environment: ExecutionEnvironment): void {
    if (environment.state !== 'free') {
      this.#drop(environment);
      return;
    }
    const timer = setTimeout(() => this.#drop(environment), this.#options.idleTimeout).unref();
    this.#environments.set(environment, timer);
  }

  #drop(environment: ExecutionEnvironment): void {
    clearTimeout(this.#environments.get(environment));
    this.#environments.delete(environment);
    environment.stop();
  }
}
