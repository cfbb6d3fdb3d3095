import type { Clock } from '../../../asl/host.ts';
import { ServiceError } from '../../endpoint/service.ts';
import { retryPolicy } from './rule.ts';
import type { Delivery, EventStore, Failure } from './store.ts';
import type { Senders } from './targets.ts';

export interface DeliveryQueueOptions {
  store: EventStore;
  clock: Clock;
  notice(message: string): void;
}

/** Deliveries that are under way at a time. */
const LIMIT = 10;

/**
 * Takes deliveries from the store to their targets: again and again, 1, 2, 4, … seconds apart and at most five minutes,
 * until the target's retry policy ends; then to its dead-letter queue. What cannot work at the second attempt either (a
 * target that is not there, an input that is no JSON) goes there at once.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html
 */
export class DeliveryQueue {
  readonly #options: DeliveryQueueOptions;
  readonly #running = new Map<string, Promise<void>>();
  #senders: Senders | undefined;
  #alarm = new AbortController();
  #closed = false;

  constructor(options: DeliveryQueueOptions) {
    this.#options = options;
  }

  /** From now on events are delivered, those that the last engine left first. */
  start(senders: Senders): void {
    this.#senders = senders;
    this.wake();
  }

  /** Delivers what is due and sets the alarm for what is not yet. */
  wake(): void {
    if (!this.#senders || this.#closed) return;
    const { store, clock } = this.#options;
    const now = clock.now();
    for (const delivery of store.due(now, LIMIT - this.#running.size, this.#running.keys())) {
      const done = this.#handle(delivery, this.#senders).finally(() => {
        this.#running.delete(delivery.id);
        this.wake();
      });
      this.#running.set(delivery.id, done);
    }
    this.#alarm.abort();
    this.#alarm = new AbortController();
    const next = store.nextDue(now);
    if (next === undefined) return;
    const { signal } = this.#alarm;
    clock.until(next, signal).then(
      () => !signal.aborted && this.wake(),
      () => {},
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#alarm.abort();
    await Promise.all(this.#running.values());
  }

  async #handle(delivery: Delivery, senders: Senders): Promise<void> {
    try {
      if (delivery.failure) await senders.bury(delivery, delivery.failure);
      else await senders.send(delivery);
    } catch (error) {
      // A request that the end of the engine cut off says nothing of the target.
      if (!this.#closed) this.#failed(delivery, error as Error);
    }
  }

  #failed(delivery: Delivery, error: Error): void {
    const { store, clock, notice } = this.#options;
    const what = `The event ${delivery.event.id} (${delivery.event['detail-type']})`;
    const now = clock.now();
    delivery.attempts += 1;
    delivery.dueAt = now + Math.min(2 ** (delivery.attempts - 1), 300) * 1000;
    const policy = retryPolicy(delivery.target);
    const isOld = delivery.dueAt - delivery.receivedAt > policy.seconds * 1000;
    const isSpent = delivery.attempts > policy.attempts;
    const isOver = isPermanent(error) || (delivery.failure === undefined && (isOld || isSpent));
    if (!isOver) {
      store.saveDelivery(delivery);
    } else if (delivery.failure) {
      notice(`${what} is lost: its dead-letter queue was not reached: ${error.message}`);
      store.removeDelivery(delivery.id);
    } else {
      notice(`${what} did not reach ${delivery.target.Arn}: ${error.message}`);
      if (!delivery.target.DeadLetterConfig?.Arn) store.removeDelivery(delivery.id);
      else store.saveDelivery({ ...delivery, dueAt: now, failure: failureOf(error, isSpent) });
    }
  }
}

function failureOf(error: Error, isSpent: boolean): Failure {
  return {
    code: error instanceof ServiceError ? error.code : error.name,
    message: error.message,
    ...(!isPermanent(error) && { exhausted: isSpent ? 'MaximumRetryAttempts' : 'MaximumEventAgeInSeconds' }),
  };
}

/** Errors that no second attempt can change: the service's own word, but for throttling. */
function isPermanent(error: Error): boolean {
  const { $fault } = error as { $fault?: string };
  const name = error instanceof ServiceError ? error.code : error.name;
  const isAnswer = error instanceof ServiceError || $fault === 'client';
  return isAnswer && !/TooManyRequests|Throttl/.test(name);
}
