import { KinesisClient, PutRecordCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { KinesisStreamRecord } from 'aws-lambda';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changedTemplate } from './changed-template.ts';
import { app, engineOf, temporaryDirectory, until } from './engine.ts';
import { jobLog, startedBy } from './executions.ts';

let engine: Engine;
let directory: string;
let template: string;
const open = async () => {
  engine = await engineOf(app, { dataDirectory: directory, template });
};
beforeAll(async () => {
  directory = await temporaryDirectory(afterAll);
  template = await changedTemplate({ parameters: { Stream: { Retries: 1, BatchSeconds: 1 } } }, afterAll);
  await open();
});
afterAll(() => engine.close());

const put = (PartitionKey: string, data: string | Uint8Array = PartitionKey, { aws, outputs } = engine) =>
  new KinesisClient(aws).send(
    new PutRecordCommand({ StreamName: outputs.KinesisStreamName, PartitionKey, Data: Buffer.from(data) }),
  );
const keysOf = (event: { Records: KinesisStreamRecord[] }) => event.Records.map(({ kinesis }) => kinesis.partitionKey);

/** What the records with this partition key started. */
const startedFor = async (key: string, where = engine) =>
  (await startedBy(where, 'kinesis')).filter(({ event }) => keysOf(event).includes(key));
const executionFor = (key: string, where = engine) => until(async () => (await startedFor(key, where))[0]);
const deadLetter = async ({ aws, outputs }: Engine) => {
  const s3 = new S3Client(aws);
  const Bucket = outputs.DeadLettersBucketName;
  const Key = await until(async () => (await s3.send(new ListObjectsV2Command({ Bucket }))).Contents?.[0]?.Key);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return JSON.parse((await Body?.transformToString()) ?? '');
};

test('a record that is put starts a job, whose log shows it as Kinesis delivers it', async () => {
  const before = Date.now() / 1000;
  const { SequenceNumber, ShardId } = await put('customer-7', '{"to":"Jörg"}');
  const { id, event } = await executionFor('customer-7');
  expect(event.Records).toEqual([
    {
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: 'customer-7',
        sequenceNumber: SequenceNumber,
        data: Buffer.from('{"to":"Jörg"}').toString('base64'),
        approximateArrivalTimestamp: expect.any(Number),
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `${ShardId}:${SequenceNumber}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: expect.stringMatching(/^arn:aws:iam::/),
      awsRegion: 'us-east-1',
      eventSourceARN: engine.outputs.KinesisStreamArn,
    },
  ]);
  expect(event.Records[0].kinesis.approximateArrivalTimestamp).toBeGreaterThanOrEqual(before);
  expect(await until(() => jobLog(engine, id))).toContain(event.Records[0].kinesis.data);
});

test('records at once start one job together, in their order', async () => {
  const Records = ['a', 'b', 'c'].map((PartitionKey) => ({ PartitionKey, Data: Buffer.from('x') }));
  await new KinesisClient(engine.aws).send(
    new PutRecordsCommand({ StreamName: engine.outputs.KinesisStreamName, Records }),
  );
  expect(keysOf((await executionFor('a')).event)).toEqual(['a', 'b', 'c']);
});

test('100 deliveries of the same records start one execution', async () => {
  await put('hundred');
  const { event } = await executionFor('hundred');
  const lambda = new LambdaClient(engine.aws);
  const again = { FunctionName: engine.stack.nested.Stream?.FunctionName, Payload: JSON.stringify(event) };
  const answers = await Promise.all(Array.from({ length: 100 }, () => lambda.send(new InvokeCommand(again))));
  for (const { FunctionError } of answers) expect(FunctionError).toBeUndefined();
  expect(await startedFor('hundred')).toHaveLength(1);
});

test.each([1, 7_000, 1_048_576, 4_700_000])('a record of %i bytes arrives as it was sent', async (size) => {
  const data = Buffer.alloc(size, '0123456789');
  await put(`size-${size}`, data);
  const { event } = await executionFor(`size-${size}`);
  const records: KinesisStreamRecord[] = event.Records;
  const record = records.find(({ kinesis }) => kinesis.partitionKey === `size-${size}`);
  expect(Buffer.from(record?.kinesis.data ?? '', 'base64').equals(data)).toBe(true);
});

test('a record that no function can take is kept whole in the bucket of dead letters', async () => {
  const { SequenceNumber } = await put('too-large', Buffer.alloc(5_000_000, 'x'));
  const record = await deadLetter(engine);
  expect(record.KinesisBatchInfo).toMatchObject({ batchSize: 1, startSequenceNumber: SequenceNumber });
  expect(JSON.parse(record.payload).Records[0].kinesis.data).toHaveLength(6_666_668);
});

test('what was sent just before the engine ended starts its job at the next start, once', async () => {
  await put('kept');
  await engine.close();
  await open();
  expect(keysOf((await executionFor('kept')).event)).toEqual(['kept']);
  expect(await startedFor('kept')).toHaveLength(1);
});

test('a record that starts nothing is kept whole in the bucket of dead letters, and those beside it start', async () => {
  const other = await engineOf(app, { dataDirectory: await temporaryDirectory(), template });
  try {
    // Without this bucket no large event can be handed over.
    await new S3Client(other.aws).send(new DeleteBucketCommand({ Bucket: other.outputs.ArtifactsBucketName }));
    await put('one', 'x', other);
    await put('bad', 'x'.repeat(10_000), other);
    await put('two', 'x', other);
    expect(keysOf((await executionFor('one', other)).event)).not.toContain('bad');
    await executionFor('two', other);
    const record = await deadLetter(other);
    expect(record).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted' },
      responseContext: { functionError: 'Unhandled' },
      KinesisBatchInfo: { batchSize: 1, streamArn: other.outputs.KinesisStreamArn },
    });
    expect(keysOf(JSON.parse(record.payload))).toEqual(['bad']);
    expect(await startedFor('bad', other)).toEqual([]);
  } finally {
    await other.close();
  }
});
