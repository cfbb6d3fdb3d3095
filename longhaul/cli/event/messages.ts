import { randomUUID } from 'node:crypto';
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { Deployment } from '../deployment.ts';
import type { Given } from './given.ts';
import { type EventSource, output, type Sent } from './source.ts';

interface Message {
  body: string;
  attributes?: { MessageGroupId?: string };
  messageAttributes?: Record<string, { stringValue?: string; dataType: string }>;
}

interface Notification {
  Subject?: string;
  Message: string;
  MessageAttributes?: Record<string, { Type: string; Value: string }>;
}

/** An event of a Lambda function's is taken apart; anything else is one message's body. */
const messagesOf = ({ json, bytes }: Given): Message[] =>
  typeof json?.Records?.[0]?.body === 'string' ? json.Records : [{ body: bytes.toString('utf8') }];

export const sqs: EventSource = {
  description: 'a message to the queue',
  sample: 'SqsTrigger',
  onAws: true,
  send: (given, deployment) => sendMessages(given, deployment, 'QueueUrl', () => ({})),
};

export const sqsFifo: EventSource = {
  description: 'messages to the FIFO queue',
  sample: 'SqsFifoTrigger',
  onAws: true,
  send: (given, deployment) =>
    sendMessages(given, deployment, 'FifoQueueUrl', ({ attributes }) => ({
      MessageGroupId: attributes?.MessageGroupId ?? 'longhaul',
      // The same body again within five minutes would be no new message.
      MessageDeduplicationId: randomUUID(),
    })),
};

async function sendMessages(
  given: Given,
  deployment: Deployment,
  queue: string,
  fifo: (message: Message) => object,
): Promise<Sent> {
  const { SendMessageCommand, SQSClient } = await import('@aws-sdk/client-sqs');
  const client = new SQSClient(deployment.aws);
  const QueueUrl = output(deployment, queue);
  const marks: string[] = [];
  for (const message of messagesOf(given)) {
    const MessageAttributes = Object.fromEntries(
      Object.entries(message.messageAttributes ?? {}).map(
        ([name, { dataType, stringValue }]): [string, MessageAttributeValue] => [
          name,
          { DataType: dataType, StringValue: stringValue },
        ],
      ),
    );
    const command = new SendMessageCommand({
      QueueUrl,
      MessageBody: message.body,
      MessageAttributes,
      ...fifo(message),
    });
    marks.push((await client.send(command)).MessageId!);
  }
  return { to: `the queue ${QueueUrl.split('/').at(-1)}`, source: 'sqs', marks };
}

export const sns: EventSource = {
  description: 'a notification to the topic',
  sample: 'SnsTrigger',
  onAws: true,
  async send({ json, bytes }, deployment) {
    const { PublishCommand, SNSClient } = await import('@aws-sdk/client-sns');
    const TopicArn = output(deployment, 'TopicArn');
    const given: Notification[] = json?.Records?.[0]?.Sns
      ? json.Records.map(({ Sns }: { Sns: Notification }) => Sns)
      : [{ Message: bytes.toString('utf8') }];
    const client = new SNSClient(deployment.aws);
    const marks: string[] = [];
    for (const { Subject, Message, MessageAttributes: attributes = {} } of given) {
      const MessageAttributes = Object.fromEntries(
        Object.entries(attributes).map(([name, { Type, Value }]) => [name, { DataType: Type, StringValue: Value }]),
      );
      const command = new PublishCommand({ TopicArn, Message, Subject, MessageAttributes });
      marks.push((await client.send(command)).MessageId!);
    }
    return { to: `the topic ${TopicArn.split(':').at(-1)}`, source: 'sns', marks };
  },
};

export const eventbridge: EventSource = {
  description: "an event to the stack's event bus",
  sample: 'EventBridgeTrigger',
  onAws: true,
  async send({ json }, deployment) {
    const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
    if (json === undefined) throw new Error('An event of EventBridge is JSON; what was given is none.');
    const EventBusName = output(deployment, 'EventBusName');
    const whole = json?.detail !== undefined && typeof json?.source === 'string';
    const entry = {
      EventBusName,
      Source: whole ? json.source : 'com.example.longhaul',
      DetailType: whole ? (json['detail-type'] ?? 'longhaul event') : 'longhaul event',
      Detail: JSON.stringify(whole ? json.detail : json),
      Resources: whole ? json.resources : [],
    };
    const { Entries: [answer] = [] } = await new EventBridgeClient(deployment.aws).send(
      new PutEventsCommand({ Entries: [entry] }),
    );
    if (!answer?.EventId)
      throw new Error(`EventBridge did not take the event: ${answer?.ErrorCode} ${answer?.ErrorMessage}`);
    return { to: `the event bus ${EventBusName}`, source: 'eventbridge', marks: [answer.EventId] };
  },
};
