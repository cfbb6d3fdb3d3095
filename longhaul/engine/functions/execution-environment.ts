import type { ChildProcess } from 'node:child_process';

import type { FunctionDefinition } from './definition.ts';
import { InvocationLog, type LogSink } from './invocation-log.ts';
import { killGroup, launch } from './launch.ts';
import { RESPONSE_LIMIT } from './limits.ts';
import * as outcomes from './outcome.ts';
import { type Invocation, RuntimeApi } from './runtime-api.ts';

/** Initialization has this long besides the function's own timeout (milliseconds): Lambda's init phase. */
const INIT_ALLOWANCE = 10_000;

/** What one invocation gave, with the last 4 KB of its log. */
export type Result = outcomes.Outcome & { logTail: string };

interface Running {
  invocation: Invocation;
  /** When the process took it (milliseconds since the epoch); until then it waits for the process to ask. */
  takenAt: number | undefined;
  timer: NodeJS.Timeout;
  /** Ends it: undefined when the process ended before it took the invocation. The first call counts. */
  settle(outcome: outcomes.Outcome | undefined): void;
}

/**
 * One process that runs one function, one invocation at a time: Lambda's execution environment. It ends with its first
 * timeout, crash or failed initialization.
 */
export class ExecutionEnvironment {
  /** Whether it can be given an invocation; `starting` is busy with its first one, which it has not taken yet. */
  state: 'free' | 'starting' | 'busy' | 'gone' = 'free';
  /** Set when its code changed on disk: it finishes what it has and gets no more. */
  stale = false;
  readonly #definition: FunctionDefinition;
  readonly #engine: Record<string, string>;
  readonly #log: InvocationLog;
  readonly #api: RuntimeApi;
  #child: ChildProcess | undefined;
  #running: Running | undefined;
  /** The process waits in `next`. */
  #asking = false;
  #startedAt = 0;
  /** Milliseconds from its start to its first `next`; undefined until then. */
  #initDuration: number | undefined;
  #initReported = false;
  #initError: Buffer | undefined;
  #maxRssKb: number | undefined;
  #onReady: (() => void) | undefined;

  constructor(definition: FunctionDefinition, engine: Record<string, string>, logs: LogSink) {
    this.#definition = definition;
    this.#engine = engine;
    this.#log = new InvocationLog(logs, definition);
    this.#api = new RuntimeApi({
      next: () => this.#next(),
      response: (_, payload, rss) => this.#answered(outcomes.succeeded(payload), rss),
      error: (_, payload, rss) => this.#answered(outcomes.reported(payload), rss),
      tooLarge: () => this.#answered(outcomes.responseTooLarge(RESPONSE_LIMIT), undefined),
      initError: (payload) => {
        this.#initError = payload;
        this.#running?.settle(outcomes.reported(payload, 'error'));
      },
    });
  }

  /**
   * Runs one invocation, and starts the process when it is the first. What goes wrong is an outcome; undefined when the
   * process, left over from an earlier invocation, ended before it took this one.
   *
   * @param onReady - called when a process that had to be started takes the invocation
   */
  async run(invocation: Invocation, onReady?: () => void): Promise<Result | undefined> {
    this.state = this.#startedAt === 0 ? 'starting' : 'busy';
    this.#onReady = onReady;
    const { promise, resolve } = Promise.withResolvers<outcomes.Outcome | undefined>();
    const allowance = INIT_ALLOWANCE + this.#definition.timeout * 1000;
    const running: Running = {
      invocation,
      takenAt: undefined,
      timer: this.#timeOutAfter(allowance, invocation.requestId),
      settle: resolve,
    };
    this.#running = running;
    const begun = Date.now();
    // Stopped while it starts, it has its outcome, and its API never comes up.
    if (this.#startedAt === 0) await Promise.race([this.#start(), promise]);
    else if (this.#asking) this.#dispatch();

    const outcome = await promise;
    clearTimeout(running.timer);
    this.#running = undefined;
    await outputArrived();
    const result = outcome && { ...outcome, logTail: this.#report(running, outcome, running.takenAt ?? begun) };
    if (!outcome || outcome.status || this.stale) this.stop();
    if (this.state === 'busy') this.state = 'free';
    return result;
  }

  /** Kills the process with everything that it started. */
  stop(): void {
    if (this.state === 'gone') return;
    this.state = 'gone';
    this.#api.close();
    killGroup(this.#child);
    const running = this.#running;
    running?.settle(outcomes.exited(running.invocation.requestId, null, 'SIGKILL'));
  }

  async #start(): Promise<void> {
    this.#startedAt = Date.now();
    this.#log.initStart(this.#definition.runtime.replace(/^nodejs/, 'nodejs:').replace(/\.x$/, ''));
    try {
      await this.#api.start();
      if (this.#isGone()) return;
      const identity = { runtimeApi: this.#api.address, logStream: this.#log.stream };
      const child = launch(this.#definition, identity, this.#engine);
      this.#child = child;
      child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#log.output('stdout', text));
      child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#log.output('stderr', text));
      child.once('error', (error) => this.#settleWith((id) => outcomes.notStarted(id, error)));
      child.once('exit', (code, signal) => this.#exited(code, signal));
    } catch (error) {
      this.#running?.settle(outcomes.notResolved(error as Error));
    }
  }

  #isGone(): boolean {
    return this.state === 'gone';
  }

  #next(): void {
    this.#asking = true;
    if (this.state === 'starting') {
      this.state = 'busy';
      this.#onReady?.();
    }
    this.#initDuration ??= Date.now() - this.#startedAt;
    this.#dispatch();
  }

  #dispatch(): void {
    const running = this.#running;
    if (!running || running.takenAt !== undefined) return;
    this.#asking = false;
    running.takenAt = Date.now();
    clearTimeout(running.timer);
    const limit = this.#definition.timeout * 1000;
    running.timer = this.#timeOutAfter(limit, running.invocation.requestId);
    this.#log.start(running.invocation.requestId);
    this.#api.deliver(running.invocation, running.takenAt + limit);
  }

  #answered(outcome: outcomes.Outcome, maxRssKb: number | undefined): void {
    this.#maxRssKb = maxRssKb ?? this.#maxRssKb;
    this.#running?.settle(outcome);
  }

  #exited(code: number | null, signal: NodeJS.Signals | null): void {
    this.state = 'gone';
    this.#api.close();
    killGroup(this.#child);
    const neverTaken = this.#initDuration !== undefined && this.#running?.takenAt === undefined;
    if (this.#initError) this.#running?.settle(outcomes.reported(this.#initError, 'error'));
    else if (neverTaken) this.#running?.settle(undefined);
    else this.#settleWith((id) => outcomes.exited(id, code, signal));
  }

  #settleWith(outcome: (requestId: string) => outcomes.Outcome): void {
    this.#running?.settle(outcome(this.#running.invocation.requestId));
  }

  #timeOutAfter(milliseconds: number, requestId: string): NodeJS.Timeout {
    return setTimeout(() => {
      this.#settleWith(() => outcomes.timedOut(requestId, this.#definition.timeout));
      killGroup(this.#child);
    }, milliseconds);
  }

  #report(running: Running, outcome: outcomes.Outcome, begun: number): string {
    const { requestId } = running.invocation;
    const { timeout, memorySize } = this.#definition;
    const duration = Date.now() - begun;
    if (running.takenAt === undefined) this.#log.start(requestId, true);
    if (outcome.status === 'timeout') {
      this.#log.timeout(requestId, outcomes.timeoutText(timeout));
    }
    const initDuration = this.#initReported ? undefined : this.#initDuration;
    this.#initReported = true;
    const { status, errorType } = outcome;
    return this.#log.end({
      requestId,
      duration,
      initDuration,
      memorySize,
      maxRssKb: this.#maxRssKb,
      status,
      errorType,
    });
  }
}

/**
 * What a process wrote before it answered is in its pipe by then, since a process writes to pipes synchronously; one
 * whole turn of the event loop reads it.
 */
async function outputArrived(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
