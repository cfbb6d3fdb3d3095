import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, test } from 'vitest';
import { DeadLetters } from '../../longhaul/client/dead-letters.ts';
import { mocked } from '../mocked.ts';

const lambda = mocked(LambdaClient);
const s3 = mocked(S3Client);
const sqs = mocked(SQSClient);

const source = 'arn:aws:sqs:eu-central-1:123456789012:orders';
const trigger = { DeadLettersUrl: 'https://sqs/dead', QueueArn: source, FunctionName: 'orders-trigger' };
const stack = { outputs: {}, nested: { Orders: trigger } };
const bucket = { outputs: { DeadLettersBucketName: 'dead' } };

beforeEach(() => {
  for (const client of [lambda, s3, sqs]) client.reset();
  sqs.on(ReceiveMessageCommand).resolves({});
  sqs.on(ChangeMessageVisibilityCommand).resolves({});
  sqs.on(DeleteMessageCommand).resolves({});
  s3.on(ListObjectsV2Command).resolves({});
});

const message = (MessageId: string, more: object = {}) => ({
  MessageId,
  ReceiptHandle: `handle of ${MessageId}`,
  Body: `body of ${MessageId}`,
  Attributes: { SentTimestamp: '1767323045678', ApproximateReceiveCount: '1' },
  ...more,
});
const answers = (value: unknown, more: object = {}) =>
  lambda.on(InvokeCommand).resolves({ Payload: Buffer.from(JSON.stringify(value)) as never, ...more });
const receives = (...Messages: ReturnType<typeof message>[]) =>
  sqs.on(ReceiveMessageCommand).resolvesOnce({ Messages }).resolves({});
const removed = () => sqs.commandCalls(DeleteMessageCommand).map(({ args }) => args[0].input.ReceiptHandle);
const shown = () => sqs.commandCalls(ChangeMessageVisibilityCommand).map(({ args }) => args[0].input);
const sent = () => lambda.commandCalls(InvokeCommand).map(({ args }) => args[0].input);
const retry = (id?: string) => Array.fromAsync(new DeadLetters(stack).retry(id), ({ letter, ...outcome }) => outcome);

describe('a queue of dead letters', () => {
  test('that is listed loses none, and shows them to others again', async () => {
    receives(message('a'), message('b'));
    const letters = await new DeadLetters(stack).list();
    expect(letters).toMatchObject([
      {
        id: 'a',
        trigger: 'Orders',
        source,
        identity: 'a',
        functionName: 'orders-trigger',
        reason: expect.stringContaining('moved by SQS'),
      },
      { id: 'b' },
    ]);
    expect(shown()).toMatchObject(['a', 'b'].map((id) => ({ ReceiptHandle: `handle of ${id}`, VisibilityTimeout: 0 })));
    expect(removed()).toEqual([]);
  });

  test('is read to its end, though a slow reader meets its messages again', async () => {
    const once = [message('a'), message('b')];
    sqs.on(ReceiveMessageCommand).resolves({ Messages: once });
    expect(await new DeadLetters(stack).list()).toHaveLength(2);
  });

  test('gives the function the message as it was, under its own id, and takes it away when it is handled', async () => {
    const MessageAttributes = {
      'Longhaul.Reason': { DataType: 'String', StringValue: 'why' },
      'Longhaul.Source': { DataType: 'String', StringValue: source },
      'Longhaul.Identity': { DataType: 'String', StringValue: 'original' },
      IdempotencyKey: { DataType: 'String', StringValue: 'key' },
      Raw: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
    };
    receives(message('a', { MessageAttributes }));
    answers({ batchItemFailures: [] });
    expect(await retry()).toEqual([{ outcome: 'handled' }]);
    expect(sent()).toMatchObject([{ FunctionName: 'orders-trigger' }]);
    expect(JSON.parse(String(sent()[0]?.Payload))).toEqual({
      Records: [
        {
          messageId: 'original',
          receiptHandle: 'handle of a',
          body: 'body of a',
          attributes: {
            SentTimestamp: '1767323045678',
            ApproximateReceiveCount: '1',
            DeadLetterQueueSourceArn: source,
          },
          messageAttributes: {
            IdempotencyKey: { stringValue: 'key', stringListValues: [], binaryListValues: [], dataType: 'String' },
            Raw: { binaryValue: 'AP8=', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
          },
          eventSource: 'aws:sqs',
          eventSourceARN: source,
          awsRegion: 'eu-central-1',
        },
      ],
    });
    expect(removed()).toEqual(['handle of a']);
  });

  test.each([
    [
      { errorType: 'MalformedEventError', errorMessage: 'no' },
      { FunctionError: 'Unhandled' },
      'MalformedEventError: no',
    ],
    [{ batchItemFailures: [{ itemIdentifier: 'a' }] }, {}, 'see the log of the function'],
  ])('keeps what its function fails with again: %j', async (payload, more, reason) => {
    receives(message('a'));
    answers(payload, more);
    expect(await retry()).toEqual([{ outcome: 'failed', reason }]);
    expect(removed()).toEqual([]);
    expect(shown()).toMatchObject([{ ReceiptHandle: 'handle of a', VisibilityTimeout: 0 }]);
  });

  test('keeps everything, and shows it again, when the function cannot be invoked', async () => {
    receives(message('a'), message('b'));
    lambda.on(InvokeCommand).rejects(Object.assign(new Error('Rate Exceeded.'), { name: 'TooManyRequestsException' }));
    await expect(retry()).rejects.toThrow('Rate Exceeded.');
    expect(removed()).toEqual([]);
    expect(shown()).toHaveLength(2);
  });

  test.each([
    [404, 'ResourceNotFoundException'],
    [413, 'RequestTooLargeException'],
  ])('goes on behind a letter that Lambda refuses with %i, and says why', async (httpStatusCode, name) => {
    receives(message('a'), message('b'));
    const refusal = Object.assign(new Error('no'), { name, $metadata: { httpStatusCode } });
    lambda
      .on(InvokeCommand)
      .rejectsOnce(refusal)
      .resolves({ Payload: Buffer.from('{}') as never });
    expect(await retry()).toEqual([{ outcome: 'failed', reason: `${name}: no` }, { outcome: 'handled' }]);
    expect(removed()).toEqual(['handle of b']);
  });

  test('is listed although SQS takes back no letter that somebody else has received meanwhile', async () => {
    receives(message('a'));
    const refusal = Object.assign(new Error('not available for visibility timeout change'), {
      name: 'InvalidParameterValue',
    });
    sqs.on(ChangeMessageVisibilityCommand).rejects(refusal);
    expect(await new DeadLetters(stack).list()).toHaveLength(1);
  });

  test('of a FIFO queue gives the function the message with the group that it had', async () => {
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    const MessageAttributes = { 'Longhaul.Identity': text('original'), 'Longhaul.Group': text('customer-7') };
    const Attributes = { SentTimestamp: '1767323045678', MessageGroupId: 'original' };
    receives(message('a', { Attributes, MessageAttributes }));
    answers({ batchItemFailures: [] });
    await retry();
    const { Records } = JSON.parse(String(sent()[0]?.Payload));
    expect(Records).toMatchObject([{ attributes: { MessageGroupId: 'customer-7' }, messageAttributes: {} }]);
  });

  test('sends the one that was asked for and no other', async () => {
    receives(message('a'), message('b'), message('c'));
    answers({ batchItemFailures: [] });
    await retry('b');
    expect(removed()).toEqual(['handle of b']);
    expect(sent()).toHaveLength(1);
  });

  test.each(['DeadLettersUrl', 'QueueArn', 'FunctionName'] as const)(
    'is not found without the output %s',
    async (name) => {
      const { [name]: _, ...rest } = trigger;
      const outputs = { ...rest, FailedJobsUrl: 'https://sqs/failed' };
      expect(await new DeadLetters({ outputs, nested: { Orders: outputs } }).list()).toEqual([]);
      expect(sqs.calls()).toEqual([]);
    },
  );

  test('is found in a stack that is a trigger itself', async () => {
    receives(message('a'));
    const [letter] = await new DeadLetters({ outputs: trigger }).list();
    expect(letter).toMatchObject({ id: 'a', source, functionName: 'orders-trigger' });
    expect(letter).not.toHaveProperty('trigger');
  });

  test('is read once, although two stacks put it out', async () => {
    receives(message('a'));
    expect(await new DeadLetters({ outputs: trigger, nested: { Orders: trigger } }).list()).toHaveLength(1);
    expect(sqs.commandCalls(ReceiveMessageCommand)).toHaveLength(2);
  });
});

/** Of a trigger whose source pushes: the letters that did not reach its function. */
const undelivered = (FunctionName: string) =>
  new DeadLetters({
    outputs: {},
    nested: { 'Sales/Events': { FunctionName, UndeliveredUrl: 'https://sqs/undelivered' } },
  });

test('events that a rule could not deliver are given to its function as they were', async () => {
  const event = { id: 'e1', source: 'orders', detail: { text: '<aws.scheduler.schedule-arn>' } };
  const MessageAttributes = {
    ERROR_CODE: { DataType: 'String', StringValue: 'NO_PERMISSIONS' },
    ERROR_MESSAGE: { DataType: 'String', StringValue: 'may not invoke' },
  };
  receives(message('a', { Body: JSON.stringify(event), MessageAttributes }));
  answers([{ id: 'hello-world-1', started: true }]);
  const letters = undelivered('events');
  expect(await Array.fromAsync(letters.retry())).toMatchObject([
    {
      letter: { trigger: 'Sales/Events', source: 'orders', identity: 'e1', reason: 'NO_PERMISSIONS: may not invoke' },
      outcome: 'handled',
    },
  ]);
  expect(sent()).toMatchObject([{ FunctionName: 'events', Payload: JSON.stringify(event) }]);
  expect(removed()).toEqual(['handle of a']);
});

test.each([
  ['as Scheduler keeps it', '<aws.scheduler.schedule-arn>', '<aws.scheduler.scheduled-time>'],
  ['with its schedule and time filled in', 'arn:aws:scheduler:::schedule/nightly', '2026-01-02T03:00:00Z'],
])('a time that Scheduler could not deliver is given to its function, %s', async (_, scheduleArn, scheduledTime) => {
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  const MessageAttributes = {
    ERROR_CODE: text('TooManyRequestsException'),
    SCHEDULE_ARN: text('arn:aws:scheduler:::schedule/nightly'),
    SCHEDULED_TIME: text('2026-01-02T03:00:00Z'),
  };
  const input = { job: 'hello-world', scheduleArn, scheduledTime };
  receives(message('a', { Body: JSON.stringify(input), MessageAttributes }));
  answers([{ id: 'hello-world-1', started: true }]);
  const letters = undelivered('due');
  expect(await Array.fromAsync(letters.retry())).toMatchObject([{ outcome: 'handled' }]);
  expect(sent().map(({ Payload }) => JSON.parse(String(Payload)))).toEqual([
    { job: 'hello-world', scheduleArn: 'arn:aws:scheduler:::schedule/nightly', scheduledTime: '2026-01-02T03:00:00Z' },
  ]);
});

test('a message that a topic could not deliver is given to its function as a record', async () => {
  const notification = { Type: 'Notification', MessageId: 'm1', TopicArn: 'arn:topic', Message: 'hello' };
  const MessageAttributes = {
    ErrorCode: { DataType: 'String', StringValue: '403' },
    ErrorMessage: { DataType: 'String', StringValue: 'may not invoke' },
  };
  const urls = { SigningCertURL: 'https://cert', UnsubscribeURL: 'https://leave' };
  receives(message('a', { Body: JSON.stringify({ ...notification, ...urls }), MessageAttributes }));
  answers([{ id: 'hello-world-1', started: true }]);
  const letters = undelivered('sns');
  expect(await Array.fromAsync(letters.retry())).toMatchObject([
    { letter: { source: 'aws:sns', identity: 'm1', reason: '403: may not invoke' }, outcome: 'handled' },
  ]);
  const Sns = { ...notification, Subject: null, SigningCertUrl: 'https://cert', UnsubscribeUrl: 'https://leave' };
  expect(sent().map(({ Payload }) => JSON.parse(String(Payload)))).toMatchObject([
    { Records: [{ EventSource: 'aws:sns', Sns }] },
  ]);
});

describe('the bucket of dead letters', () => {
  const store = (...records: unknown[]) => {
    const keys = records.map(
      (_, index) => `aws/lambda/async/f/2026/01/02/2026-01-02T03.04.05-0000000${index}-0000-4000-8000-000000000000`,
    );
    s3.on(ListObjectsV2Command).resolves({ Contents: keys.map((Key) => ({ Key })) });
    records.forEach((record, index) => {
      const Body = { transformToString: async () => (typeof record === 'string' ? record : JSON.stringify(record)) };
      s3.on(GetObjectCommand, { Bucket: 'dead', Key: keys[index]! }).resolves({ Body: Body as never });
    });
    s3.on(DeleteObjectCommand).resolves({});
    return keys;
  };
  const requestContext = {
    functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST',
    condition: 'RetriesExhausted',
  };
  const timestamp = '2026-01-02T03:04:05.678Z';

  test.each([
    [
      { Records: [{ eventSource: 'aws:s3', s3: { bucket: { name: 'b' }, object: { key: 'a%2Bb+c.csv' } } }] },
      'aws:s3',
      's3://b/a+b c.csv',
    ],
    [
      { Records: [{ eventSource: 'aws:s3', s3: { bucket: { name: 'b' }, object: { key: '50% off' } } }] },
      'aws:s3',
      's3://b/50% off',
    ],
    [
      { source: 'aws.s3', id: 'e1', detail: { bucket: { name: 'b' }, object: { key: 'a+b c.csv' } } },
      'aws.s3',
      's3://b/a+b c.csv',
    ],
    [{ source: 'orders', id: 'e1', detail: {} }, 'orders', 'e1'],
    [{ scheduleArn: 'arn:schedule', scheduledTime: '2026-01-01T00:00:00Z' }, 'arn:schedule', '2026-01-01T00:00:00Z'],
    [{ Records: [{ eventSource: 'aws:dynamodb', eventID: 'e1' }, { eventID: 'e2' }] }, 'aws:dynamodb', 'e1 and 1 more'],
    ['whatever', 'unknown', 'unknown'],
    [null, 'unknown', 'unknown'],
  ])('says where an event came from, and which one it is: %j', async (requestPayload, from, identity) => {
    store({ version: '1.0', timestamp, requestContext, requestPayload });
    expect(await new DeadLetters(bucket).list()).toMatchObject([
      { source: from, identity, functionName: 'f', reason: 'RetriesExhausted', time: new Date(timestamp) },
    ]);
  });

  test('says which trigger is to handle a letter', async () => {
    store({ version: '1.0', timestamp, requestContext, requestPayload: {} });
    const letters = new DeadLetters({
      ...bucket,
      nested: { Uploaded: { FunctionName: 'f' }, Daily: { FunctionName: 'g' } },
    });
    expect(await letters.list()).toMatchObject([{ trigger: 'Uploaded' }]);
  });

  test('gives the records of a stream, which it holds as text, to their function again', async () => {
    const event = { Records: [{ eventSource: 'aws:kinesis', eventID: 'shardId-0:1' }] };
    const [Key] = store({ version: '1.0', timestamp, requestContext, payload: JSON.stringify(event) });
    answers({ batchItemFailures: [] });
    expect(await Array.fromAsync(new DeadLetters(bucket).retry())).toHaveLength(1);
    expect(JSON.parse(String(sent()[0]?.Payload))).toEqual(event);
    expect(s3.commandCalls(DeleteObjectCommand).map(({ args }) => args[0].input)).toEqual([{ Bucket: 'dead', Key }]);
  });

  test('may hold other things, which are left alone', async () => {
    store('no JSON', '[]', 'null', { requestContext: {} });
    expect(await new DeadLetters(bucket).list()).toEqual([]);
  });
});
