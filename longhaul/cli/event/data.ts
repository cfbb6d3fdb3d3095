import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { decodeS3Key } from '../../client/decode-s3.ts';
import type { Given } from './given.ts';
import { type EventSource, output } from './source.ts';

/** What an object holds that is put for an event, which names only its key. */
const SAMPLE_OBJECT = 'order,customer,total\n17,Ada,12.50\n18,Jörg,7.00\n19,Ada,3.25\n';

export const s3: EventSource = {
  description: 'objects to the uploads bucket, under incoming/',
  sample: 'S3Trigger',
  onAws: true,
  async send({ json, bytes, name, sample }, deployment) {
    const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
    const Bucket = output(deployment, 'UploadsBucketName');
    const keys = keysOf(json);
    const objects =
      keys.length > 0
        ? // No two hold the same: an object's ETag is what its execution is known by.
          keys.map((Key, row) => ({ Key, Body: SAMPLE_OBJECT + '20,Ada,1.00\n'.repeat(row) }))
        : [{ Key: `incoming/${name ?? `${randomUUID()}.csv`}`, Body: sample ? SAMPLE_OBJECT : bytes }];
    const client = new S3Client(deployment.aws);
    const marks: string[] = [];
    for (const { Key, Body } of objects) {
      const { ETag = '' } = await client.send(new PutObjectCommand({ Bucket, Key, Body }));
      marks.push(ETag.replaceAll('"', ''));
    }
    return { to: objects.map(({ Key }) => `s3://${Bucket}/${Key}`).join(', '), source: 's3', marks };
  },
};

/** The keys of the objects that an event of S3 is about, from EventBridge or from a notification; none for anything else. */
function keysOf(json: Given['json']): string[] {
  if (json?.source === 'aws.s3' && json.detail?.object?.key) return [json.detail.object.key];
  if (!json?.Records?.[0]?.s3?.object?.key) return [];
  return json.Records.map(({ s3 }: { s3: { object: { key: string } } }) => decodeS3Key(s3.object.key));
}

interface ChangeRecord {
  dynamodb: { Keys: Record<string, AttributeValue>; NewImage?: Record<string, AttributeValue> };
}

export const dynamodb: EventSource = {
  description: 'items to the table',
  sample: 'DynamoDbTrigger',
  onAws: true,
  async send({ json, sample }, deployment) {
    const { DeleteItemCommand, DynamoDBClient, PutItemCommand } = await import('@aws-sdk/client-dynamodb');
    const { DynamoDBDocumentClient, PutCommand } = await import('@aws-sdk/lib-dynamodb');
    const TableName = output(deployment, 'TableName');
    const client = new DynamoDBClient(deployment.aws);
    const mark = randomUUID();
    if (json?.Records?.[0]?.dynamodb) {
      const records: ChangeRecord[] = json.Records;
      for (const { dynamodb } of records) {
        const { Keys: Key, NewImage } = dynamodb;
        // An item that is put as it is already is no change.
        const Item = NewImage && sample ? { ...NewImage, sentAs: { S: mark } } : NewImage;
        if (Item) await client.send(new PutItemCommand({ TableName, Item }));
        else await client.send(new DeleteItemCommand({ TableName, Key }));
      }
      return { to: `the table ${TableName}`, source: 'dynamodb', marks: sample ? [mark] : [] };
    }
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      throw new Error('An item of the table is a JSON object; what was given is none.');
    }
    const Item = { id: mark, ...json };
    await DynamoDBDocumentClient.from(client).send(new PutCommand({ TableName, Item }));
    return { to: `the table ${TableName}`, source: 'dynamodb', marks: [JSON.stringify(Item.id)] };
  },
};

interface StreamRecord {
  kinesis: { partitionKey?: string; data: string };
}

export const kinesis: EventSource = {
  description: 'records to the Kinesis stream',
  sample: 'KinesisTrigger',
  onAws: true,
  async send({ json, bytes }, deployment) {
    const { KinesisClient, PutRecordCommand } = await import('@aws-sdk/client-kinesis');
    const StreamName = output(
      deployment,
      'KinesisStreamName',
      'A stack has the stream with the parameter KinesisStream=true.',
    );
    const records: StreamRecord[] =
      json?.Records?.[0]?.kinesis?.data === undefined
        ? [{ kinesis: { data: bytes.toString('base64') } }]
        : json.Records;
    const client = new KinesisClient(deployment.aws);
    const marks: string[] = [];
    for (const { kinesis } of records) {
      const { partitionKey: PartitionKey = 'longhaul', data } = kinesis;
      const Data = Buffer.from(data, 'base64');
      marks.push((await client.send(new PutRecordCommand({ StreamName, PartitionKey, Data }))).SequenceNumber!);
    }
    return { to: `the stream ${StreamName}`, source: 'kinesis', marks };
  },
};

export const logs: EventSource = {
  description: 'lines to the watched log group; LogsFilterPattern (ERROR) decides',
  sample: 'LogsTrigger',
  onAws: 'its log group is that of another application',
  async send({ json, bytes }, deployment) {
    const { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } = await import(
      '@aws-sdk/client-cloudwatch-logs'
    );
    const logGroupName = output(deployment, 'LogsGroupName', 'Name a log group with the parameter LogsGroupName.');
    const data: string | undefined = json?.awslogs?.data;
    const lines: string[] = data
      ? JSON.parse(gunzipSync(Buffer.from(data, 'base64')).toString('utf8')).logEvents.map(
          ({ message }: { message: string }) => message,
        )
      : bytes.toString('utf8').split('\n');
    const client = new CloudWatchLogsClient(deployment.aws);
    const logStreamName = `longhaul-event/${randomUUID()}`;
    await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    const written = lines.filter((line) => line !== '').map((message) => ({ timestamp: Date.now(), message }));
    await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents: written }));
    return { to: `the log group ${logGroupName}`, source: 'logs', marks: [] };
  },
};
