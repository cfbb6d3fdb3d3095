import type { Clock } from '../../../asl/host.ts';
import type { Functions, InvokeAnswer } from '../../functions/index.ts';
import { failedItems } from '../batch-response.ts';
import type { Condition, GivenUp } from './failure-record.ts';
import type { StreamMapping } from './mapping.ts';
import type { Positions } from './positions.ts';
import type { RecordStream, SourceRecord } from './record-stream.ts';

/** What a synchronous invocation takes, in bytes (Lambda quotas, 6 MB), without the JSON around the records. */
const LARGEST_BATCH = 6_291_456 - '{"Records":[]}'.length;

export interface ShardReaderOptions {
  mapping: StreamMapping;
  stream: RecordStream;
  shard: string;
  positions: Positions;
  functions: Pick<Functions, 'invoke' | 'find'>;
  clock: Clock;
  /** Milliseconds before the first retry of a batch; each further one waits twice as long, at most a minute. */
  retryDelay: number;
  /** Puts records that are given up where the mapping says. */
  giveUp(given: GivenUp): Promise<void>;
  notice(message: string): void;
}

/**
 * Takes the records of one shard to a function, in order: a batch is answered, or given up, before the next one begins.
 * The position is on disk after each, so that an engine that ends delivers what was under way once more, and nothing is
 * left out. https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export class ShardReader {
  readonly #options: ShardReaderOptions;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #position: number;
  /** Where the batch ends that the last engine had begun. */
  readonly #begun: number;
  #wake: (() => void) | undefined;

  constructor(options: ShardReaderOptions) {
    this.#options = options;
    const { mapping, stream, shard, positions } = options;
    const known = positions.get(mapping.uuid, shard);
    this.#position = known ?? stream.start(shard, mapping.startingPosition, mapping.startingTime);
    if (known === undefined) positions.set(mapping.uuid, shard, this.#position);
    this.#begun = positions.begun(mapping.uuid, shard) ?? -1;
    const unlisten = stream.onRecord(shard, () => this.#wake?.());
    this.#done = this.#run().finally(unlisten);
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('The local engine is stopping.'));
    this.#wake?.();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { mapping, notice } = this.#options;
    while (!this.#stop.signal.aborted) {
      try {
        const batch = await this.#gather();
        if (batch.length > 0) await this.#handle(batch);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        notice(`${mapping.path}: ${(error as Error).message}; the same records are tried again.`);
        await this.#pause(5_000);
      }
    }
  }

  /** The next records; with a batching window, when the batch is full or the window over. */
  async #gather(): Promise<SourceRecord[]> {
    const { mapping, stream, shard, clock } = this.#options;
    let until: number | undefined;
    for (;;) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      if (this.#stop.signal.aborted) return [];
      const next = stream.read(shard, this.#position, mapping.batchSize, 2 * LARGEST_BATCH);
      // What the last engine had begun comes again as it was: with records that came since it would be another event.
      const begun = next.filter(({ position }) => position <= this.#begun);
      const read = begun.length > 0 ? begun : next;
      const wanted = read.filter(({ event }) => mapping.wants(event));
      if (read.length > 0 && wanted.length === 0) {
        this.#advance(read);
        continue;
      }
      const batch = fitting(wanted);
      const isFull = begun.length > 0 || batch.complete || read.length >= mapping.batchSize;
      if (batch.records.length > 0) {
        until ??= clock.now() + mapping.windowSeconds * 1000;
        if (isFull || clock.now() >= until) return batch.records;
      }
      const over = new AbortController();
      await Promise.race([woken, ...(until === undefined ? [] : [clock.until(until, over.signal).catch(() => {})])]);
      over.abort();
    }
  }

  /** Delivers records until each is done with; what is done with is behind the position. */
  async #handle(batch: SourceRecord[]): Promise<void> {
    const { mapping, clock, retryDelay, functions } = this.#options;
    const functionArn = functions.find(mapping.functionName).arn;
    const oldest = Math.min(mapping.maximumAgeSeconds, this.#options.stream.retentionSeconds) * 1000;
    let rest = batch;
    let attempts = 0;
    let delays = 0;
    let last: Pick<GivenUp, 'requestId' | 'functionError'> = { requestId: '' };
    const giveUp = async (records: SourceRecord[], condition: Condition) => {
      const { stream, shard } = this.#options;
      await this.#options.giveUp({ mapping, stream, shard, records, condition, functionArn, attempts, ...last });
      this.#advance(records);
      rest = rest.slice(records.length);
    };

    while (rest.length > 0 && !this.#stop.signal.aborted) {
      const young = rest.findIndex(({ time }) => clock.now() - time <= oldest);
      const old = young === -1 ? rest : rest.slice(0, young);
      if (old.length > 0) {
        await giveUp(old, 'RecordAgeExceeded');
        continue;
      }
      const event = eventOf(rest);
      if (Buffer.byteLength(event) > LARGEST_BATCH + '{"Records":[]}'.length) {
        await giveUp(rest, 'PayloadTooLarge');
        continue;
      }
      this.#options.positions.begin(mapping.uuid, this.#options.shard, rest.at(-1)!.position);
      const answer = await this.#invoke(event);
      if (this.#stop.signal.aborted) return;
      if (answer instanceof Error) {
        // Throttled, or not to be run at all: that is no attempt, and goes on until the records are too old.
        this.#options.notice(`${mapping.path}: ${answer.message}`);
      } else {
        attempts += 1;
        last = { requestId: answer.requestId, ...(answer.functionError && { functionError: answer.functionError }) };
        const failed = answer.functionError ? 0 : this.#firstFailed(rest, answer.payload);
        if (failed === -1) return this.#advance(rest);
        if (failed > 0) {
          // What remains is another batch, which has not been tried yet.
          this.#advance(rest.slice(0, failed));
          rest = rest.slice(failed);
          attempts = 0;
          delays = 0;
          continue;
        }
        if (mapping.bisects && rest.length > 1) {
          const half = Math.ceil(rest.length / 2);
          await this.#handle(rest.slice(0, half));
          return this.#stop.signal.aborted ? undefined : this.#handle(rest.slice(half));
        }
        if (attempts > mapping.maximumRetries) {
          await giveUp(rest, 'RetryAttemptsExhausted');
          continue;
        }
      }
      await this.#pause(Math.min(retryDelay * 2 ** delays++, 60_000));
    }
  }

  /** The function's answer; an error when it was not run, or when the engine ends before it has answered. */
  #invoke(event: string): Promise<InvokeAnswer | Error> {
    const { mapping, functions } = this.#options;
    const { signal } = this.#stop;
    const ended = Promise.withResolvers<Error>();
    const end = () => ended.resolve(signal.reason);
    signal.addEventListener('abort', end);
    const answer = functions.invoke(mapping.functionName, event, 'RequestResponse').catch((error: Error) => error);
    return Promise.race([answer, ended.promise]).finally(() => signal.removeEventListener('abort', end));
  }

  /** Index of the first record that the function says it could not handle; -1 when it says none. */
  #firstFailed(records: SourceRecord[], answer: Buffer): number {
    if (!this.#options.mapping.reportsFailures) return -1;
    const numbers = records.map(({ sequenceNumber }) => sequenceNumber);
    const failed = failedItems(answer, numbers);
    return numbers.findIndex((number) => failed.has(number));
  }

  #advance(records: SourceRecord[]): void {
    const { mapping, shard, positions } = this.#options;
    const last = records.at(-1);
    if (!last) return;
    this.#position = last.position;
    positions.set(mapping.uuid, shard, this.#position);
  }

  async #pause(milliseconds: number): Promise<void> {
    await this.#options.clock.until(this.#options.clock.now() + milliseconds, this.#stop.signal).catch(() => {});
  }
}

const eventOf = (records: SourceRecord[]): string => JSON.stringify({ Records: records.map(({ event }) => event) });

/** As many of the first records as fit into one invocation, and at least one; `complete` when there is no room for more. */
function fitting(records: SourceRecord[]): { records: SourceRecord[]; complete: boolean } {
  let room = LARGEST_BATCH;
  const count = records.findIndex(({ event }) => {
    room -= Buffer.byteLength(JSON.stringify(event)) + 1;
    return room < -1;
  });
  if (count === -1) return { records, complete: false };
  return { records: records.slice(0, Math.max(count, 1)), complete: true };
}
