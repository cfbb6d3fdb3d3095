import type { ContainerSpec, Ending, Interruption, RunningContainer, StopCause } from './container.ts';
import { LogLines } from './log-lines.ts';
import type { LaunchedContainer } from './runner.ts';

/** Where output is kept: CloudWatch Logs, here. */
export interface LogSink {
  append(group: string, stream: string, events: { timestamp: number; message: string }[]): void;
}

/** One container from its launch to its end. */
export class Container {
  readonly spec: ContainerSpec;
  /** Milliseconds since the epoch. */
  readonly startedAt = Date.now();
  /** Resolves when nothing of it is alive any more and all its output is stored. */
  readonly gone: Promise<Ending>;
  /** Resolves with what its service sees: when it is gone, or cut off. */
  readonly ended: Promise<Ending>;
  readonly #cutOff = Promise.withResolvers<Ending>();
  #launched: LaunchedContainer;
  #stoppedBy: StopCause | undefined;
  #kill: NodeJS.Timeout | undefined;
  #killAt = Number.POSITIVE_INFINITY;

  constructor(spec: ContainerSpec, launched: LaunchedContainer, logs: LogSink) {
    this.spec = spec;
    this.#launched = launched;
    const output = [launched.stdout, launched.stderr].map((stream) => storeLines(stream, spec, logs));
    this.gone = Promise.all([launched.wait(), ...output]).then(([exitCode]) => {
      clearTimeout(this.#kill);
      return { how: this.#stoppedBy ?? 'exited', exitCode, stoppedAt: Date.now() };
    });
    this.ended = Promise.race([this.gone, this.#cutOff.promise]);
  }

  get executionId(): string | undefined {
    return this.spec.environment.STP_EXECUTION_ID;
  }

  summary(): RunningContainer {
    const { executionId, startedAt } = this;
    return { id: this.spec.id, ...(executionId && { executionId }), capacity: this.spec.capacity, startedAt };
  }

  /** Its capacity is taken away. */
  interrupt(how: Interruption): void {
    if (how === 'notice') this.stop('interrupted');
    else if (how === 'cut-off') this.#cutOff.resolve({ how: 'host-lost' });
    else this.kill('interrupted');
  }

  /** SIGKILL, at once. */
  kill(cause: StopCause): void {
    if (this.#launched.signal('SIGKILL')) this.#stoppedBy ??= cause;
  }

  /**
   * SIGTERM now, SIGKILL after the stop timeout. The first cause is the one that counts; a later call can only bring
   * SIGKILL forward. Does nothing when it has exited by itself.
   */
  stop(cause: StopCause, timeoutSeconds = this.spec.stopTimeoutSeconds): void {
    if (!this.#stoppedBy) {
      if (!this.#launched.signal('SIGTERM')) return;
      this.#stoppedBy = cause;
    }
    const killAt = Date.now() + timeoutSeconds * 1000;
    if (killAt >= this.#killAt) return;
    this.#killAt = killAt;
    clearTimeout(this.#kill);
    this.#kill = setTimeout(() => this.#launched.signal('SIGKILL'), timeoutSeconds * 1000);
  }
}

/** Resolves when the stream has ended. */
function storeLines(stream: LaunchedContainer['stdout'], { log }: ContainerSpec, logs: LogSink): Promise<void> {
  const lines = new LogLines();
  const store = (messages: string[]) => {
    const timestamp = Date.now();
    if (!log || messages.length === 0) return;
    const events = messages.map((message) => ({ timestamp, message }));
    logs.append(log.group, log.stream, events);
  };
  return new Promise((resolve) => {
    if (stream.closed) return resolve();
    stream.on('data', (chunk: Buffer) => store(lines.push(chunk)));
    stream.on('close', () => {
      store(lines.end());
      resolve();
    });
    stream.on('error', () => stream.destroy());
  });
}
