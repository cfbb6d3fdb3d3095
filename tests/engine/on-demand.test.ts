import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Engine, startEngine } from '../../longhaul/engine/index.ts';
import { openDynamoDb, table } from './dynamodb-fixture.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longhaul-on-demand-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

const Stream = { StreamSpecification: { StreamViewType: 'NEW_IMAGE' } };
const queueEvent = { Type: 'SQS', Properties: { Queue: { 'Fn::GetAtt': ['Queue', 'Arn'] } } };
const topicEvent = { Type: 'SNS', Properties: { Topic: { Ref: 'Topic' } } };

/** An engine with a queue, a topic and a table; its function writes down the bodies of the messages that it gets. */
async function start(Events: object = {}, data = 'data', notices: string[] = []): Promise<Engine> {
  const seen = JSON.stringify(join(folder, 'seen'));
  writeFileSync(
    join(folder, 'index.mjs'),
    `import { appendFileSync } from 'node:fs';
    export const handler = ({ Records }) => {
      for (const { body, Sns } of Records) appendFileSync(${seen}, (body ?? Sns.Message) + '\\n');
    };`,
  );
  const { BillingMode, AttributeDefinitions, KeySchema } = table().properties;
  const template = {
    Transform: 'AWS::Serverless-2016-10-31',
    Resources: {
      Queue: { Type: 'AWS::SQS::Queue' },
      Topic: { Type: 'AWS::SNS::Topic' },
      Table: { Type: 'AWS::DynamoDB::Table', Properties: { BillingMode, AttributeDefinitions, KeySchema } },
      Worker: {
        Type: 'AWS::Serverless::Function',
        Properties: { Runtime: 'nodejs24.x', Handler: 'index.handler', CodeUri: '.', Events },
      },
    },
    Outputs: Object.fromEntries(['Queue', 'Topic', 'Table'].map((name) => [name, { Value: { Ref: name } }])),
  };
  writeFileSync(join(folder, 'template.yaml'), JSON.stringify(template));
  const engine = await startEngine({
    projectDirectory: folder,
    dataDirectory: join(folder, data),
    port: 0,
    apiPort: 0,
    onNotice: (notice) => notices.push(notice),
  });
  onTestFinished(() => engine.close());
  return engine;
}

/** What the function got so far. */
const seen = () =>
  existsSync(join(folder, 'seen')) ? readFileSync(join(folder, 'seen'), 'utf8').trim().split('\n') : [];

const send = (engine: Engine, MessageBody: string) =>
  new SQSClient(engine.aws).send(new SendMessageCommand({ QueueUrl: engine.outputs.Queue, MessageBody }));
const put = (engine: Engine) =>
  new DynamoDBClient({ ...engine.aws, maxAttempts: 1 }).send(
    new PutItemCommand({ TableName: engine.outputs.Table, Item: { id: { S: 'a' } } }),
  );

describe('an engine that nobody asks', () => {
  test('opens neither queues nor tables; each of them at its first request, as the template declares them', async () => {
    const engine = await start({ Sent: queueEvent, Published: topicEvent });
    const opened = () => ['messages', 'tables'].filter((name) => existsSync(join(folder, 'data', name)));
    expect(opened()).toEqual([]);
    await send(engine, 'to the queue');
    expect(opened()).toEqual(['messages']);
    await new SNSClient(engine.aws).send(
      new PublishCommand({ TopicArn: engine.outputs.Topic, Message: 'to the topic' }),
    );
    await put(engine);
    expect(opened()).toEqual(['messages', 'tables']);
    await expect.poll(() => seen().toSorted()).toEqual(['to the queue', 'to the topic']);
  });

  test('says that a queue and a topic are not here, without a request', async () => {
    const notices: string[] = [];
    const missing = (service: string) => `arn:aws:${service}:us-east-1:000000000000:elsewhere`;
    await start(
      {
        Sent: { Type: 'SQS', Properties: { Queue: missing('sqs') } },
        Published: { Type: 'SNS', Properties: { Topic: missing('sns') } },
      },
      'data',
      notices,
    );
    await expect
      .poll(() => notices)
      .toContainEqual(expect.stringContaining(`there is no queue ${missing('sqs')} here`));
    expect(notices).toContainEqual(expect.stringContaining(`there is no topic ${missing('sns')} here`));
  });
});

test('a message that waits when the engine is killed reaches its function after the next start, without a request', async () => {
  const engine = await start();
  await send(engine, 'sent before');
  // What is on disk now is what a killed engine leaves.
  cpSync(join(folder, 'data'), join(folder, 'killed'), { recursive: true });
  await start({ Sent: queueEvent }, 'killed');
  await expect.poll(seen).toEqual(['sent before']);
});

test('a change that had not reached its stream when the engine was killed is there after the next start, without a request to DynamoDB', async () => {
  const orders = table(Stream);
  const open = async (name: string) => {
    const opened = await openDynamoDb(join(folder, name), [orders]);
    onTestFinished(() => opened.close());
    return opened.dynamoDb;
  };
  const recorded = ({ streams }: Awaited<ReturnType<typeof open>>) =>
    streams.read(streams.of(orders.ref)!, 0, 10, 1_000).map(({ record }) => record.dynamodb.NewImage);

  const killed = await open('.');
  const { accept } = killed.streams;
  killed.streams.accept = () => {
    throw new Error('The engine ends here.');
  };
  const Item = { id: { S: 'a' } };
  const { dynalite } = await killed.open();
  await expect(dynalite.call('PutItem', { TableName: orders.ref, Item })).rejects.toThrow();
  killed.streams.accept = accept;
  for (const file of ['engine.sqlite', 'engine.sqlite-wal', 'tables']) {
    cpSync(join(folder, file), join(folder, 'killed', file), { recursive: true });
  }
  expect(recorded(await open('killed'))).toEqual([Item]);
});

describe('what cannot be opened fails at the request, which says so, and is tried again at the next', () => {
  /** Another file stands where the folder of a closed engine was. */
  async function withFileFor(name: string, request: (engine: Engine) => Promise<unknown>): Promise<Engine> {
    const first = await start();
    await request(first);
    await first.close();
    const place = join(folder, 'data', name);
    renameSync(place, join(folder, name));
    writeFileSync(place, 'not a folder');
    const engine = await start();
    await expect(request(engine)).rejects.toMatchObject({
      name: 'ServiceUnavailable',
      message: expect.stringContaining(`${place} cannot be opened: `),
    });
    rmSync(place);
    renameSync(join(folder, name), place);
    return engine;
  }

  test('DynamoDB', async () => {
    const engine = await withFileFor('tables', put);
    const get = new GetItemCommand({ TableName: engine.outputs.Table, Key: { id: { S: 'a' } } });
    expect((await new DynamoDBClient(engine.aws).send(get)).Item).toEqual({ id: { S: 'a' } });
  });

  test('SQS', async () => {
    const request = (engine: Engine) =>
      new SQSClient({ ...engine.aws, maxAttempts: 1 }).send(
        new ReceiveMessageCommand({ QueueUrl: engine.outputs.Queue }),
      );
    const engine = await withFileFor('messages', request);
    expect((await request(engine)).Messages).toBeUndefined();
  });
});
