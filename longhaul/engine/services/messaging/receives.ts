import type { DatabaseSync } from 'node:sqlite';
import type { Fauxqs } from './fauxqs.ts';

type Queue = NonNullable<ReturnType<Fauxqs['queues']['getQueueByArn']>>;

/**
 * Which receives of messages count. Lambda does not end in the middle of a batch; the engine does. A receive that no function
 * answered is taken back: otherwise a few kills would use up `maxReceiveCount`, and send a message that nobody refused to the
 * dead letters.
 */
export class Receives {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    // Failures only: what succeeded is gone, so that a message which succeeds costs no write more.
    db.exec('CREATE TABLE IF NOT EXISTS failed_receives (receipt_handle TEXT PRIMARY KEY) STRICT');
    db.exec(
      'DELETE FROM failed_receives WHERE receipt_handle NOT IN (SELECT receipt_handle FROM sqs_messages WHERE receipt_handle IS NOT NULL)',
    );
  }

  /** A function failed on it: it counts, and the message stays hidden for its visibility timeout, also after a restart. */
  failed(receiptHandle: string): void {
    this.#db.prepare('INSERT OR IGNORE INTO failed_receives (receipt_handle) VALUES (?)').run(receiptHandle);
  }

  /** Makes a message visible again as if nobody had received it. */
  takeBack(queue: Queue, receiptHandle: string): void {
    const message = queue.inflightMessages.get(receiptHandle)?.message;
    if (!message) return;
    message.approximateReceiveCount -= 1;
    if (message.approximateReceiveCount === 0) delete message.approximateFirstReceiveTimestamp;
    // In one statement, or a kill between two would take it back twice.
    this.#db
      .prepare(
        `UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL,
         approximate_receive_count = ?, approximate_first_receive_timestamp = ? WHERE message_id = ?`,
      )
      .run(message.approximateReceiveCount, message.approximateFirstReceiveTimestamp ?? null, message.messageId);
    queue.changeVisibility(receiptHandle, 0);
  }

  /** Takes back every receive of a queue that the last engine left without an answer. */
  takeBackUnanswered(queue: Queue): void {
    const isFailed = this.#db.prepare('SELECT 1 FROM failed_receives WHERE receipt_handle = ?');
    for (const handle of [...queue.inflightMessages.keys()]) if (!isFailed.get(handle)) this.takeBack(queue, handle);
  }
}
