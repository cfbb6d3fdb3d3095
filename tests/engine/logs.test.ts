import { DatabaseSync } from 'node:sqlite';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  paginateFilterLogEvents,
  StartLiveTailCommand,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Endpoint, startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { type LogEvent, LogStore, logsService } from '../../longhaul/engine/services/logs/index.ts';

let db: DatabaseSync;
let store: LogStore;
let endpoint: Endpoint;
let logs: CloudWatchLogsClient;

beforeEach(async () => {
  db = new DatabaseSync(':memory:');
  store = new LogStore(db);
  endpoint = await startEndpoint({ port: 0, services: [logsService(store)] });
  logs = new CloudWatchLogsClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
});
afterEach(async () => {
  logs.destroy();
  await endpoint.close();
  db.close();
});

const logGroupName = '/longhaul/jobs';
const events = (...messages: string[]): LogEvent[] =>
  messages.map((message, index) => ({ timestamp: 1000 + index, message }));

async function get(input: Partial<GetLogEventsCommandInput> = {}) {
  const output = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName: 'one', ...input }));
  return { ...output, messages: output.events!.map(({ message }) => message) };
}

describe('reading a stream', () => {
  beforeEach(() => store.append(logGroupName, 'one', events('a', 'b', 'c', 'd', 'e')));

  it('gives the newest events unless told to start from the head, always in the order of time', async () => {
    expect((await get()).messages).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect((await get({ limit: 2 })).messages).toEqual(['d', 'e']);
    expect((await get({ limit: 2, startFromHead: true })).messages).toEqual(['a', 'b']);
    expect((await get({ startTime: 1001, endTime: 1003 })).messages).toEqual(['b', 'c']);
    expect((await get()).events![0]).toEqual({ timestamp: 1000, message: 'a', ingestionTime: expect.any(Number) });
  });

  it('pages forward until the token stays the same, and goes on with what came meanwhile', async () => {
    const first = await get({ limit: 3, startFromHead: true });
    const second = await get({ limit: 3, startFromHead: true, nextToken: first.nextForwardToken });
    expect(second.messages).toEqual(['d', 'e']);
    const third = await get({ limit: 3, startFromHead: true, nextToken: second.nextForwardToken });
    expect(third.messages).toEqual([]);
    expect(third.nextForwardToken).toBe(second.nextForwardToken);
    store.append(logGroupName, 'one', [{ timestamp: 1004, message: 'f' }]);
    expect((await get({ startFromHead: true, nextToken: third.nextForwardToken })).messages).toEqual(['f']);
    expect((await get({ nextToken: third.nextBackwardToken })).messages).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('pages backward until the token stays the same', async () => {
    const newest = await get({ limit: 2 });
    const middle = await get({ limit: 2, nextToken: newest.nextBackwardToken });
    expect(middle.messages).toEqual(['b', 'c']);
    const oldest = await get({ limit: 2, nextToken: middle.nextBackwardToken });
    expect(oldest.messages).toEqual(['a']);
    const none = await get({ limit: 2, nextToken: oldest.nextBackwardToken });
    expect([none.messages, none.nextBackwardToken]).toEqual([[], oldest.nextBackwardToken]);
    expect((await get({ nextToken: none.nextForwardToken, limit: 2 })).messages).toEqual(['a', 'b']);
  });

  it('keeps an answer under 1 MB', async () => {
    store.append(logGroupName, 'big', events(...Array.from({ length: 5 }, (_, index) => `${index}`.repeat(300_000))));
    const first = await get({ logStreamName: 'big', startFromHead: true });
    expect(first.messages.map((message) => message![0])).toEqual(['0', '1', '2']);
    const second = await get({ logStreamName: 'big', startFromHead: true, nextToken: first.nextForwardToken });
    expect(second.messages.map((message) => message![0])).toEqual(['3', '4']);
    expect((await get({ logStreamName: 'big' })).messages.map((message) => message![0])).toEqual(['2', '3', '4']);
  });

  it('says what is wrong', async () => {
    await expect(get({ logGroupName: 'none' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'The specified log group does not exist.',
    });
    await expect(get({ logStreamName: 'none' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'The specified log stream does not exist.',
    });
    await expect(get({ nextToken: 'x' })).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(get({ limit: 10_001 })).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });
});

describe('writing', () => {
  const put = (logEvents: LogEvent[], logStreamName = 'one') =>
    logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));

  it('needs group and stream, and refuses what CloudWatch Logs would refuse', async () => {
    const now = Date.now();
    await expect(put([{ timestamp: now, message: 'x' }])).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 'one' }));
    await expect(logs.send(new CreateLogGroupCommand({ logGroupName }))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
    await expect(logs.send(new CreateLogGroupCommand({ logGroupName: 'no spaces' }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    await expect(
      put([
        { timestamp: now, message: 'late' },
        { timestamp: now - 1, message: 'early' },
      ]),
    ).rejects.toThrow('chronological order');

    const day = 86_400_000;
    const { rejectedLogEventsInfo } = await put([
      { timestamp: now - 15 * day, message: 'too old' },
      { timestamp: now, message: 'good' },
      { timestamp: now + day, message: 'too new' },
    ]);
    expect(rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 });
    expect((await get()).messages).toEqual(['good']);
  });
});

describe('filtering', () => {
  const filter = async (input: Partial<FilterLogEventsCommandInput>) => {
    const output = await logs.send(new FilterLogEventsCommand({ logGroupName, ...input }));
    return output.events!.map(({ logStreamName, message }) => `${logStreamName}: ${message}`);
  };
  beforeEach(() => {
    store.append(logGroupName, 'job/a', events('ERROR disk full', 'fine', 'ERROR "quoted" thing'));
    store.append(logGroupName, 'job/b', [{ timestamp: 1001, message: 'error of another case' }]);
    store.append(logGroupName, 'other', [{ timestamp: 1002, message: 'ERROR' }]);
  });

  it('finds plain terms and phrases, over streams in the order of time', async () => {
    expect(await filter({ filterPattern: 'ERROR' })).toEqual([
      'job/a: ERROR disk full',
      'job/a: ERROR "quoted" thing',
      'other: ERROR',
    ]);
    expect(await filter({ filterPattern: 'full ERROR' })).toEqual(['job/a: ERROR disk full']);
    expect(await filter({ filterPattern: '"of another"' })).toEqual(['job/b: error of another case']);
    expect(await filter({ filterPattern: String.raw`"\"quoted\""` })).toEqual(['job/a: ERROR "quoted" thing']);
    expect(await filter({ startTime: 1001, endTime: 1001 })).toEqual(['job/a: fine', 'job/b: error of another case']);
  });

  it('can be for some streams', async () => {
    expect(await filter({ logStreamNames: ['other'] })).toEqual(['other: ERROR']);
    expect(await filter({ logStreamNamePrefix: 'job/', filterPattern: 'fine' })).toEqual(['job/a: fine']);
    expect(await filter({ logStreamNamePrefix: 'nothing' })).toEqual([]);
  });

  it('comes in pages', async () => {
    const seen: (string | undefined)[] = [];
    for await (const page of paginateFilterLogEvents({ client: logs, pageSize: 2 }, { logGroupName })) {
      expect(page.events!.length).toBeLessThanOrEqual(2);
      seen.push(...page.events!.map(({ message }) => message));
    }
    expect(seen).toHaveLength(5);
  });

  it('refuses the patterns that it does not know, rather than finding the wrong things', async () => {
    for (const filterPattern of ['{ $.level = "ERROR" }', '[ip, user]', '%regex%', '?a ?b', 'a -b', '"open']) {
      await expect(filter({ filterPattern })).rejects.toMatchObject({ name: 'InvalidParameterException' });
    }
    expect(await filter({ filterPattern: '"-b" ' })).toEqual([]);
  });
});

describe('describing', () => {
  it('lists groups by prefix, with their retention', async () => {
    store.append('/b', 's', events('x'));
    await logs.send(new CreateLogGroupCommand({ logGroupName: '/a/1' }));
    await logs.send(new CreateLogGroupCommand({ logGroupName: '/a/2' }));
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: '/a/1', retentionInDays: 30 }));
    await expect(
      logs.send(new PutRetentionPolicyCommand({ logGroupName: '/a/1', retentionInDays: 2 })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
    const { logGroups, nextToken } = await logs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: '/a', limit: 1 }),
    );
    expect(logGroups).toMatchObject([
      {
        logGroupName: '/a/1',
        retentionInDays: 30,
        arn: 'arn:aws:logs:us-east-1:000000000000:log-group:/a/1:*',
        storedBytes: 0,
      },
    ]);
    const rest = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/a', nextToken }));
    expect(rest.logGroups!.map(({ logGroupName }) => logGroupName)).toEqual(['/a/2']);
    expect(rest.nextToken).toBeUndefined();
  });

  it('lists streams by name or by their last event', async () => {
    store.append(logGroupName, 'a', [{ timestamp: 3000, message: 'x' }]);
    store.append(logGroupName, 'b', [
      { timestamp: 1000, message: 'x' },
      { timestamp: 2000, message: 'x' },
    ]);
    const describe = async (input: object) =>
      (await logs.send(new DescribeLogStreamsCommand({ logGroupName, ...input }))).logStreams!;
    const names = async (input: object) => (await describe(input)).map(({ logStreamName }) => logStreamName);
    expect(await names({})).toEqual(['a', 'b']);
    expect(await names({ descending: true })).toEqual(['b', 'a']);
    expect(await names({ orderBy: 'LastEventTime', descending: true, limit: 1 })).toEqual(['a']);
    expect(await names({ logStreamNamePrefix: 'b' })).toEqual(['b']);
    expect((await describe({ logStreamNamePrefix: 'b' }))[0]).toMatchObject({
      firstEventTimestamp: 1000,
      lastEventTimestamp: 2000,
      arn: `arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}:log-stream:b`,
    });
    await expect(describe({ orderBy: 'LastEventTime', logStreamNamePrefix: 'b' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  it('finds nothing of a group that was deleted', async () => {
    store.append(logGroupName, 'one', events('x'));
    await logs.send(new DeleteLogGroupCommand({ logGroupName }));
    await expect(get()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    expect((await logs.send(new DescribeLogStreamsCommand({ logGroupName }))).logStreams).toEqual([]);
  });

  it('drops events that are older than the retention at the next start', async () => {
    store.append(logGroupName, 'one', [
      { timestamp: Date.now() - 40 * 86_400_000, message: 'old' },
      { timestamp: Date.now(), message: 'new' },
    ]);
    store.append('/kept', 'one', events('very old'));
    await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 30 }));
    store = new LogStore(db);
    expect(store.events({ group: logGroupName, limit: 10 }).map(({ message }) => message)).toEqual(['new']);
    expect(store.events({ group: '/kept', limit: 10 })).toHaveLength(1);
  });
});

it('live tail and Logs Insights are refused with what to use instead', async () => {
  const direct = new CloudWatchLogsClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    // AWS has live tail at an address of its own.
    disableHostPrefix: true,
  });
  onTestFinished(() => direct.destroy());
  const logGroupIdentifiers = [`arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}`];
  await expect(direct.send(new StartLiveTailCommand({ logGroupIdentifiers }))).rejects.toMatchObject({
    name: 'InvalidOperationException',
    message: expect.stringMatching(/does not have StartLiveTail. Use .*--follow/),
  });
  const query = { logGroupName, queryString: 'fields @message', startTime: 0, endTime: 1 };
  await expect(direct.send(new StartQueryCommand(query))).rejects.toMatchObject({
    name: 'InvalidOperationException',
    message: expect.stringMatching(/does not have StartQuery. Use .*filter-log-events/),
  });
});
