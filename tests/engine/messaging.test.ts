import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Endpoint, startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { Messaging, messagingServices } from '../../longhaul/engine/services/messaging/index.ts';

let dataDirectory: string;
let endpoint: Endpoint;
let messaging: Messaging;
let sqs: SQSClient;

async function open() {
  endpoint = await startEndpoint({ port: 0, services: [] });
  messaging = await Messaging.open({ dataDirectory, url: endpoint.url });
  for (const service of messagingServices(messaging.handle)) endpoint.mount(service);
  sqs = client(endpoint.url);
}
async function close() {
  sqs.destroy();
  await messaging.close();
  await endpoint.close();
}
const client = (url: string) =>
  new SQSClient({ endpoint: url, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'longhaul-messaging-'));
  await open();
});
afterEach(async () => {
  await close();
  await rm(dataDirectory, { recursive: true });
});

const receive = async (QueueUrl: string, more: object = {}) =>
  (await sqs.send(new ReceiveMessageCommand({ QueueUrl, ...more }))).Messages ?? [];

describe('a queue', () => {
  it('counts a binary attribute by its bytes, not by its base64', async () => {
    const QueueUrl = messaging.createQueue('small', { MaximumMessageSize: '1024' });
    // With name and type 1,024 bytes; a third more of the value as base64.
    const send = (bytes: number) =>
      sqs.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody: 'b',
          MessageAttributes: { Data: { DataType: 'Binary', BinaryValue: Buffer.alloc(bytes) } },
        }),
      );
    await send(1024 - 1 - 'Data'.length - 'Binary'.length);
    await expect(send(1024 - 'Data'.length - 'Binary'.length)).rejects.toThrow('must be shorter than 1024 bytes');
  });

  it('has a URL on the endpoint, under which it takes and gives messages', async () => {
    const QueueUrl = messaging.createQueue('failed', { VisibilityTimeout: '60' });
    expect(QueueUrl).toBe(`${endpoint.url}/000000000000/failed`);
    expect((await sqs.send(new GetQueueUrlCommand({ QueueName: 'failed' }))).QueueUrl).toBe(QueueUrl);
    await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: 'ünïcode',
        MessageAttributes: { Reason: { DataType: 'String', StringValue: 'why' } },
      }),
    );
    const [message] = await receive(QueueUrl, { MessageAttributeNames: ['All'] });
    expect(message).toMatchObject({ Body: 'ünïcode', MessageAttributes: { Reason: { StringValue: 'why' } } });
    expect(await receive(QueueUrl)).toEqual([]);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message!.ReceiptHandle }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({
      QueueArn: 'arn:aws:sqs:us-east-1:000000000000:failed',
      VisibilityTimeout: '60',
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
    });
  });

  it('takes messages from a client that has its URL for the endpoint', async () => {
    const QueueUrl = messaging.createQueue('failed');
    const other = client(QueueUrl);
    await other.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    other.destroy();
    expect(await receive(QueueUrl)).toMatchObject([{ Body: 'x' }]);
  });

  it('keeps its messages over a restart on another port, under the new URL', async () => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'work' }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'kept' }));
    await close();
    await open();
    const now = messaging.createQueue('work', { DelaySeconds: '1' });
    expect(now).toBe(`${endpoint.url}/000000000000/work`);
    expect((await sqs.send(new GetQueueUrlCommand({ QueueName: 'work' }))).QueueUrl).toBe(now);
    expect(await receive(now)).toMatchObject([{ Body: 'kept' }]);
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: now, AttributeNames: ['DelaySeconds'] }),
    );
    expect(Attributes).toEqual({ DelaySeconds: '1' });
  });

  it('has forgotten at the next start what is older than it keeps messages', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    for (const [name, attributes] of [
      ['brief', { MessageRetentionPeriod: '60' }],
      ['long', {}],
    ] as const) {
      await sqs.send(new SendMessageCommand({ QueueUrl: messaging.createQueue(name, attributes), MessageBody: name }));
    }
    const restartedAfter = async (seconds: number) => {
      await close();
      vi.setSystemTime(Date.now() + seconds * 1000);
      await open();
      const found = await Promise.all(
        ['brief', 'long'].map((name) => receive(messaging.createQueue(name), { VisibilityTimeout: 0 })),
      );
      return found.flat().map(({ Body }) => Body);
    };
    expect(await restartedAfter(59)).toEqual(['brief', 'long']);
    expect(await restartedAfter(2)).toEqual(['long']);
    expect(await restartedAfter(4 * 24 * 60 * 60)).toEqual([]);
  });

  it('gives back a message that a receiver makes visible, and counts the receives, over a restart too', async () => {
    const QueueUrl = messaging.createQueue('work');
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '😀' }));
    const counted = { MessageSystemAttributeNames: ['ApproximateReceiveCount'] };
    const [first] = await receive(QueueUrl, counted);
    const { ReceiptHandle } = first!;
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
    await close();
    await open();
    expect(await receive(messaging.createQueue('work'), counted)).toMatchObject([
      { Body: '😀', Attributes: { ApproximateReceiveCount: '2' } },
    ]);
  });

  it('hands a message to a receiver that was waiting for it', async () => {
    const QueueUrl = messaging.createQueue('work');
    const waiting = receive(QueueUrl, { WaitTimeSeconds: 20 });
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'come' }));
    expect(await waiting).toMatchObject([{ Body: 'come' }]);
  });

  it('is FIFO when its name says so', async () => {
    const QueueUrl = messaging.createQueue('ordered.fifo');
    const send = (MessageBody: string, MessageDeduplicationId: string) =>
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: 'g', MessageDeduplicationId }));
    await send('1', 'a');
    await send('1 again', 'a');
    await send('2', 'b');
    const [first] = await receive(QueueUrl);
    expect(first!.Body).toBe('1');
    expect(await receive(QueueUrl)).toEqual([]);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first!.ReceiptHandle }));
    expect(await receive(QueueUrl)).toMatchObject([{ Body: '2' }]);
  });
});

describe('STS and SNS', () => {
  it('answer on the same endpoint', async () => {
    const query = (service: string, body: string) =>
      fetch(endpoint.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: `AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=x`,
        },
        body,
      }).then((response) => response.text());
    expect(await query('sts', 'Action=GetCallerIdentity&Version=2011-06-15')).toContain(
      '<Account>000000000000</Account>',
    );
    expect(await query('sns', 'Action=CreateTopic&Name=news&Version=2010-03-31')).toContain(
      'arn:aws:sns:us-east-1:000000000000:news',
    );
  });
});
