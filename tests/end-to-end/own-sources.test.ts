import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateStreamCommand, KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { CreateTopicCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { app, engineOf, temporaryDirectory, until } from './engine.ts';
import { startedBy } from './executions.ts';

// What docs/triggers.md says of "a queue of your own" and its like, done to a copy of the template.

const BESIDE = ['containers', 'functions', 'infrastructure', 'longhaul', 'statemachines', 'samconfig.toml'];
const page = readFileSync(path.join(app, 'docs/triggers.md'), 'utf8');
const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:000000000000:${rest}`;

let project: string;
let engine: Engine;
let queueUrl = '';

/** Makes what the user has already, as somebody with the AWS CLI would. */
async function create({ aws }: Engine) {
  const sqs = new SQSClient(aws);
  await sqs.send(new CreateQueueCommand({ QueueName: 'orders-failed' }));
  queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: 'orders' }))).QueueUrl!;
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

function changed(template: string, tableStream: string): string {
  const changes = [
    ['EventSourceArn: !GetAtt Queue.Arn', `EventSourceArn: ${arn('sqs', 'orders')}`],
    ['Resource: !GetAtt Queue.Arn', `Resource: ${arn('sqs', 'orders')}`],
    [
      'DEAD_LETTER_QUEUE_URL: !Ref QueueDeadLetters',
      `DEAD_LETTER_QUEUE_URL: ${queueUrl.replace('orders', 'orders-failed')}`,
    ],
    ['Resource: !GetAtt QueueDeadLetters.Arn', `Resource: ${arn('sqs', 'orders-failed')}`],
    ['EventSourceArn: !GetAtt Table.StreamArn', `EventSourceArn: ${tableStream}`],
    ['Resource: !GetAtt Table.StreamArn', `Resource: ${tableStream}`],
    ['EventSourceArn: !GetAtt Stream.Arn', `EventSourceArn: ${arn('kinesis', 'stream/orders')}`],
    ['Resource: !GetAtt Stream.Arn', `Resource: ${arn('kinesis', 'stream/orders')}`],
    ['Topic: !Ref Topic', `Topic: ${arn('sns', 'orders')}`],
    ['EventBusName: !Ref EventBus', 'EventBusName: orders'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is CloudFormation's
    [':rule/${EventBus}/', ':rule/orders/'],
    // The engine has the buses of its template only.
    ['\nResources:\n', '\nResources:\n  Orders: { Type: AWS::Events::EventBus, Properties: { Name: orders } }\n'],
  ] as const;
  return [...changes, ...ofBucket(template)].reduce((text, [from, to]) => {
    expect(text.split(from), from).toHaveLength(2);
    return text.replace(from, to);
  }, template);
}

/** The resource that the page shows, instead of the function's events, and the bucket that the job may read. */
function ofBucket(template: string): [string, string][] {
  const [, resource = ''] = /\*\*A bucket of your own\*\*[\s\S]*?```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  const [events = ''] = /^ {6}Events:\n {8}Uploaded:\n( {10,}.*\n)+/m.exec(template) ?? [];
  const [job = ''] = /\n {2}CsvReport:\n(?: {4}.*\n)+/.exec(template) ?? [];
  return [
    [events, ''],
    [job, job.replace(/UploadsBucket: !Sub .*/, 'UploadsBucket: my-bucket')],
    ['\n  ScheduleTrigger:', `\n${resource.replace('MY-BUCKET', 'my-bucket')}\n  ScheduleTrigger:`],
  ];
}

beforeAll(async () => {
  project = await temporaryDirectory(afterAll);
  const dataDirectory = path.join(project, 'data');
  for (const name of BESIDE) symlinkSync(path.join(app, name), path.join(project, name));
  const first = await engineOf(app, { dataDirectory });
  const { tableStream } = await create(first).finally(() => first.close());
  const template = readFileSync(path.join(app, 'template.yaml'), 'utf8');
  writeFileSync(path.join(project, 'template.yaml'), changed(template, tableStream));
  engine = await engineOf(project, { dataDirectory });
});
afterAll(() => engine.close());

const hasLint = spawnSync('cfn-lint', ['--version']).status === 0;
test.skipIf(!hasLint)('cfn-lint (where it is installed) finds nothing in the changed template', () => {
  const { stdout, stderr } = spawnSync('cfn-lint', ['template.yaml'], { cwd: project, encoding: 'utf8' });
  expect(stdout + stderr).toBe('');
});

test('every change has its place in docs/triggers.md', () => {
  for (const words of ['A bucket', 'A queue', 'A topic', 'A table', 'A stream']) {
    expect(page).toContain(`- **${words} of your own**`);
  }
  expect(page).toContain('- **A bus of yours**');
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
      const event = { EventBusName: 'orders', Source: 'com.example.longhaul', DetailType: 'mine', Detail: '{}' };
      return new EventBridgeClient(engine.aws).send(new PutEventsCommand({ Entries: [event] }));
    },
  ],
])('a %s of your own starts jobs', async (_kind, source, send) => {
  await send();
  const [started] = await until(async () => {
    const all = await startedBy(engine, source);
    return all.length > 0 && all;
  });
  expect(JSON.stringify(started?.event)).toMatch(/mine|bWluZQ==/);
});
