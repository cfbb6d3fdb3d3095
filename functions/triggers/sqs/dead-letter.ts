import { type MessageAttributeValue, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';

/** Loaded, with the SQS client, when the first dead letter has to be sent. */
const client = new SQSClient({});

/** SQS: a message has at most 10 attributes (SendMessage, `MessageAttributes`). */
const MOST_ATTRIBUTES = 10;

/** Of the reason's text, in UTF-16 units: enough for a person, little beside a message of 1 MiB. */
const REASON_LENGTH = 500;

/**
 * Sends a message to the dead-letter queue: its body and attributes as they are, and why, from where and which one it was in
 * `Longhaul.Reason`, `Longhaul.Source` (the queue's ARN) and `Longhaul.Identity` (the message's id there); where there is room, its
 * group in `Longhaul.Group`.
 *
 * @throws RangeError when these find no room beside the message's own attributes; whatever SQS answers, such as that
 *   they make the message longer than 1 MiB
 */
export async function sendDeadLetter(queueUrl: string, record: SQSRecord, error: Error): Promise<void> {
  const attributes = {
    ...Object.fromEntries(Object.entries(record.messageAttributes ?? {}).map(([name, value]) => [name, asSent(value)])),
    'Longhaul.Reason': text(`${error.name}: ${error.message}`.slice(0, REASON_LENGTH)),
    'Longhaul.Source': text(record.eventSourceARN),
    'Longhaul.Identity': text(record.messageId),
  };
  const count = Object.keys(attributes).length;
  const group = record.attributes?.MessageGroupId;
  if (count > MOST_ATTRIBUTES) {
    throw new RangeError(
      `A message has at most ${MOST_ATTRIBUTES} attributes; with reason, source and identity ${count}`,
    );
  }
  await client.send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: record.body,
      MessageAttributes: {
        ...attributes,
        ...(group && count < MOST_ATTRIBUTES && { 'Longhaul.Group': text(group) }),
      },
      // A group of its own: in the queue of dead letters none waits for another.
      ...(queueUrl.endsWith('.fifo') && { MessageGroupId: record.messageId, MessageDeduplicationId: record.messageId }),
    }),
  );
}

/** Without what SQS takes in no text: control characters, lone surrogates (SendMessage, `MessageBody`). */
function text(value: string): MessageAttributeValue {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be sent
  const StringValue = value.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
  return { DataType: 'String', StringValue };
}

/** An attribute as SendMessage takes it; Lambda delivers binary ones in base64. */
function asSent({ dataType, stringValue, binaryValue }: SQSRecord['messageAttributes'][string]): MessageAttributeValue {
  return {
    DataType: dataType,
    ...(stringValue !== undefined && { StringValue: stringValue }),
    ...(binaryValue !== undefined && { BinaryValue: Buffer.from(binaryValue, 'base64') }),
  };
}
