import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { logger } from '../../logger.ts';
import { canNeverWork } from '../can-never-work.ts';
import { allOrError, MalformedEventError, textAt, trigger } from '../trigger.ts';

/** Of an `IdempotencyKey`, as in HTTP. */
const LONGEST_KEY = 255;

/**
 * Messages of a queue, standard or FIFO. A message is told from others by its attribute `IdempotencyKey`, or by queue and
 * message id; a deduplication id lives for five minutes and is no identity.
 *
 * The environment names the dead-letter queue (`DEAD_LETTER_QUEUE_URL`) and the queue's `maxReceiveCount` (`MAX_RECEIVES`).
 * There goes, with its reason, what can never work, at once, and what failed on its last receive. Everything else that
 * failed is reported, and SQS delivers it again after the visibility timeout.
 */
export const handler = trigger<SQSEvent, SQSRecord, SQSBatchResponse>({
  source: 'sqs',
  records({ Records }) {
    if (Array.isArray(Records) && Records.length > 0) return Records;
    throw new MalformedEventError("'Records' must be a list with at least one message");
  },
  identity(record) {
    const key = idempotencyKey(record);
    if (key !== undefined) return ['key', key];
    return [textAt(record, 'eventSourceARN'), textAt(record, 'messageId')];
  },
  alone: (record) => ({ Records: [record] }),
  together: (records) => ({ Records: records }),
  lane: (record) => (isFifo(record) ? record.attributes?.MessageGroupId : undefined),
  isGivenUp(record, error) {
    return (
      Number(record?.attributes?.ApproximateReceiveCount) >= Number(process.env.MAX_RECEIVES) || canNeverWork(error)
    );
  },
  async setAside(record, error) {
    const { DEAD_LETTER_QUEUE_URL: queue } = process.env;
    if (!queue || !isMessage(record) || isDeadLetter(record)) return false;
    try {
      const { sendDeadLetter } = await import('./dead-letter.ts');
      await sendDeadLetter(queue, record, error);
      logger.warn('Sent to the dead-letter queue', { message: record.messageId, reason: error.message });
      return true;
    } catch (failure) {
      // It comes again; after the last receive SQS itself moves it, without the reason.
      logger.error('Not sent to the dead-letter queue', { message: record.messageId, error: failure as Error });
      return false;
    }
  },
  answer(outcomes) {
    const again = outcomes.filter(({ status }) => status === 'failed' || status === 'skipped');
    // Whoever sends dead letters again wants to hear why not; and what has no id cannot be told from the others.
    if (again.some(({ record }) => !isMessage(record) || isDeadLetter(record))) allOrError(outcomes);
    return { batchItemFailures: again.map(({ record }) => ({ itemIdentifier: record.messageId })) };
  },
});

function idempotencyKey(record: SQSRecord): string | undefined {
  if (record?.messageAttributes?.IdempotencyKey === undefined) return undefined;
  const key = textAt(record, 'messageAttributes.IdempotencyKey.stringValue');
  if (key.length <= LONGEST_KEY) return key;
  throw new MalformedEventError(`IdempotencyKey must have 1 to ${LONGEST_KEY} characters; it has ${key.length}`);
}

const isFifo = (record: SQSRecord): boolean => String(record?.eventSourceARN).endsWith('.fifo');

/** Whether SQS can be told of it, and its queue of dead letters be given it. */
function isMessage(record: SQSRecord): boolean {
  return [record?.messageId, record?.body, record?.eventSourceARN].every(
    (one) => typeof one === 'string' && one !== '',
  );
}

/** Whether it comes out of a queue of dead letters: that is where it stays when it fails again. */
const isDeadLetter = (record: SQSRecord): boolean => record?.attributes?.DeadLetterQueueSourceArn !== undefined;
