import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { handler as alb } from '../../functions/triggers/alb/handler.ts';
import { handler as dynamodb } from '../../functions/triggers/dynamodb/handler.ts';
import { handler as eventbridge } from '../../functions/triggers/eventbridge/handler.ts';
import { handler as http } from '../../functions/triggers/http/handler.ts';
import { handler as kinesis } from '../../functions/triggers/kinesis/handler.ts';
import { handler as logs } from '../../functions/triggers/logs/handler.ts';
import { handler as s3 } from '../../functions/triggers/s3/handler.ts';
import { handler as schedule } from '../../functions/triggers/schedule/handler.ts';
import { handler as sns } from '../../functions/triggers/sns/handler.ts';
import { handler as sqs } from '../../functions/triggers/sqs/handler.ts';
import { handler as github } from '../../functions/triggers/webhook/github.ts';
import { handler as stripe } from '../../functions/triggers/webhook/stripe.ts';
import { context, s3Notification, sample } from './lambda.ts';

// biome-ignore lint/suspicious/noExplicitAny: events of all sources, and what is none
export type Loose = any;

/** A trigger, and how an event of its source looks. */
export interface Trigger {
  name: string;
  handler: (event: Loose, context: Loose) => Promise<Loose>;
  /** An event that the source calls `id`, with `text` where its content stands. */
  event(id: string, text: string): Loose;
  /** The largest text that the source delivers, in bytes. */
  largest: number;
  /** Who hears of a failure: Lambda, which retries the event; the queue; the stream; or whoever waits for the answer. */
  tells: 'lambda' | 'queue' | 'stream' | 'caller';
  /** What Lambda calls the invocation; for a source whose events have no id. */
  requestId?(id: string): string;
}

/** What the tests of webhooks sign with. */
export const SECRET = 'right';
const MiB = 1_048_576;

/** The first record of a sample, changed. */
const records = (name: string, change: (record: Loose) => void): Loose => {
  const [first] = sample(name).Records;
  change(first);
  return { Records: [first] };
};
const request = (name: string, body: string, headers: Record<string, string> = {}, requestId?: string): Loose => {
  const event = sample(name);
  for (const header of ['idempotency-key', 'stripe-signature', 'x-hub-signature-256']) delete event.headers[header];
  Object.assign(event.headers, headers);
  if (requestId !== undefined) event.requestContext.requestId = requestId;
  return { ...event, body, isBase64Encoded: false };
};
const hmac = (text: string) => createHmac('sha256', SECRET).update(text).digest('hex');

const queue = (name: string) => (id: string, text: string) =>
  records(name, (one) => {
    Object.assign(one, { messageId: id, body: text, messageAttributes: {} });
  });

export const triggers: Trigger[] = [
  {
    name: 'S3',
    handler: s3 as Trigger['handler'],
    event(id, text) {
      const event = sample('S3Trigger');
      Object.assign(event.detail.object, { key: text, sequencer: id });
      return event;
    },
    largest: 1_024,
    tells: 'lambda',
  },
  {
    name: "S3's notifications",
    handler: s3 as Trigger['handler'],
    event(id, text) {
      const event = s3Notification();
      Object.assign(event.Records[0].s3.object, { key: encodeURIComponent(text), sequencer: id });
      return event;
    },
    largest: 1_024,
    tells: 'lambda',
  },
  {
    name: 'a schedule',
    handler: schedule as Trigger['handler'],
    event: (id, text) => ({ ...sample('ScheduleTrigger'), scheduledTime: id, text }),
    largest: 262_000,
    tells: 'lambda',
  },
  { name: 'SQS', handler: sqs as Trigger['handler'], event: queue('SqsTrigger'), largest: MiB, tells: 'queue' },
  {
    name: 'SQS FIFO',
    handler: sqs as Trigger['handler'],
    event: queue('SqsFifoTrigger'),
    largest: MiB,
    tells: 'queue',
  },
  {
    name: 'SNS',
    handler: sns as Trigger['handler'],
    event: (id, text) => records('SnsTrigger', ({ Sns }) => Object.assign(Sns, { MessageId: id, Message: text })),
    largest: MiB,
    tells: 'lambda',
  },
  {
    name: 'EventBridge',
    handler: eventbridge as Trigger['handler'],
    event: (id, text) => ({ ...sample('EventBridgeTrigger'), id, detail: { text } }),
    largest: 1_000_000,
    tells: 'lambda',
  },
  {
    name: 'CloudWatch Logs',
    handler: logs as Trigger['handler'],
    event(id, text) {
      const logEvents = [{ id, timestamp: 1, message: text }];
      const data = { messageType: 'DATA_MESSAGE', logGroup: 'group', logStream: 'stream', logEvents };
      return { awslogs: { data: gzipSync(JSON.stringify(data), { level: 0 }).toString('base64') } };
    },
    largest: MiB,
    tells: 'lambda',
  },
  {
    name: 'DynamoDB',
    handler: dynamodb as Trigger['handler'],
    event: (id, text) =>
      records('DynamoDbTrigger', (one) => {
        one.eventID = id;
        Object.assign(one.dynamodb, { NewImage: { id: { S: 'a' }, text: { S: text } } });
      }),
    largest: 400 * 1_024,
    tells: 'stream',
  },
  {
    name: 'Kinesis',
    handler: kinesis as Trigger['handler'],
    event: (id, text) =>
      records('KinesisTrigger', (one) => {
        one.eventID = id;
        one.kinesis.data = Buffer.from(text).toString('base64');
      }),
    largest: 4_500_000,
    tells: 'stream',
  },
  {
    name: 'the HTTP API',
    handler: http as Trigger['handler'],
    event: (id, text) => request('HttpTrigger', text, {}, id),
    largest: 2_800_000,
    tells: 'caller',
  },
  {
    name: 'a load balancer',
    handler: alb as Trigger['handler'],
    event: (_id, text) => ({ ...sample('AlbTrigger'), body: text }),
    largest: MiB,
    tells: 'caller',
    requestId: (id) => id,
  },
  {
    name: 'GitHub',
    handler: github as Trigger['handler'],
    event(id, text) {
      const headers = { 'x-hub-signature-256': `sha256=${hmac(text)}`, 'x-github-delivery': id };
      return request('GithubTrigger', text, headers);
    },
    largest: 2_800_000,
    tells: 'caller',
  },
  {
    name: 'Stripe',
    handler: stripe as Trigger['handler'],
    event(id, text) {
      const body = JSON.stringify({ id, text });
      const time = Math.floor(Date.now() / 1000);
      return request('StripeTrigger', body, { 'stripe-signature': `t=${time},v1=${hmac(`${time}.${body}`)}` });
    },
    largest: 2_800_000,
    tells: 'caller',
  },
];

/** Gives the trigger an event, as Lambda does. */
export function deliver({ handler, requestId }: Trigger, event: Loose, id: string): Promise<Loose> {
  return handler(event, requestId ? { ...context, awsRequestId: requestId(id) } : context);
}
