import type { Fauxqs } from './fauxqs.ts';
import type { Receives } from './receives.ts';

type Queue = NonNullable<ReturnType<Fauxqs['queues']['getQueueByArn']>>;
export type Received = ReturnType<Queue['dequeue']>[number];

/** A message that somebody reads now; it is hidden from others until the queue's visibility timeout is over. */
export interface ReadMessage extends Received {
  /** SQS's own attributes: `ApproximateReceiveCount`, `SentTimestamp`, `MessageGroupId`, … */
  attributes: Record<string, string>;
}

/** ReceiveMessage gives at most that many at once. */
const MOST_AT_ONCE = 10;

/** As long as the longest poll of SQS. */
const LONGEST_WAIT = 20_000;

/**
 * Reads a queue from inside the engine. fauxqs's own long poll looks every 20 milliseconds; this one sleeps until a message is
 * sent, or until the first one that is hidden or delayed comes back.
 */
export class QueueReader {
  readonly arn: string;
  readonly #queue: Queue;
  readonly #receives: Receives;
  readonly #deadLetters: (arn: string) => Queue | undefined;

  constructor(queue: Queue, receives: Receives, deadLetters: (arn: string) => Queue | undefined) {
    this.arn = queue.arn;
    this.#queue = queue;
    this.#receives = receives;
    this.#deadLetters = deadLetters;
  }

  /**
   * Up to `most` messages, as soon as there is one; none when `until` (epoch milliseconds) has come or `signal` says stop.
   * A message over its queue's `maxReceiveCount` goes to the queue of its RedrivePolicy instead.
   */
  async read(most: number, signal: AbortSignal, until = Number.POSITIVE_INFINITY): Promise<ReadMessage[]> {
    while (!signal.aborted) {
      const messages = this.#queue.dequeue(Math.min(most, MOST_AT_ONCE), undefined, this.#deadLetters);
      if (messages.length > 0)
        return messages.map((message) => ({ ...message, attributes: this.#attributes(message) }));
      const now = Date.now();
      if (until <= now) return [];
      await this.#change(Math.min(until, this.#next(), now + LONGEST_WAIT) - now, signal);
    }
    return [];
  }

  /** It is done with. Without effect when it has become visible again meanwhile. */
  remove({ ReceiptHandle }: ReadMessage): void {
    this.#queue.deleteMessage(ReceiptHandle);
  }

  /** It could not be handled: it comes again after its visibility timeout, and this receive counts. */
  fail({ ReceiptHandle }: ReadMessage): void {
    this.#receives.failed(ReceiptHandle);
  }

  /** It was not handled at all: others may have it at once, and this receive does not count. */
  giveBack({ ReceiptHandle }: ReadMessage): void {
    this.#receives.takeBack(this.#queue, ReceiptHandle);
  }

  /** Gives back what the last engine was killed over. To be called before the first `read`. */
  giveBackUnanswered(): void {
    this.#receives.takeBackUnanswered(this.#queue);
  }

  /** When the next message becomes visible by itself. */
  #next(): number {
    const { inflightMessages, delayedMessages, fifoDelayed } = this.#queue;
    const hidden = [...inflightMessages.values()].map(({ visibilityDeadline }) => visibilityDeadline);
    const delayed = [...delayedMessages, ...[...fifoDelayed.values()].flat()].map(({ delayUntil }) => delayUntil ?? 0);
    return [...hidden, ...delayed].reduce((first, time) => Math.min(first, time), Number.POSITIVE_INFINITY);
  }

  #change(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const { pollWaiters } = this.#queue;
      const wake = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        const place = this.#queue.pollWaiters.indexOf(waiter);
        if (place >= 0) this.#queue.pollWaiters.splice(place, 1);
        resolve();
      };
      const timer = setTimeout(wake, Math.max(milliseconds, 1));
      const waiter = { resolve: wake, timer };
      signal.addEventListener('abort', wake);
      pollWaiters.push(waiter);
    });
  }

  #attributes({ ReceiptHandle }: Received): Record<string, string> {
    const message = this.#queue.inflightMessages.get(ReceiptHandle)?.message;
    const all = {
      ApproximateReceiveCount: message?.approximateReceiveCount,
      SentTimestamp: message?.sentTimestamp,
      SequenceNumber: message?.sequenceNumber,
      MessageGroupId: message?.messageGroupId,
      SenderId: '000000000000',
      MessageDeduplicationId: message?.messageDeduplicationId,
      ApproximateFirstReceiveTimestamp: message?.approximateFirstReceiveTimestamp,
    };
    return Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
    );
  }
}
