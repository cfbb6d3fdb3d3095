/** Streams as a Python program sees them: boto3, through the engine's endpoint, over a restart, up to the job. */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { Engine } from 'longhaul/engine';
import { describe, expect, test } from 'vitest';
import { app, engineOf, temporaryDirectory, until } from './engine.ts';
import { jobLog, startedBy } from './executions.ts';

const hasBoto3 = spawnSync('python3', ['-c', 'import boto3'], { stdio: 'ignore' }).status === 0;

async function python(engine: Engine, script: string, ...args: string[]) {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    AWS_ENDPOINT_URL: engine.url,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'thing',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_CONFIG_FILE: '/nowhere',
    AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
  };
  const { stdout } = await promisify(execFile)('python3', ['-c', script, ...args], { env });
  return JSON.parse(stdout || 'null');
}

const putItem = `
import boto3, sys
table = boto3.resource('dynamodb').Table(sys.argv[1])
table.put_item(Item={'id': 'order-1', 'paid': False})
table.put_item(Item={'id': 'order-1', 'paid': True})
`;
const readTable = `
import boto3, json, sys
streams = boto3.client('dynamodbstreams')
stream = streams.describe_stream(StreamArn=sys.argv[1])['StreamDescription']
shard = stream['Shards'][0]['ShardId']
iterator = streams.get_shard_iterator(StreamArn=sys.argv[1], ShardId=shard, ShardIteratorType='TRIM_HORIZON')['ShardIterator']
print(json.dumps(streams.get_records(ShardIterator=iterator)['Records'], default=str))
`;
const putRecord = `
import boto3, sys
boto3.client('kinesis').put_record(StreamName=sys.argv[1], Data=b'{"paid": true}', PartitionKey='order-1')
`;
const readKinesis = `
import boto3, json, sys
kinesis = boto3.client('kinesis')
shard = kinesis.describe_stream(StreamName=sys.argv[1])['StreamDescription']['Shards'][0]['ShardId']
iterator = kinesis.get_shard_iterator(StreamName=sys.argv[1], ShardId=shard, ShardIteratorType='TRIM_HORIZON')['ShardIterator']
print(json.dumps([record['Data'].decode() for record in kinesis.get_records(ShardIterator=iterator)['Records']]))
`;

describe.skipIf(!hasBoto3)('with boto3', () => {
  test('an item that is put shows in the stream with old and new image, is there after a restart, and starts its job', async () => {
    const dataDirectory = await temporaryDirectory();
    let engine = await engineOf(app, { dataDirectory });
    try {
      const { TableName = '', TableStreamArn = '' } = engine.outputs;
      await python(engine, putItem, TableName);
      const records = await python(engine, readTable, TableStreamArn);
      expect(records).toMatchObject([
        { eventName: 'INSERT', dynamodb: { NewImage: { id: { S: 'order-1' }, paid: { BOOL: false } } } },
        {
          eventName: 'MODIFY',
          dynamodb: {
            Keys: { id: { S: 'order-1' } },
            OldImage: { id: { S: 'order-1' }, paid: { BOOL: false } },
            NewImage: { id: { S: 'order-1' }, paid: { BOOL: true } },
          },
        },
      ]);
      await engine.close();
      engine = await engineOf(app, { dataDirectory });
      expect(await python(engine, readTable, TableStreamArn)).toEqual(records);

      const started = await until(async () =>
        (await startedBy(engine, 'dynamodb')).find(({ event }) => JSON.stringify(event).includes(records[1].eventID)),
      );
      expect(await until(() => jobLog(engine, started.id))).toContain('"paid":{"BOOL":true}');
    } finally {
      await engine.close();
    }
  });

  test('a record that is put into a Kinesis stream is read, is there after a restart, and starts its job', async () => {
    const dataDirectory = await temporaryDirectory();
    let engine = await engineOf(app, { dataDirectory });
    try {
      const { KinesisStreamName = '' } = engine.outputs;
      await python(engine, putRecord, KinesisStreamName);
      expect(await python(engine, readKinesis, KinesisStreamName)).toEqual(['{"paid": true}']);
      await engine.close();
      engine = await engineOf(app, { dataDirectory });
      expect(await python(engine, readKinesis, KinesisStreamName)).toEqual(['{"paid": true}']);
      const { id } = await until(async () => (await startedBy(engine, 'kinesis'))[0]);
      expect(await until(() => jobLog(engine, id))).toContain(Buffer.from('{"paid": true}').toString('base64'));
    } finally {
      await engine.close();
    }
  });
});
