import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { AwsOptions } from './aws.ts';
import { bucketStore } from './dead-letters/bucket.ts';
import type { DeadLetter, Store, StoredLetter } from './dead-letters/letter.ts';
import { type DeadLetterQueue, queueStore } from './dead-letters/queue.ts';
import { type RetryOutcome, sendAgain } from './dead-letters/retry.ts';

export type { DeadLetter, RetryOutcome };

/** No letter has an id that begins so, or several have. */
export class UnknownLetterError extends Error {
  override readonly name = 'UnknownLetterError';
}

/**
 * The dead letters of a stack, in its queues and in its bucket. The stack's outputs say where: `DeadLettersBucketName`, and for each
 * queue `NAMEDeadLettersUrl` with `NAMEArn` (the queue whose messages they are) and `NAMETrigger` (the function that handles those).
 * The queue of a rule, a schedule or a topic, of events that did not reach the function, is `UndeliveredNAMEUrl` with
 * `UndeliveredNAMETrigger`.
 */
export class DeadLetters {
  readonly #stores: Store[];
  readonly #lambda: LambdaClient;

  constructor(outputs: Record<string, string>, aws: AwsOptions = {}) {
    const sqs = new SQSClient(aws);
    this.#lambda = new LambdaClient(aws);
    this.#stores = deadLetterQueues(outputs).map((queue) => queueStore(sqs, queue));
    const { DeadLettersBucketName: bucket } = outputs;
    if (bucket) this.#stores.push(bucketStore(new S3Client(aws), bucket));
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

function deadLetterQueues(outputs: Record<string, string>): DeadLetterQueue[] {
  return Object.entries(outputs).flatMap(([name, url]) => {
    const [, prefix, ofRule] = /^(?:(.+)DeadLetters|(Undelivered.+))Url$/.exec(name) ?? [];
    const functionName = outputs[`${prefix ?? ofRule}Trigger`];
    const sourceArn = prefix && outputs[`${prefix}Arn`];
    return functionName && (ofRule || sourceArn) ? [{ url, sourceArn, functionName }] : [];
  });
}
