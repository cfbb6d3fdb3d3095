import { BatchWriteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { DynamoDBRecord } from 'aws-lambda';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
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
  template = await changedTemplate({ parameters: { Table: { Retries: 1, BatchSeconds: 1 } } }, afterAll);
  await open();
});
afterAll(() => engine.close());

type Item = Record<string, { S: string }>;
const putInto = ({ aws, outputs }: Engine, ...items: Item[]) =>
  new DynamoDBClient(aws).send(
    new BatchWriteItemCommand({
      RequestItems: { [outputs.TableName ?? '']: items.map((item) => ({ PutRequest: { Item: item } })) },
    }),
  );
const put = (...items: Item[]) => putInto(engine, ...items);
const idOf = ({ dynamodb }: DynamoDBRecord) => dynamodb?.Keys?.id?.S;
const text = (length: number, character = 'x') => ({ S: character.repeat(length) });

/** What the changes of this item started. */
const startedFor = async (id: string, where = engine) =>
  (await startedBy(where, 'dynamodb')).filter(({ event }) =>
    event.Records.some((record: DynamoDBRecord) => idOf(record) === id),
  );
const executionFor = (id: string, where = engine) => until(async () => (await startedFor(id, where))[0]);

test('an item that is put starts a job, whose log shows the change with its image', async () => {
  const Item = { id: { S: 'order-1' }, to: { S: 'Jörg' } };
  await new DynamoDBClient(engine.aws).send(new PutItemCommand({ TableName: engine.outputs.TableName, Item }));
  const { id, event } = await executionFor('order-1');
  expect(event.Records).toEqual([
    {
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      eventSourceARN: engine.outputs.TableStreamArn,
      dynamodb: {
        ApproximateCreationDateTime: expect.any(Number),
        Keys: { id: { S: 'order-1' } },
        NewImage: Item,
        SequenceNumber: expect.stringMatching(/^\d{21}$/),
        SizeBytes: expect.any(Number),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    },
  ]);
  expect(await until(() => jobLog(engine, id))).toContain('"to":{"S":"Jörg"}');
});

test('changes at once start one job together', async () => {
  await put({ id: { S: 'a' } }, { id: { S: 'b' } }, { id: { S: 'c' } });
  const { event } = await executionFor('a');
  expect(event.Records.map(idOf).sort()).toEqual(['a', 'b', 'c']);
});

test('100 deliveries of the same records start one execution', async () => {
  await put({ id: { S: 'hundred' } });
  const { event } = await executionFor('hundred');
  const lambda = new LambdaClient(engine.aws);
  const again = { FunctionName: engine.stack.nested.Table?.FunctionName, Payload: JSON.stringify(event) };
  const answers = await Promise.all(Array.from({ length: 100 }, () => lambda.send(new InvokeCommand(again))));
  for (const { FunctionError } of answers) expect(FunctionError).toBeUndefined();
  expect(await startedFor('hundred')).toHaveLength(1);
});

test('the largest events that Lambda takes from a stream arrive as they are', async () => {
  // With such a window a batch goes when the next record would make it larger than the 6 MB of one event, and not before.
  const slow = await changedTemplate({ parameters: { Table: { BatchSeconds: 300 } } });
  const other = await engineOf(app, { dataDirectory: await temporaryDirectory(), template: slow });
  onTestFinished(() => other.close());
  // An item has up to 400 KB; its change has both images.
  const ids = Array.from({ length: 10 }, (_, index) => `large-${index}`);
  for (const id of ids) await putInto(other, { id: { S: id }, text: text(400_000) });
  for (const id of ids) await putInto(other, { id: { S: id }, text: text(200_000, 'ä') });
  // Enough to make the last batch with a change full, too.
  for (let behind = 0; behind < 15; behind++) {
    await putInto(other, { id: { S: `behind-${behind}` }, text: text(400_000) });
  }
  const records = await until(async () => {
    const all: DynamoDBRecord[] = (await startedBy(other, 'dynamodb')).flatMap(({ event }) => event.Records);
    const changed = all.filter((one) => one.eventName === 'MODIFY' && idOf(one)?.startsWith('large-'));
    return changed.length === ids.length && changed;
  });
  expect(records.map(idOf)).toEqual(ids);
  for (const { dynamodb } of records) {
    const id = dynamodb?.Keys?.id;
    expect(dynamodb?.OldImage).toEqual({ id, text: text(400_000) });
    expect(dynamodb?.NewImage).toEqual({ id, text: text(200_000, 'ä') });
  }
  const sizes = (await startedBy(other, 'dynamodb')).map(({ event }) => Buffer.byteLength(JSON.stringify(event)));
  expect(Math.max(...sizes)).toBeGreaterThan(5_000_000);
});

test('what was written just before the engine ended starts its job at the next start, once', async () => {
  await put({ id: { S: 'kept' } });
  await engine.close();
  await open();
  expect((await executionFor('kept')).event.Records.map(idOf)).toEqual(['kept']);
  expect(await startedFor('kept')).toHaveLength(1);
});

test('a change that starts nothing is kept whole in the bucket of dead letters, and those beside it start', async () => {
  const other = await engineOf(app, { dataDirectory: await temporaryDirectory(), template });
  onTestFinished(() => other.close());
  const s3 = new S3Client(other.aws);
  // Without this bucket no large event can be handed over.
  await s3.send(new DeleteBucketCommand({ Bucket: other.outputs.ArtifactsBucketName }));
  await putInto(other, { id: { S: 'one' } }, { id: { S: 'bad' }, text: text(10_000) }, { id: { S: 'two' } });
  expect((await executionFor('one', other)).event.Records.map(idOf)).not.toContain('bad');
  await executionFor('two', other);
  const Bucket = other.outputs.DeadLettersBucketName;
  const Key = await until(async () => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    return Contents[0]?.Key;
  });
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  const record = JSON.parse((await Body?.transformToString()) ?? '');
  expect(record).toMatchObject({
    requestContext: { condition: 'RetryAttemptsExhausted' },
    responseContext: { functionError: 'Unhandled' },
    DDBStreamBatchInfo: { batchSize: 1, streamArn: other.outputs.TableStreamArn },
  });
  const [bad] = JSON.parse(record.payload).Records;
  expect(bad.dynamodb.NewImage).toEqual({ id: { S: 'bad' }, text: text(10_000) });
  expect(await startedFor('bad', other)).toEqual([]);
});
