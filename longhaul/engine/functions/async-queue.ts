import type { Clock } from '../../asl/host.ts';
import { ServiceError } from '../endpoint/service.ts';
import type { AsyncEvent, AsyncStore } from './async-store.ts';
import type { FunctionDefinition } from './definition.ts';
import { type Condition, type Deliver, invocationRecord } from './destination.ts';
import type { Result } from './execution-environment.ts';

export interface AsyncQueueOptions {
  store: AsyncStore;
  clock: Clock;
  definitions: Map<string, FunctionDefinition>;
  /** Runs one event; throws a ServiceError when it is throttled. */
  run(event: AsyncEvent): Promise<Result>;
  deliver: Deliver;
  /** Milliseconds before the second and the third attempt. */
  retryDelays: number[];
  /** Events of one function that run at a time. */
  limit: number;
  notice(message: string): void;
}

/**
 * Takes events from the store to the functions, with Lambda's retries: after an error of the function once more after a
 * minute and once more after two; after throttling again and again, from 1 second to 5 minutes apart; until the event
 * is too old. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 *
 * An event whose invocation was cut off by the end of the engine begins that attempt again.
 */
export class AsyncQueue {
  readonly #options: AsyncQueueOptions;
  readonly #running = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  #alarm: AbortController | undefined;
  #started = false;

  constructor(options: AsyncQueueOptions) {
    this.#options = options;
  }

  /** From now on events are run, those of the last engine first. */
  start(): void {
    this.#started = true;
    this.wake();
  }

  /** Starts what is due and sets the alarm for what is not yet. Called whenever something may have changed. */
  wake(): void {
    if (!this.#started || this.#stop.signal.aborted) return;
    const { store, clock, definitions, limit } = this.#options;
    const now = clock.now();
    for (const definition of definitions.values()) {
      const mine = [...this.#running.keys()].filter((key) => key.startsWith(`${definition.name} `));
      const ids = mine.map((key) => key.slice(definition.name.length + 1));
      for (const event of store.due(definition.name, now, limit - ids.length, ids)) {
        const key = `${definition.name} ${event.requestId}`;
        const done = this.#handle(event, definition)
          .catch((error: Error) => {
            this.#options.notice(`Asynchronous event ${event.requestId} of ${definition.name}: ${error.message}`);
            if (!this.#stop.signal.aborted) this.#delay(event);
          })
          .finally(() => {
            this.#running.delete(key);
            this.wake();
          });
        this.#running.set(key, done);
      }
    }
    this.#setAlarm(store.nextDue(now));
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('The local engine is stopping.'));
    this.#alarm?.abort();
    await Promise.all(this.#running.values());
  }

  #setAlarm(due: number | undefined): void {
    this.#alarm?.abort();
    this.#alarm = new AbortController();
    const { signal } = this.#alarm;
    if (due === undefined) return;
    this.#options.clock.until(due, signal).then(
      () => !signal.aborted && this.wake(),
      () => {},
    );
  }

  async #handle(event: AsyncEvent, definition: FunctionDefinition): Promise<void> {
    if (event.record !== undefined) return this.#deliver(event, definition);
    const { maximumEventAgeInSeconds, maximumRetryAttempts } = definition.async;
    const expired = () => this.#options.clock.now() - event.receivedAt > maximumEventAgeInSeconds * 1000;
    if (definition.reservedConcurrency === 0) return this.#end(event, definition, 'ZeroReservedConcurrency');
    if (expired()) return this.#end(event, definition, 'EventAgeExceeded');
    let result: Result;
    try {
      result = await this.#options.run(event);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      if (!(error instanceof ServiceError)) throw error;
      return this.#delay(event);
    }
    // Cut off by the end of the engine, not by itself: the next engine runs it again.
    if (this.#stop.signal.aborted && result.status) return;
    event.attempts += 1;
    if (!result.functionError) return this.#end(event, definition, 'Success', result);
    if (event.attempts > maximumRetryAttempts) return this.#end(event, definition, 'RetriesExhausted', result);
    const wait = this.#options.retryDelays[event.attempts - 1] ?? 0;
    event.dueAt = this.#options.clock.now() + wait;
    this.#options.store.save(event);
  }

  /** Back into the queue: 1, 2, 4, … seconds, at most five minutes. */
  #delay(event: AsyncEvent): void {
    event.dueAt = this.#options.clock.now() + Math.min(2 ** event.delays, 300) * 1000;
    event.delays += 1;
    this.#options.store.save(event);
  }

  #end(event: AsyncEvent, definition: FunctionDefinition, condition: Condition, result?: Result): Promise<void> | void {
    const { onFailure, onSuccess, deadLetterQueue } = definition.async;
    const wanted = condition === 'Success' ? onSuccess : (onFailure ?? deadLetterQueue);
    if (!wanted) return this.#options.store.remove(event.requestId);
    event.record = invocationRecord(event, definition.arn, condition, this.#options.clock.now(), result);
    event.delays = 0;
    this.#options.store.save(event);
    return this.#deliver(event, definition);
  }

  async #deliver(event: AsyncEvent, definition: FunctionDefinition): Promise<void> {
    try {
      await this.#options.deliver(definition, event);
      this.#options.store.remove(event.requestId);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.#options.notice(
        `The record of event ${event.requestId} of ${definition.name} did not reach its destination and is tried again: ${(error as Error).message}`,
      );
      this.#delay(event);
    }
  }
}
