import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { app, engineOf, temporaryDirectory, until } from './engine.ts';
import { jobLog, startedBy } from './executions.ts';

let engine: Engine;
let sqs: SQSClient;
beforeAll(async () => {
  engine = await engineOf(app, { dataDirectory: await temporaryDirectory(afterAll) });
  sqs = new SQSClient(engine.aws);
});
afterAll(() => engine.close());

const send = (MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
  sqs.send(new SendMessageCommand({ QueueUrl: engine.outputs.QueueUrl, MessageBody, ...more }));
const key = (StringValue: string) => ({ IdempotencyKey: { DataType: 'String', StringValue } });
const invalidKey = { IdempotencyKey: { DataType: 'Binary', BinaryValue: Buffer.from([1]) } };

/** The execution of the message with this body, once it is there. */
const executionOf = (body: string) =>
  until(async () => (await startedBy(engine, 'sqs')).find(({ event }) => event.Records[0].body === body));

/** No message waits, and none is being handled. */
const handled = (QueueUrl = engine.outputs.QueueUrl) =>
  until(async () => {
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    const { ApproximateNumberOfMessages: waiting, ApproximateNumberOfMessagesNotVisible: hidden } = Attributes ?? {};
    return waiting === '0' && hidden === '0';
  });

describe('a queue', () => {
  test('starts one execution per message, and the job sees the event that Lambda delivered', async () => {
    const body = JSON.stringify({ to: 'Jörg', text: '"quoted" \\ 😀' });
    const MessageAttributes = { Kind: { DataType: 'String', StringValue: 'order' } };
    const { MessageId, MD5OfMessageBody } = await send(body, { MessageAttributes });
    const { id, event } = await executionOf(body);
    expect(event).toEqual({
      Records: [
        {
          messageId: MessageId,
          receiptHandle: expect.any(String),
          body,
          attributes: {
            ApproximateReceiveCount: '1',
            SentTimestamp: expect.stringMatching(/^\d{13}$/),
            SenderId: expect.any(String),
            ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
          },
          messageAttributes: {
            Kind: { stringValue: 'order', stringListValues: [], binaryListValues: [], dataType: 'String' },
          },
          md5OfBody: MD5OfMessageBody,
          md5OfMessageAttributes: expect.any(String),
          eventSource: 'aws:sqs',
          eventSourceARN: engine.outputs.QueueArn,
          awsRegion: 'us-east-1',
        },
      ],
    });
    expect(await until(() => jobLog(engine, id))).toContain(JSON.stringify(event));
    await handled();
  });

  test('starts one execution for a hundred messages with the same IdempotencyKey', async () => {
    const entries = Array.from({ length: 10 }, (_, index) => ({
      Id: String(index),
      MessageBody: 'once',
      MessageAttributes: key('once'),
    }));
    const batches = Array.from({ length: 10 }, () =>
      sqs.send(new SendMessageBatchCommand({ QueueUrl: engine.outputs.QueueUrl, Entries: entries })),
    );
    await Promise.all(batches);
    await handled();
    expect((await startedBy(engine, 'sqs')).filter(({ event }) => event.Records[0].body === 'once')).toHaveLength(1);
  });

  test('starts the others of a batch with a bad message, which becomes a dead letter with its reason', async () => {
    const Entries = Array.from({ length: 10 }, (_, index) => ({
      Id: String(index),
      MessageBody: `batch ${index}`,
      MessageAttributes: index === 4 ? invalidKey : key(`batch ${index}`),
    }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: engine.outputs.QueueUrl, Entries }));
    await handled();
    const bodies = (await startedBy(engine, 'sqs')).map(({ event }) => event.Records[0].body as string);
    const expected = Entries.map(({ MessageBody }) => MessageBody).filter((body) => body !== 'batch 4');
    expect(bodies.filter((body) => body.startsWith('batch')).sort()).toEqual(expected);
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: engine.stack.nested.Queue?.DeadLettersUrl,
        MessageAttributeNames: ['All'],
      }),
    );
    expect(Messages).toMatchObject([
      {
        Body: 'batch 4',
        MessageAttributes: {
          'Longhaul.Reason': { StringValue: expect.stringContaining('IdempotencyKey') },
          'Longhaul.Source': { StringValue: engine.outputs.QueueArn },
          'Longhaul.Identity': { StringValue: expect.any(String) },
        },
      },
    ]);
  });

  test('takes the largest message there is to its job as it was sent', async () => {
    const body = '"\\ü😀\n'.repeat(100_000);
    const largest = body + 'x'.repeat(1_048_576 - Buffer.byteLength(body));
    await send(largest);
    const { id } = await executionOf(largest);
    await until(() => jobLog(engine, id));
    await handled();
  });
});

test('a FIFO queue starts the messages of a group in their order', async () => {
  for (let step = 1; step <= 5; step++) {
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: engine.outputs.FifoQueueUrl,
        MessageBody: `step ${step}`,
        MessageGroupId: 'order',
      }),
    );
  }
  await handled(engine.outputs.FifoQueueUrl);
  const records = (await startedBy(engine, 'sqs'))
    .map(({ event }) => event.Records[0])
    .filter(({ eventSourceARN }) => eventSourceARN === engine.outputs.FifoQueueArn);
  expect(records.map(({ body }) => body)).toEqual([1, 2, 3, 4, 5].map((step) => `step ${step}`));
  expect(records[0].attributes).toMatchObject({
    MessageGroupId: 'order',
    MessageDeduplicationId: expect.any(String),
    SequenceNumber: expect.any(String),
  });
});
