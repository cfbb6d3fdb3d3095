import type { Functions } from '../functions/index.ts';
import type { Messaging, QueueReader, ReadMessage } from '../services/messaging/index.ts';
import { failedItems } from './batch-response.ts';
import { sqsRecord } from './sqs-event.ts';
import type { SqsMapping } from './sqs-mapping.ts';

/** What a synchronous invocation takes, with room for the JSON around the records (Lambda quotas, 6 MB). */
const LARGEST_BATCH = 6_291_456 - 1_024;

/** Where a mapping sets no limit. The engine runs no more processes of a function at a time. */
const CONCURRENCY = 10;

export interface SqsSourcesOptions {
  mappings: SqsMapping[];
  functions: Pick<Functions, 'invoke'>;
  messaging: Pick<Messaging, 'reader'>;
  /** What the user should be told. */
  onNotice?(message: string): void;
}

/** Takes the messages of queues to the functions whose events say so, as an event source mapping does. */
export function startSqsSources({ mappings, functions, messaging, onNotice = () => {} }: SqsSourcesOptions): {
  close(): void;
} {
  const pollers = mappings.flatMap((mapping) => {
    const reader = messaging.reader(mapping.queueArn);
    if (reader) return [new Poller(mapping, reader, functions, onNotice)];
    onNotice(`${mapping.path}: there is no queue ${mapping.queueArn} here; its messages do not reach the function.`);
    return [];
  });
  return {
    close() {
      for (const poller of pollers) poller.close();
    },
  };
}

class Poller {
  readonly #mapping: SqsMapping;
  readonly #reader: QueueReader;
  readonly #functions: SqsSourcesOptions['functions'];
  readonly #notice: (message: string) => void;
  readonly #stop = new AbortController();
  readonly #running = new Set<ReadMessage[]>();
  #batchDone: (() => void) | undefined;

  constructor(
    mapping: SqsMapping,
    reader: QueueReader,
    functions: SqsSourcesOptions['functions'],
    notice: (message: string) => void,
  ) {
    this.#mapping = mapping;
    this.#reader = reader;
    this.#functions = functions;
    this.#notice = notice;
    reader.giveBackUnanswered();
    void this.#poll();
  }

  /** What no function has answered yet is visible again when the engine starts next. */
  close(): void {
    this.#stop.abort();
    for (const batch of this.#running) for (const message of batch) this.#reader.giveBack(message);
    this.#batchDone?.();
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      if (this.#running.size >= (this.#mapping.concurrency ?? CONCURRENCY)) {
        await new Promise<void>((resolve) => {
          this.#batchDone = resolve;
        });
        continue;
      }
      for (const batch of bySize(await this.#gather())) void this.#deliver(batch);
    }
  }

  /** The first message, and what comes with it; with a batching window, until the batch is full or the window over. */
  async #gather(): Promise<ReadMessage[]> {
    const { batchSize, windowSeconds } = this.#mapping;
    const batch = this.#wanted(await this.#reader.read(batchSize, this.#stop.signal));
    const until = Date.now() + windowSeconds * 1000;
    while (batch.length > 0 && batch.length < batchSize) {
      const more = await this.#reader.read(batchSize - batch.length, this.#stop.signal, until);
      if (more.length === 0) break;
      batch.push(...this.#wanted(more));
    }
    if (!this.#stop.signal.aborted) return batch;
    for (const message of batch) this.#reader.giveBack(message);
    return [];
  }

  /** Without those that a filter keeps from the function, which are gone then (Lambda developer guide, "event filtering"). */
  #wanted(messages: ReadMessage[]): ReadMessage[] {
    const { wants, queueArn } = this.#mapping;
    return messages.filter((message) => {
      const isWanted = wants(sqsRecord(message, queueArn));
      if (!isWanted) this.#reader.remove(message);
      return isWanted;
    });
  }

  async #deliver(batch: ReadMessage[]): Promise<void> {
    const { queueArn, functionName, reportsFailures, path } = this.#mapping;
    const ids = batch.map(({ MessageId }) => MessageId);
    this.#running.add(batch);
    try {
      const event = JSON.stringify({ Records: batch.map((message) => sqsRecord(message, queueArn)) });
      const { payload, functionError } = await this.#functions.invoke(functionName, event, 'RequestResponse');
      if (this.#stop.signal.aborted) return;
      const failed = functionError ? new Set(ids) : reportsFailures ? failedItems(payload, ids) : new Set();
      for (const message of batch) {
        if (failed.has(message.MessageId)) this.#reader.fail(message);
        else this.#reader.remove(message);
      }
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      // Throttled, or not to be run at all: like a function that failed, the messages come back after their timeout.
      for (const message of batch) this.#reader.fail(message);
      this.#notice(`${path}: ${(error as Error).message}`);
    } finally {
      this.#running.delete(batch);
      this.#batchDone?.();
    }
  }
}

/** One batch, or several where one would be too large for an invocation. */
function bySize(batch: ReadMessage[]): ReadMessage[][] {
  const batches: ReadMessage[][] = [];
  let room = 0;
  for (const message of batch) {
    const size = Buffer.byteLength(JSON.stringify(sqsRecord(message, ''))) + 200;
    if (batches.length === 0 || size > room) {
      batches.push([]);
      room = LARGEST_BATCH;
    }
    batches.at(-1)!.push(message);
    room -= size;
  }
  return batches;
}
