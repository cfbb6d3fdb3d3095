import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { AwsOptions } from './aws.ts';
import { bucketStore } from './dead-letters/bucket.ts';
import type { DeadLetter, Store, StoredLetter } from './dead-letters/letter.ts';
import { type DeadLetterQueue, queueStore } from './dead-letters/queue.ts';
import { type RetryOutcome, sendAgain } from './dead-letters/retry.ts';
import type { NestedOutputs } from './nested-outputs.ts';

export type { DeadLetter, RetryOutcome };

/** No letter has an id that begins so, or several have. */
export class UnknownLetterError extends Error {
  override readonly name = 'UnknownLetterError';
}

/** What a stack says of itself: its own outputs, and those of the stacks nested in it. */
export interface StackOutputs {
  outputs: Record<string, string>;
  /** By path; empty by default. */
  nested?: NestedOutputs;
  /** How long each queue is asked for more. 1 by default; 0 is enough for the engine, which has all messages at hand. */
  waitSeconds?: number;
}

/**
 * The dead letters of a stack: those in the bucket that its output `DeadLettersBucketName` names, and those in the queues of its
 * triggers. A trigger is a nested stack, or the stack itself, with the output `FunctionName` and
 * - `DeadLettersUrl` and `QueueArn`: a queue of messages that started nothing, and the queue that they come from;
 * - `UndeliveredUrl`: a queue of events, messages or times that did not reach the function.
 */
export class DeadLetters {
  readonly #stores: Store[];
  readonly #lambda: LambdaClient;

  constructor({ outputs, nested = {}, waitSeconds = 1 }: StackOutputs, aws: AwsOptions = {}) {
    const sqs = new SQSClient(aws);
    this.#lambda = new LambdaClient(aws);
    const triggers = [{ path: '', outputs }, ...Object.entries(nested).map(([path, own]) => ({ path, outputs: own }))];
    const paths = new Map(triggers.map(({ path, outputs: { FunctionName } }) => [FunctionName, path]));
    // Once each, where a stack puts out what a nested one does.
    const queues = new Map(
      triggers.flatMap((trigger) => deadLetterQueues(trigger.outputs)).map((one) => [one.url, one]),
    );
    const { DeadLettersBucketName: bucket } = outputs;
    this.#stores = [
      ...[...queues.values()].map((queue) => queueStore(sqs, queue, waitSeconds)),
      ...(bucket ? [bucketStore(new S3Client(aws), bucket)] : []),
    ].map((store) => withTrigger(store, paths));
  }

  /** All of them, the oldest first. */
  async list(): Promise<DeadLetter[]> {
    const lists = await Promise.all(this.#stores.map((store) => Array.fromAsync(store(), ({ letter }) => letter)));
    return lists.flat().sort((one, other) => one.time.getTime() - other.time.getTime());
  }

  /**
   * The one whose id is, or begins with, this.
   * @throws UnknownLetterError
   */
  async find(id: string): Promise<DeadLetter> {
    if (id === '') throw new UnknownLetterError('The id of a dead letter is wanted; what was given is empty');
    const letters = await this.list();
    const exact = letters.filter((letter) => letter.id === id);
    const found = exact.length > 0 ? exact : letters.filter((letter) => letter.id.startsWith(id));
    if (found.length === 1) return found[0]!;
    if (found.length > 1)
      throw new UnknownLetterError(`${found.length} dead letters have an id that begins with '${id}'`);
    throw new UnknownLetterError(`There is no dead letter '${id}' among the ${letters.length} of this stack`);
  }

  /**
   * Sends one letter again, or all of them one after the other, and takes away what was handled.
   *
   * @param id - the whole one; without it, all
   */
  async *retry(id?: string): AsyncGenerator<{ letter: DeadLetter } & RetryOutcome, void, undefined> {
    const tried = new Set<string>();
    for (const store of this.#stores) {
      // Of a FIFO queue's group the next one comes when the first is gone: until a round finds nothing new.
      for (let news = 1; news > 0; ) {
        news = 0;
        for await (const stored of store()) {
          if (tried.has(stored.letter.id) || (id !== undefined && stored.letter.id !== id)) continue;
          tried.add(stored.letter.id);
          news += 1;
          yield { letter: stored.letter, ...(await this.#tryAgain(stored)) };
          if (id !== undefined) return;
        }
      }
    }
  }

  async #tryAgain({ letter, remove }: StoredLetter): Promise<RetryOutcome> {
    const outcome = await sendAgain(this.#lambda, letter);
    if (outcome.outcome !== 'failed') await remove();
    return outcome;
  }
}

/** The queues of one trigger. */
function deadLetterQueues({
  FunctionName,
  DeadLettersUrl,
  QueueArn,
  UndeliveredUrl,
}: Record<string, string>): DeadLetterQueue[] {
  if (!FunctionName) return [];
  return [
    ...(DeadLettersUrl && QueueArn ? [{ url: DeadLettersUrl, sourceArn: QueueArn, functionName: FunctionName }] : []),
    ...(UndeliveredUrl ? [{ url: UndeliveredUrl, sourceArn: undefined, functionName: FunctionName }] : []),
  ];
}

/** The letters of a store, with the paths of the triggers whose functions are to handle them. */
function withTrigger(store: Store, paths: ReadonlyMap<string | undefined, string>): Store {
  return async function* letters() {
    for await (const stored of store()) {
      const trigger = paths.get(stored.letter.functionName);
      yield trigger ? { ...stored, letter: { ...stored.letter, trigger } } : stored;
    }
  };
}
