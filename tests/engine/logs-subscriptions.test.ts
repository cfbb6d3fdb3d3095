import { DatabaseSync } from 'node:sqlite';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteSubscriptionFilterCommand,
  DescribeSubscriptionFiltersCommand,
  FilterLogEventsCommand,
  PutLogEventsCommand,
  PutSubscriptionFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { decodeLogs } from 'longhaul/runtime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Endpoint, ServiceError, startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import {
  declaredSubscriptions,
  LogStore,
  logsService,
  Subscriptions,
} from '../../longhaul/engine/services/logs/index.ts';
import type { Resource } from '../../longhaul/engine/template/model.ts';

const destinationArn = 'arn:aws:lambda:us-east-1:000000000000:function:watcher';

let db: DatabaseSync;
let endpoint: Endpoint;
let logs: CloudWatchLogsClient;
let store: LogStore;
let subscriptions: Subscriptions;
let invoked: string[];
let notices: string[];

const functions = {
  find(arn: string) {
    if (!arn.endsWith(':watcher')) throw new ServiceError('ResourceNotFoundException', 'Function not found');
    return { logGroup: '/functions' };
  },
  enqueue(_arn: string, payload: string) {
    invoked.push(payload);
    return 'request';
  },
};

/** As an engine that starts: what was not delivered is, unless it is killed before. */
function open(resources: Resource[] = [], flush = true): void {
  store = new LogStore(db);
  subscriptions = new Subscriptions({ db, store, functions, gatherFor: 5, onNotice: (notice) => notices.push(notice) });
  subscriptions.declare(declaredSubscriptions(resources));
  if (flush) subscriptions.flush();
}

beforeEach(async () => {
  db = new DatabaseSync(':memory:');
  invoked = [];
  notices = [];
  open();
  endpoint = await startEndpoint({ port: 0, services: [] });
  endpoint.mount({
    signingName: 'logs',
    handle: (request, response) => logsService(store, subscriptions).handle(request, response),
  });
  logs = new CloudWatchLogsClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  });
  await logs.send(new CreateLogGroupCommand({ logGroupName: '/app' }));
  for (const logStreamName of ['web', 'worker']) {
    await logs.send(new CreateLogStreamCommand({ logGroupName: '/app', logStreamName }));
  }
});
afterEach(async () => {
  subscriptions.close();
  logs.destroy();
  await endpoint.close();
  db.close();
});

const subscribe = (filterName: string, filterPattern: string, more: object = {}) =>
  logs.send(
    new PutSubscriptionFilterCommand({ logGroupName: '/app', filterName, filterPattern, destinationArn, ...more }),
  );
const write = (logStreamName: string, ...messages: string[]) =>
  logs.send(
    new PutLogEventsCommand({
      logGroupName: '/app',
      logStreamName,
      logEvents: messages.map((message) => ({ timestamp: Date.now(), message })),
    }),
  );
const delivered = () => invoked.map((payload) => decodeLogs(JSON.parse(payload)));
const messages = () => delivered().flatMap(({ logEvents }) => logEvents.map(({ message }) => message));

test('a function gets the lines that match, packed as CloudWatch Logs packs them', async () => {
  await subscribe('errors', 'ERROR');
  await write('web', 'ERROR Übel 🥕', 'fine', 'ERROR again');
  await expect.poll(() => invoked).toHaveLength(1);
  const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: '/app', filterPattern: 'ERROR' }));
  expect(Object.keys(JSON.parse(invoked[0]!))).toEqual(['awslogs']);
  expect(delivered()[0]).toEqual({
    messageType: 'DATA_MESSAGE',
    owner: '000000000000',
    logGroup: '/app',
    logStream: 'web',
    subscriptionFilters: ['errors'],
    logEvents: events.map(({ eventId, timestamp, message }) => ({ id: eventId, timestamp, message })),
  });
  expect(messages()).toEqual(['ERROR Übel 🥕', 'ERROR again']);
});

test('lines of one stream that come shortly after another are delivered together, those of two streams are not', async () => {
  await subscribe('all', '');
  store.append('/app', 'web', [{ timestamp: 1, message: 'one' }]);
  store.append('/app', 'web', [{ timestamp: 2, message: 'two' }]);
  store.append('/app', 'worker', [{ timestamp: 3, message: 'three' }]);
  await expect.poll(() => invoked).toHaveLength(2);
  expect(delivered().map(({ logStream, logEvents }) => [logStream, logEvents.length])).toEqual([
    ['web', 2],
    ['worker', 1],
  ]);
});

test('many and large lines are split into deliveries that a function can be given, each line in one of them', async () => {
  await subscribe('all', '');
  const random = () => Array.from({ length: 30_000 }, () => Math.random().toString(36).slice(2)).join('');
  const large = Array.from({ length: 6 }, random);
  for (const message of large) store.append('/app', 'web', [{ timestamp: 1, message }]);
  store.append(
    '/app',
    'worker',
    Array.from({ length: 2500 }, (_, index) => ({ timestamp: index, message: `${index}` })),
  );
  await expect.poll(messages).toHaveLength(2506);
  for (const payload of invoked) expect(payload.length).toBeLessThan(1_048_576);
  expect(new Set(messages()).size).toBe(2506);
});

test('lines that were stored before the engine was killed are delivered by the next one, once', async () => {
  await subscribe('all', '');
  subscriptions.close();
  await write('web', 'late');
  expect(invoked).toEqual([]);
  open();
  expect(messages()).toEqual(['late']);
  subscriptions.close();
  open();
  expect(messages()).toEqual(['late']);
});

describe('a subscription', () => {
  test('is put, changed, described and deleted', async () => {
    await subscribe('one', 'ERROR');
    await subscribe('one', 'WARN');
    const describe = async () =>
      (await logs.send(new DescribeSubscriptionFiltersCommand({ logGroupName: '/app' }))).subscriptionFilters;
    expect(await describe()).toEqual([
      {
        filterName: 'one',
        logGroupName: '/app',
        filterPattern: 'WARN',
        destinationArn,
        distribution: 'ByLogStream',
        creationTime: expect.any(Number),
      },
    ]);
    await logs.send(new DeleteSubscriptionFilterCommand({ logGroupName: '/app', filterName: 'one' }));
    expect(await describe()).toEqual([]);
    await expect(
      logs.send(new DeleteSubscriptionFilterCommand({ logGroupName: '/app', filterName: 'one' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('is one of at most two of a group, and goes with it', async () => {
    await subscribe('one', '');
    await subscribe('two', '');
    await expect(subscribe('three', '')).rejects.toMatchObject({ name: 'LimitExceededException' });
    await logs.send(new DeleteLogGroupCommand({ logGroupName: '/app' }));
    expect(subscriptions.of('/app')).toEqual([]);
  });

  test.each([
    ['of a group that is not there', { logGroupName: '/no' }, 'ResourceNotFoundException', /log group/],
    [
      'of a function that is not there',
      { destinationArn: `${destinationArn}s` },
      'InvalidParameterException',
      /Could not execute/,
    ],
    ['of what is no function', { destinationArn: 'arn:aws:kinesis:x' }, 'InvalidParameterException', /functions/],
    [
      'with a pattern that is not understood',
      { filterPattern: '{ $.x = 1 }' },
      'InvalidParameterException',
      /plain terms/,
    ],
  ])('%s is refused', async (_, input, name, message) => {
    const refused = subscribe('one', '', input);
    await expect(refused).rejects.toMatchObject({ name });
    await expect(refused).rejects.toThrow(message);
  });

  test('of the group that its function writes to is refused, since it would never end', async () => {
    await logs.send(new CreateLogGroupCommand({ logGroupName: '/functions' }));
    await expect(subscribe('loop', '', { logGroupName: '/functions' })).rejects.toThrow('without an end');
  });
});

describe('the template', () => {
  const resource = (type: string, properties: object): Resource => ({
    logicalId: 'Watcher',
    path: 'Watcher',
    type,
    properties,
    metadata: {},
    ref: 'watcher',
    attributes: { Arn: destinationArn },
    templateFile: 'template.yaml',
  });
  const filter = (LogGroupName: string) =>
    resource('AWS::Logs::SubscriptionFilter', { LogGroupName, FilterPattern: 'ERROR', DestinationArn: destinationArn });
  const event = (LogGroupName: string) =>
    resource('AWS::Serverless::Function', {
      Events: { Matched: { Type: 'CloudWatchLogs', Properties: { LogGroupName, FilterPattern: '' } } },
    });

  test('subscribes by events of functions and by resources, to groups that are made where they are not there', async () => {
    subscriptions.close();
    open([filter('/one'), event('/two')]);
    store.append('/one', 'stream', [{ timestamp: 1, message: 'ERROR one' }]);
    store.append('/two', 'stream', [{ timestamp: 1, message: 'two' }]);
    await expect.poll(messages).toEqual(['ERROR one', 'two']);
  });

  test('has the last word: what it says no more is not subscribed, what was put beside it is', async () => {
    await subscribe('mine', '');
    subscriptions.close();
    open([event('/two')]);
    subscriptions.close();
    open();
    expect(subscriptions.of('/two')).toEqual([]);
    expect(subscriptions.of('/app')).toMatchObject([{ name: 'mine' }]);
  });

  test('is told of a subscription that would never end, and everything else starts', () => {
    subscriptions.close();
    open([event('/functions'), filter('/one')]);
    expect(notices).toEqual([expect.stringContaining('without an end')]);
    expect(subscriptions.of('/one')).toHaveLength(1);
  });
});
