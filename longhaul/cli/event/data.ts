import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { type EventSource, output } from './source.ts';

/** What an object holds that is put for the sample, which names only its key. */
const SAMPLE_OBJECT = 'order,customer,total\n17,Ada,12.50\n18,Jörg,7.00\n19,Ada,3.25\n';

export const s3: EventSource = {
  description: 'an object to the uploads bucket, under incoming/',
  sample: 'S3Trigger',
  onAws: true,
  async send({ json, bytes, name, sample }, deployment) {
    const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
    const Bucket = output(deployment, 'UploadsBucketName');
    const named: string | undefined = json?.Records?.[0]?.s3?.object?.key;
    const Key = named ? decodeURIComponent(named.replaceAll('+', ' ')) : `incoming/${name ?? `${randomUUID()}.csv`}`;
    const Body = sample || named ? SAMPLE_OBJECT : bytes;
    const { ETag = '' } = await new S3Client(deployment.aws).send(new PutObjectCommand({ Bucket, Key, Body }));
    return { to: `s3://${Bucket}/${Key}`, source: 's3', marks: [ETag.replaceAll('"', '')] };
  },
};

export const dynamodb: EventSource = {
  description: 'an item to the table',
  sample: 'DynamoDbTrigger',
  onAws: true,
  async send({ json, sample }, deployment) {
    const { DynamoDBClient, PutItemCommand } = await import('@aws-sdk/client-dynamodb');
    const { DynamoDBDocumentClient, PutCommand } = await import('@aws-sdk/lib-dynamodb');
    const TableName = output(deployment, 'TableName');
    const client = new DynamoDBClient(deployment.aws);
    const image = json?.Records?.[0]?.dynamodb?.NewImage;
    const mark = randomUUID();
    if (image) {
      // An item that is put as it is already is no change.
      const Item = sample ? { ...image, sentAs: { S: mark } } : image;
      await client.send(new PutItemCommand({ TableName, Item }));
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

export const kinesis: EventSource = {
  description: 'a record to the Kinesis stream',
  sample: 'KinesisTrigger',
  onAws: true,
  async send({ json, bytes }, deployment) {
    const { KinesisClient, PutRecordCommand } = await import('@aws-sdk/client-kinesis');
    const StreamName = output(
      deployment,
      'KinesisStreamName',
      'A stack has the stream with the parameter KinesisStream=true.',
    );
    const { partitionKey = 'longhaul', data } = json?.Records?.[0]?.kinesis ?? {};
    const Data = data === undefined ? bytes : Buffer.from(data, 'base64');
    const { SequenceNumber } = await new KinesisClient(deployment.aws).send(
      new PutRecordCommand({ StreamName, PartitionKey: partitionKey, Data }),
    );
    return { to: `the stream ${StreamName}`, source: 'kinesis', marks: [SequenceNumber!] };
  },
};

export const logs: EventSource = {
  description: 'lines to the log group that is watched',
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
