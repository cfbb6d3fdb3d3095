import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ResourceNotFoundException, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { beforeEach, expect, test } from 'vitest';
import { SOURCES } from '../../longhaul/cli/event/index.ts';
import { mocked } from '../mocked.ts';
import { engine } from './in-process.ts';

const s3 = mocked(S3Client);
const dynamodb = mocked(DynamoDBClient);
const kinesis = mocked(KinesisClient);
const secrets = mocked(SecretsManagerClient);
beforeEach(() => {
  for (const client of [s3, dynamodb, kinesis, secrets]) client.reset();
});

const deployment = {
  engine,
  aws: engine.aws,
  nested: async () => ({}),
  outputs: {
    UploadsBucketName: 'uploads',
    TableName: 'table',
    KinesisStreamName: 'stream',
    GithubWebhookSecretArn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:local/github-webhook-AbCdEf',
  },
};
/** Sends what stands in a file. */
const send = (source: string, event: unknown) => {
  const bytes = Buffer.from(JSON.stringify(event));
  return SOURCES[source]!.send({ sample: false, bytes, json: event }, deployment, { schedule: '' });
};

test('every object of an S3 event is put, each of them with an ETag of its own', async () => {
  s3.on(PutObjectCommand).callsFake(({ Body }) => ({ ETag: `"${Body.length}"` }));
  const Records = ['one', 'two', 'three'].map((name) => ({ s3: { object: { key: `incoming/${name}+file.csv` } } }));
  const { to, marks } = await send('s3', { Records });
  const keys = s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input.Key);
  expect(keys).toEqual(['incoming/one file.csv', 'incoming/two file.csv', 'incoming/three file.csv']);
  for (const key of keys) expect(to).toContain(`s3://uploads/${key}`);
  expect(new Set(marks).size).toBe(3);
});

test('the object of an event that S3 sent to EventBridge is put under its key, which is not URL-encoded', async () => {
  s3.on(PutObjectCommand).resolves({ ETag: '"e"' });
  const detail = { bucket: { name: 'another' }, object: { key: 'incoming/a+b c%20.csv' } };
  const { to } = await send('s3', { source: 'aws.s3', 'detail-type': 'Object Created', detail });
  expect(to).toBe('s3://uploads/incoming/a+b c%20.csv');
});

test('every change of a DynamoDB event is made: items are put, and what was removed is deleted by its keys', async () => {
  const Keys = { id: { S: 'gone' } };
  const changed = ['first', 'second'].map((id) => ({
    dynamodb: { Keys: { id: { S: id } }, NewImage: { id: { S: id } } },
  }));
  const removed = { eventName: 'REMOVE', dynamodb: { Keys, OldImage: { ...Keys, paid: { BOOL: true } } } };
  await send('dynamodb', { Records: [changed[0], removed, changed[1]] });
  const calls = dynamodb.calls().map(({ args }) => args[0].input);
  expect(calls).toEqual([
    { TableName: 'table', Item: { id: { S: 'first' } } },
    { TableName: 'table', Key: Keys },
    { TableName: 'table', Item: { id: { S: 'second' } } },
  ]);
  expect(dynamodb.commandCalls(PutItemCommand)).toHaveLength(2);
  expect(dynamodb.commandCalls(DeleteItemCommand)).toHaveLength(1);
});

test('every record of a Kinesis event is put, under its own key', async () => {
  kinesis.on(PutRecordCommand).callsFake(({ PartitionKey }) => ({ SequenceNumber: `of ${PartitionKey}` }));
  const data = (text: string) => Buffer.from(text).toString('base64');
  const { marks } = await send('kinesis', {
    Records: [
      { kinesis: { partitionKey: 'a', data: data('one') } },
      { kinesis: { partitionKey: 'b', data: data('two') } },
    ],
  });
  expect(marks).toEqual(['of a', 'of b']);
  const put = kinesis.commandCalls(PutRecordCommand).map(({ args }) => String(args[0].input.Data));
  expect(put).toEqual(['one', 'two']);
});

test('a secret that is not there yet is created on the engine, by the command that is told', async () => {
  secrets.rejects(new ResourceNotFoundException({ message: 'no', $metadata: {} }));
  await expect(send('github', {})).rejects.toThrow(
    'aws secretsmanager create-secret --endpoint-url http://127.0.0.1:9 --region us-east-1 --name local/github-webhook --secret-string …',
  );
});
