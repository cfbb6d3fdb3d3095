import type { DatabaseSync } from 'node:sqlite';
import type { buildApp as BuildApp } from 'fauxqs';

/**
 * What SQS takes in no message: everything but #x9, #xA, #xD, #x20 to #xD7FF, #xE000 to #xFFFD and #x10000 to #x10FFFF
 * (SendMessage, `MessageBody`).
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be sent
const FORBIDDEN = /[^\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** fauxqs 2.4 refuses the last of these ranges, to which emoji belong. */
export function acceptEveryCharacter({ INVALID_MESSAGE_BODY_CHAR }: { INVALID_MESSAGE_BODY_CHAR: RegExp }): void {
  INVALID_MESSAGE_BODY_CHAR.test = (text) => FORBIDDEN.test(text);
}

/**
 * fauxqs 2.4 forgets how often a message was received when somebody makes it visible (ChangeMessageVisibility to 0), which its
 * database refuses.
 */
export function keepReceiveCounts(persistence: { updateMessageReady(messageId: string): void }): void {
  const db = databaseOf(persistence);
  const makeVisible = db.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  );
  persistence.updateMessageReady = (messageId) => void makeVisible.run(messageId);
}

/**
 * fauxqs 2.4 keeps messages for ever, whatever `MessageRetentionPeriod` says (in seconds, since the message was sent). It loads
 * what is left here.
 */
export function forgetOldMessages(persistence: object): void {
  const retention = `SELECT 1000 * json_extract(attributes, '$.MessageRetentionPeriod') FROM sqs_queues WHERE name = queue_name`;
  databaseOf(persistence).prepare(`DELETE FROM sqs_messages WHERE sent_timestamp < ? - (${retention})`).run(Date.now());
}

/** fauxqs 2.4 counts the base64 of a binary attribute, which is a third longer than the value that SQS counts. */
export const countBinary = (source: string): string =>
  source.replace('Buffer.byteLength(attr.BinaryValue, "utf8")', 'Buffer.byteLength(attr.BinaryValue, "base64")');

/** fauxqs 2.4 answers 500 to a body that is not JSON. The error is that of all services of these protocols. */
export function answerBrokenJson(app: ReturnType<typeof BuildApp>): void {
  app.setErrorHandler((error: Error, _request, reply) => {
    if (!(error instanceof SyntaxError)) throw error;
    void reply
      .status(400)
      .header('content-type', 'application/x-amz-json-1.0')
      .header('x-amzn-errortype', 'SerializationException')
      .send({ __type: 'SerializationException', message: `Request body is not JSON: ${error.message}` });
  });
}

/** fauxqs shows it to nobody. */
export const databaseOf = (persistence: object) => (persistence as { db: DatabaseSync }).db;
