import { at, optionalText, parseJson, recordsOf, textOf } from './event-fields.ts';

/** A message, and what SNS says of it if it came from there. */
export interface DecodedMessage {
  id: string;
  /** What its sender wrote; SNS's envelope is taken off. */
  text: string;
  /** @throws TypeError when it is no JSON */
  json<T = unknown>(): T;
  /** Attributes that its sender gave it: texts and numbers as text, bytes as base64. */
  attributes: Record<string, string>;
  /** Of an SNS message, unless its subscription delivers raw: then nothing says that it came from a topic. */
  sns?: { topicArn: string; subject?: string; timestamp?: string };
}

/**
 * Reads messages of a queue, as the trigger `sqs` hands them to a job. One that SNS sent there is taken out of its envelope; with
 * raw message delivery there is none.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html
 *
 * @example for (const message of decodeSqs(event)) await ship(message.json<Order>());
 * @throws TypeError when it is not such an event; says what is wrong, without what it holds
 */
export function decodeSqs(event: unknown): DecodedMessage[] {
  return recordsOf(event).map((record, index) => {
    const id = textOf(record, 'messageId', index);
    const body = textOf(record, 'body', index);
    const envelope = notificationIn(body);
    if (envelope) return fromSns(envelope);
    return message(id, body, attributesOf(at(record, 'messageAttributes'), 'stringValue', 'binaryValue'));
  });
}

/**
 * Reads messages of a topic, as the trigger `sns` hands them to a job.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
 *
 * @throws TypeError when it is not such an event; says what is wrong, without what it holds
 */
export function decodeSns(event: unknown): DecodedMessage[] {
  return recordsOf(event).map((record, index) => {
    for (const path of ['Sns.MessageId', 'Sns.Message', 'Sns.TopicArn']) textOf(record, path, index);
    return fromSns(at(record, 'Sns'));
  });
}

/** SNS's envelope, if that is what a body is: a JSON object of type Notification, with what every such one has. */
function notificationIn(body: string): unknown {
  if (!body.startsWith('{')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  const all = ['MessageId', 'Message', 'TopicArn'].every((name) => optionalText(value, name) !== undefined);
  return all && at(value, 'Type') === 'Notification' ? value : undefined;
}

function fromSns(envelope: unknown): DecodedMessage {
  const text = (name: string) => optionalText(envelope, name);
  const [subject, timestamp] = [text('Subject'), text('Timestamp')];
  return {
    ...message(text('MessageId')!, text('Message')!, attributesOf(at(envelope, 'MessageAttributes'), 'Value')),
    sns: { topicArn: text('TopicArn')!, ...(subject && { subject }), ...(timestamp && { timestamp }) },
  };
}

const message = (id: string, text: string, attributes: Record<string, string>): DecodedMessage => ({
  id,
  text,
  json: <T>() => parseJson(text, `The message ${id}`) as T,
  attributes,
});

function attributesOf(attributes: unknown, ...members: string[]): Record<string, string> {
  const entries = Object.entries((attributes ?? {}) as object).map(([name, attribute]) => {
    const value = members.map((member) => optionalText(attribute, member)).find((text) => text !== undefined);
    return [name, value ?? ''] as const;
  });
  return Object.fromEntries(entries);
}
