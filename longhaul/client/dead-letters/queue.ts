import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { jsonOrText } from '../json.ts';
import { describeEvent } from './describe-event.ts';
import type { DeadLetter, Store } from './letter.ts';

/** A queue of dead letters, and the function that is to handle them. */
export interface DeadLetterQueue {
  url: string;
  /** The queue whose messages they are; undefined for a rule's queue, whose messages are events as the function gets them. */
  sourceArn: string | undefined;
  functionName: string;
}

/** The attributes of a dead letter that a trigger sent. */
const OURS = /^Longhaul\./;

/** Seconds for which nobody else sees what is being read: each letter may take a function's timeout to be sent again. */
const IN_HAND = 120;

/**
 * The letters of a queue. Those that are not removed are visible again afterwards. Of a FIFO queue's letters that SQS moved
 * there itself, the second of a group comes only when the first is removed.
 *
 * @param waitSeconds - above 0 to ask all of SQS's servers: a short poll asks some
 */
export function queueStore(client: SQSClient, queue: DeadLetterQueue, waitSeconds: number): Store {
  return async function* letters() {
    const seen = new Set<string>();
    const held = new Map<string, string>();
    try {
      for (;;) {
        const { Messages = [] } = await client.send(
          new ReceiveMessageCommand({
            QueueUrl: queue.url,
            MaxNumberOfMessages: 10,
            WaitTimeSeconds: waitSeconds,
            VisibilityTimeout: IN_HAND,
            MessageSystemAttributeNames: ['All'],
            MessageAttributeNames: ['All'],
          }),
        );
        for (const { MessageId, ReceiptHandle } of Messages) held.set(MessageId!, ReceiptHandle!);
        const news = Messages.filter(({ MessageId }) => !seen.has(MessageId!));
        if (news.length === 0) return;
        for (const message of news) {
          seen.add(message.MessageId!);
          const remove = async () => {
            await client.send(
              new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: held.get(message.MessageId!) }),
            );
            held.delete(message.MessageId!);
          };
          const { sourceArn } = queue;
          const letter = sourceArn === undefined ? undelivered(message) : messageOf(message, sourceArn);
          yield { letter: { ...letter, functionName: queue.functionName }, remove };
        }
      }
    } finally {
      for (const receiptHandle of held.values()) await giveBack(client, queue.url, receiptHandle);
    }
  };
}

/** Everybody may see it again: a courtesy, without which they do a little later. SQS refuses it when they see it already. */
async function giveBack(client: SQSClient, QueueUrl: string, ReceiptHandle: string): Promise<void> {
  const request = new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
  await client.send(request).catch(() => {});
}

type Letter = Omit<DeadLetter, 'functionName'>;

/**
 * The event that EventBridge or its Scheduler could not deliver, with the reason in `ERROR_CODE` and `ERROR_MESSAGE`; or the message
 * that SNS could not, with it in `ErrorCode` and `ErrorMessage`.
 */
function undelivered({ MessageId = '', Body = '', Attributes = {}, MessageAttributes = {} }: Message): Letter {
  const isSchedule = MessageAttributes.SCHEDULE_ARN !== undefined;
  const event = fromTopic(jsonOrText(isSchedule ? withAttributes(Body, MessageAttributes) : Body));
  const {
    ERROR_CODE,
    ERROR_MESSAGE,
    ErrorCode: code = ERROR_CODE,
    ErrorMessage: text = ERROR_MESSAGE,
  } = MessageAttributes;
  return {
    id: MessageId,
    time: new Date(Number(Attributes.SentTimestamp)),
    reason: [code?.StringValue, text?.StringValue].filter(Boolean).join(': ') || 'not delivered',
    ...describeEvent(event),
    event,
  };
}

/** SNS keeps the notification as it sends it to queues; a function gets it as a record, with two members spelt in another way. */
function fromTopic(event: unknown): unknown {
  const notification = event as { Type?: string; TopicArn?: string; SigningCertURL?: string; UnsubscribeURL?: string };
  if (notification?.Type !== 'Notification' || notification.TopicArn === undefined) return event;
  const { SigningCertURL: SigningCertUrl, UnsubscribeURL: UnsubscribeUrl, ...same } = notification;
  const Sns = { Subject: null, MessageAttributes: {}, ...same, SigningCertUrl, UnsubscribeUrl };
  return { Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', Sns }] };
}

/**
 * Scheduler says in attributes which schedule and time a letter is of. Whether it has filled them into the schedule's input, which
 * is the body, is nowhere documented.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
 */
function withAttributes(
  body: string,
  { SCHEDULE_ARN: arn, SCHEDULED_TIME: time }: Record<string, MessageAttributeValue>,
): string {
  return body
    .replaceAll('<aws.scheduler.schedule-arn>', arn?.StringValue ?? '')
    .replaceAll('<aws.scheduler.scheduled-time>', time?.StringValue ?? '');
}

/** The letter with the event that holds the message as it was in its own queue. */
function messageOf(message: Message, sourceArn: string): Letter {
  const { MessageId = '', Body = '', Attributes = {}, MessageAttributes = {} } = message;
  const ours = (name: string) => MessageAttributes[`Longhaul.${name}`]?.StringValue;
  const source = ours('Source') ?? Attributes.DeadLetterQueueSourceArn ?? sourceArn;
  const messageId = ours('Identity') ?? MessageId; // what SQS moves keeps its id
  const group = ours('Group');
  const theirs = Object.entries(MessageAttributes).filter(([name]) => !OURS.test(name));
  const record = {
    messageId,
    receiptHandle: message.ReceiptHandle,
    body: Body,
    // By this the function knows that it must not send it here once more.
    attributes: { ...Attributes, ...(group && { MessageGroupId: group }), DeadLetterQueueSourceArn: source },
    messageAttributes: Object.fromEntries(theirs.map(([name, value]) => [name, asDelivered(value)])),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: source,
    awsRegion: source.split(':')[3],
  };
  return {
    id: MessageId,
    time: new Date(Number(Attributes.SentTimestamp)),
    reason: ours('Reason') ?? 'moved by SQS after its last receive: the function ended, or could not say why',
    source,
    identity: MessageAttributes.IdempotencyKey?.StringValue ?? messageId,
    event: { Records: [record] },
  };
}

/** In the spelling of Lambda's events; binary values in base64. */
function asDelivered({ DataType, StringValue, BinaryValue }: MessageAttributeValue): object {
  return {
    ...(StringValue !== undefined && { stringValue: StringValue }),
    ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
    stringListValues: [],
    binaryListValues: [],
    dataType: DataType,
  };
}
