import { BatchClient, DescribeJobsCommand } from '@aws-sdk/client-batch';
import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetExecutionHistoryCommand, type HistoryEvent, SFNClient } from '@aws-sdk/client-sfn';
import { type LogLine, type LogQuery, stepFunctionsDriver } from 'longhaul';
import { beforeEach, expect, test } from 'vitest';
import { mocked } from '../mocked.ts';

const sfn = mocked(SFNClient);
const batch = mocked(BatchClient);
const logs = mocked(CloudWatchLogsClient);
const stack = {
  stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:longhaul',
  artifactsBucket: 'artifacts',
};
const driver = stepFunctionsDriver({ stack, aws: { region: 'us-east-1' } });

let events: HistoryEvent[] = [];
function add(type: string, details: object = {}): void {
  events.push({ id: events.length + 1, type, timestamp: new Date(0), ...details } as HistoryEvent);
}
function scheduled(attempt: number): void {
  const Environment = [{ Name: 'STP_CURRENT_ATTEMPT', Value: `${attempt}` }];
  const parameters = JSON.stringify({ JobQueue: 'q', ContainerOverrides: { Environment } });
  add('TaskScheduled', { taskScheduledEventDetails: { parameters } });
}
const submitted = (JobId: string) =>
  add('TaskSubmitted', { taskSubmittedEventDetails: { output: JSON.stringify({ JobId }) } });
const job = (LogStreamName: string) => ({
  Status: 'FAILED',
  Container: { LogStreamName, LogConfiguration: { Options: { 'awslogs-group': '/jobs' } } },
});
function launched(id: string): void {
  scheduled(1);
  submitted(id);
}
function failed(id: string): void {
  add('TaskFailed', { taskFailedEventDetails: { error: 'States.TaskFailed', cause: JSON.stringify(job(id)) } });
}
function seenByBatch(id: string, status: string, logStreamName?: string): void {
  const container = { ...(logStreamName && { logStreamName }) };
  batch.on(DescribeJobsCommand, { jobs: [id] }).resolves({ jobs: [{ jobId: id, status, container } as never] });
}

let streams: Record<string, string[]> = {};
/** As CloudWatch Logs pages: the end is where the token comes back, and a page may be empty before. */
let emptyPages = 0;

beforeEach(() => {
  for (const mock of [sfn, batch, logs]) mock.reset();
  events = [];
  streams = {};
  emptyPages = 0;
  sfn.on(GetExecutionHistoryCommand).callsFake(({ nextToken = '0', maxResults }) => {
    const end = Number(nextToken) + maxResults;
    return { events: events.slice(Number(nextToken), end), ...(end < events.length && { nextToken: `${end}` }) };
  });
  logs.on(GetLogEventsCommand).callsFake(({ logStreamName, nextToken, limit }) => {
    const stream = streams[logStreamName];
    if (!stream) throw Object.assign(new Error('no such stream'), { name: 'ResourceNotFoundException' });
    if (nextToken && !/^f\/\d+(-\d+)?$/.test(nextToken)) {
      throw Object.assign(new Error('The specified nextToken is invalid.'), { name: 'InvalidParameterException' });
    }
    const [begin = 0, empty = 0] = (nextToken ?? 'f/0').slice(2).split('-').map(Number);
    if (begin < stream.length && empty < emptyPages) return { events: [], nextForwardToken: `f/${begin}-${empty + 1}` };
    const page = stream.slice(begin, begin + limit);
    if (page.length === 0 && nextToken) return { events: [], nextForwardToken: nextToken };
    return {
      events: page.map((message, index) => ({ timestamp: begin + index, message })),
      nextForwardToken: `f/${begin + page.length}`,
    };
  });
});

async function all(query: LogQuery = {}, onPage: () => void = () => {}): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await driver.logs('job-1', { ...query, ...(cursor && { cursor }) });
    onPage();
    lines.push(...page.lines);
    if (page.complete) return lines;
    expect(page.cursor).not.toBe(cursor);
    ({ cursor } = page);
  }
}
const texts = (lines: LogLine[]) => lines.map(({ message, launch }) => `${launch} ${message}`);

test('all containers of an execution are one log, in their order', async () => {
  for (const id of ['one', 'two']) {
    launched(id);
    failed(id);
    streams[id] = [`from ${id}`];
  }
  add('ExecutionFailed');
  expect(await all()).toEqual([
    { at: '1970-01-01T00:00:00.000Z', message: 'from one', launch: 1 },
    { at: '1970-01-01T00:00:00.000Z', message: 'from two', launch: 2 },
  ]);
  expect(batch.calls()).toHaveLength(0);
});

test('a launch that was refused is no container, and one that never ran has no lines', async () => {
  scheduled(1);
  add('TaskSubmitFailed', { taskSubmitFailedEventDetails: { error: 'Batch.ServerException', cause: 'try again' } });
  launched('image-gone');
  failed('image-gone');
  launched('two');
  failed('two');
  streams.two = ['hello'];
  add('ExecutionFailed');
  expect(texts(await all())).toEqual(['2 hello']);
});

test('a container that is still starting has no lines yet; they come behind the same cursor', async () => {
  launched('one');
  seenByBatch('one', 'RUNNABLE');
  const waiting = await driver.logs('job-1', {});
  expect(waiting).toMatchObject({ lines: [], complete: false });
  seenByBatch('one', 'RUNNING', 'stream');
  const starting = await driver.logs('job-1', { cursor: waiting.cursor });
  expect(starting).toMatchObject({ lines: [], complete: false });
  streams.stream = ['first'];
  const first = await driver.logs('job-1', { cursor: starting.cursor });
  expect(first).toMatchObject({ lines: [{ message: 'first' }], complete: false });
  streams.stream.push('second');
  const second = await driver.logs('job-1', { cursor: first.cursor });
  expect(second).toMatchObject({ lines: [{ message: 'second' }], complete: false });
});

test('an execution that was stopped is read to the end of its container', async () => {
  launched('one');
  add('ExecutionAborted');
  streams.stream = ['before'];
  seenByBatch('one', 'RUNNING', 'stream');
  const first = await driver.logs('job-1', {});
  expect(first).toMatchObject({ lines: [{ message: 'before' }], complete: false });
  streams.stream.push('saved the checkpoint');
  seenByBatch('one', 'FAILED', 'stream');
  expect(await driver.logs('job-1', { cursor: first.cursor })).toMatchObject({
    lines: [{ message: 'saved the checkpoint' }],
    complete: true,
  });
});

test.each([1, 3, 1000])('a long history and a long log lose no line in pages of %i', async (limit) => {
  for (let launch = 1; launch <= 5; launch++) {
    launched(`s${launch}`);
    for (let entered = 0; entered < 300; entered++) add('WaitStateEntered');
    failed(`s${launch}`);
    streams[`s${launch}`] = Array.from({ length: 7 }, (_, line) => `${line}`);
  }
  add('ExecutionFailed');
  emptyPages = 1;
  const expected = [1, 2, 3, 4, 5].flatMap((launch) => [0, 1, 2, 3, 4, 5, 6].map((line) => `${launch} ${line}`));
  let before = 0;
  const lines = await all({ limit }, () => {
    expect(sfn.calls().length + logs.calls().length - before).toBeLessThanOrEqual(2 + 10);
    before = sfn.calls().length + logs.calls().length;
  });
  expect(texts(lines)).toEqual(expected);
});

test('a page is no larger than what a function may answer with, and no line is lost over it', async () => {
  launched('one');
  failed('one');
  add('ExecutionSucceeded');
  streams.one = Array.from({ length: 40 }, (_, line) => `${line}${'"\u0001'.repeat(50_000)}`);
  const sizes: number[] = [];
  const lines: LogLine[] = [];
  for (let page = await driver.logs('job-1', {}); ; page = await driver.logs('job-1', { cursor: page.cursor })) {
    sizes.push(Buffer.byteLength(JSON.stringify({ body: JSON.stringify(page) })));
    lines.push(...page.lines);
    if (page.complete) break;
  }
  expect(Math.max(...sizes)).toBeLessThan(6_000_000);
  expect(lines.map(({ message }) => message)).toEqual(streams.one);
});

test.each(['', 'nonsense', 'e30', Buffer.from('{"launch":1,"token":"x"}').toString('base64url')])(
  'a cursor that is none (%j) is refused in words',
  async (cursor) => {
    launched('one');
    failed('one');
    streams.one = ['a'];
    await expect(driver.logs('job-1', { cursor })).rejects.toMatchObject({
      name: 'InvalidCursorError',
      message: expect.stringContaining('leave it out to begin anew'),
    });
  },
);

test('throttling is told as it is', async () => {
  launched('one');
  failed('one');
  logs.on(GetLogEventsCommand).rejects(Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' }));
  await expect(driver.logs('job-1', {})).rejects.toMatchObject({ name: 'ThrottlingException' });
});
