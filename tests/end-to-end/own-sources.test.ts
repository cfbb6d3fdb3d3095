import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateStreamCommand, KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasCfnLint } from '../template/cfn-lint.ts';
import { changedTemplate } from './changed-template.ts';
import { app, engineOf, temporaryDirectory, until } from './engine.ts';
import { startedBy } from './executions.ts';

// What docs/triggers.md says of "a queue of your own" and its like: blocks of the app's triggers that are given what is there already.

const page = readFileSync(path.join(app, 'docs/triggers.md'), 'utf8');
const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:000000000000:${rest}`;

let template: string;
let engine: Engine;

/** Makes what the user has already, as somebody with the AWS CLI would. */
async function create({ aws }: Engine) {
  const sqs = new SQSClient(aws);
  await sqs.send(new CreateQueueCommand({ QueueName: 'orders' }));
  await new SNSClient(aws).send(new CreateTopicCommand({ Name: 'orders' }));
  await new KinesisClient(aws).send(new CreateStreamCommand({ StreamName: 'orders', ShardCount: 1 }));
  const { TableDescription } = await new DynamoDBClient(aws).send(
    new CreateTableCommand({
      TableName: 'orders',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  );
  return { tableStream: TableDescription!.LatestStreamArn! };
}

const block = (source: string, parameters: string) => `
  Type: AWS::Serverless::Application
  DependsOn: StateMachine
  Properties:
    Location: functions/triggers/${source}/template.yaml
    Parameters: { App: !Ref AWS::StackName, Job: hello-world, ${parameters} }`;

// The engine has the buses of its template only, and sends the events of the template's buckets.
const resources = (tableStream: string) => `
Bus: { Type: AWS::Events::EventBus, Properties: { Name: orders } }
Bucket:
  Type: AWS::S3::Bucket
  Properties: { BucketName: my-bucket, NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } } }
MyQueue: ${block('sqs', `QueueArn: "${arn('sqs', 'orders')}"`)}
MyTopic: ${block('sns', `TopicArn: "${arn('sns', 'orders')}"`)}
MyTable: ${block('dynamodb', `StreamArn: "${tableStream}"`)}
MyStream: ${block('kinesis', `StreamArn: "${arn('kinesis', 'stream/orders')}"`)}
MyBus: ${block('eventbridge', `EventBusName: !Ref Bus, EventPattern: '{"source":["com.example.orders"]}'`)}
MyBucket: ${block('s3', 'BucketName: !Ref Bucket, Prefix: orders/')}
`;

beforeAll(async () => {
  const dataDirectory = await temporaryDirectory(afterAll);
  const first = await engineOf(app, { dataDirectory });
  const { tableStream } = await create(first).finally(() => first.close());
  template = await changedTemplate({ resources: resources(tableStream) }, afterAll);
  engine = await engineOf(app, { dataDirectory, template });
});
afterAll(() => engine.close());

test.skipIf(!hasCfnLint)('cfn-lint (where it is installed) finds nothing in the changed template', () => {
  const { stdout, stderr } = spawnSync('cfn-lint', [template], { encoding: 'utf8' });
  expect(stdout + stderr).toBe('');
});

test('docs/triggers.md names the parameter of each source', () => {
  const [, section = ''] = /\n## Use your own source\n([\s\S]*?)\n## /.exec(page) ?? [];
  for (const [source, parameter] of [
    ['S3', 'BucketName'],
    ['SQS', 'QueueArn'],
    ['SNS', 'TopicArn'],
    ['EventBridge', 'EventBusName'],
    ['DynamoDB', 'StreamArn'],
    ['Kinesis', 'StreamArn'],
  ]) {
    expect(section).toContain(`| ${source} | \`${parameter}\``);
  }
});

test.each([
  [
    'queue',
    'sqs',
    () => {
      const QueueUrl = `${engine.url}/000000000000/orders`;
      return new SQSClient(engine.aws).send(new SendMessageCommand({ QueueUrl, MessageBody: 'mine' }));
    },
  ],
  [
    'topic',
    'sns',
    () => new SNSClient(engine.aws).send(new PublishCommand({ TopicArn: arn('sns', 'orders'), Message: 'mine' })),
  ],
  [
    'table',
    'dynamodb',
    () => new DynamoDBClient(engine.aws).send(new PutItemCommand({ TableName: 'orders', Item: { id: { S: 'mine' } } })),
  ],
  [
    'stream',
    'kinesis',
    () =>
      new KinesisClient(engine.aws).send(
        new PutRecordCommand({ StreamName: 'orders', PartitionKey: 'mine', Data: Buffer.from('mine') }),
      ),
  ],
  [
    'bus',
    'eventbridge',
    () => {
      const event = { EventBusName: 'orders', Source: 'com.example.orders', DetailType: 'mine', Detail: '{}' };
      return new EventBridgeClient(engine.aws).send(new PutEventsCommand({ Entries: [event] }));
    },
  ],
  [
    'bucket',
    's3',
    () =>
      new S3Client(engine.aws).send(
        new PutObjectCommand({ Bucket: 'my-bucket', Key: 'orders/mine.csv', Body: 'id\n1\n' }),
      ),
  ],
])('a %s of your own starts jobs', async (_kind, source, send) => {
  await send();
  const [started] = await until(async () => {
    const all = await startedBy(engine, source);
    return all.length > 0 && all;
  });
  expect(JSON.stringify(started?.event)).toMatch(/mine|bWluZQ==/);
});
