import { BatchClient, DescribeJobsCommand } from '@aws-sdk/client-batch';
import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler as getLogs } from '../../functions/api/get-logs.ts';
import { handler as listExecutions } from '../../functions/api/list-executions.ts';
import { handler as resumeExecution } from '../../functions/api/resume-execution.ts';
import { handler as stopExecution } from '../../functions/api/stop-execution.ts';
import { mocked } from '../mocked.ts';
import { context, environment, sample } from './lambda.ts';

const sfn = mocked(SFNClient);
const batch = mocked(BatchClient);
const logs = mocked(CloudWatchLogsClient);
const id = 'hello-world-0123456789abcdef0123456789abcdef';

beforeEach(() => {
  for (const mock of [sfn, batch, logs]) mock.reset();
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockReturnValue(true);
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function call(handler: typeof getLogs, name: string, queryStringParameters: Record<string, string> = {}) {
  const request = { ...sample(name), queryStringParameters };
  const response = (await handler(request as never, context)) as APIGatewayProxyStructuredResultV2;
  const { 'content-type': type, ...headers } = response.headers ?? {};
  return { status: response.statusCode, type, headers, body: response.body && JSON.parse(response.body) };
}
const problem = (status: number, detail: RegExp) => ({
  status,
  type: 'application/problem+json',
  body: { status, detail: expect.stringMatching(detail) },
});
const notThere = () => Object.assign(new Error('Execution Does Not Exist'), { name: 'ExecutionDoesNotExist' });

const launched = (JobId: string): HistoryEvent[] => [
  {
    id: 1,
    type: 'TaskScheduled',
    timestamp: new Date(),
    taskScheduledEventDetails: {
      parameters: JSON.stringify({ JobQueue: 'q', ContainerOverrides: { Environment: [] } }),
    } as never,
  },
  {
    id: 2,
    type: 'TaskSubmitted',
    timestamp: new Date(),
    taskSubmittedEventDetails: { output: JSON.stringify({ JobId }) } as never,
  },
  { id: 3, type: 'ExecutionAborted', timestamp: new Date() },
];

describe('GET /executions', () => {
  test('asks Step Functions for what the query says, and gives a cursor where there is more', async () => {
    const startDate = new Date('2026-01-02T03:04:05Z');
    const executions = [{ executionArn: 'a', stateMachineArn: 's', name: id, status: 'RUNNING' as const, startDate }];
    sfn.on(ListExecutionsCommand).resolves({ executions, nextToken: 'more' });
    const { status, body } = await call(listExecutions, 'ListExecutions', { status: 'RUNNING', limit: '1' });
    expect(status).toBe(200);
    expect(body.executions).toEqual([
      { id, job: 'hello-world', status: 'RUNNING', startedAt: '2026-01-02T03:04:05.000Z' },
    ]);
    await call(listExecutions, 'ListExecutions', { status: 'RUNNING', limit: '1', cursor: body.cursor });
    expect(sfn.commandCalls(ListExecutionsCommand).map(({ args }) => args[0].input)).toMatchObject([
      { statusFilter: 'RUNNING', maxResults: 1 },
      { statusFilter: 'RUNNING', maxResults: 1, nextToken: 'more' },
    ]);
  });

  test.each([
    [{ status: 'running' }, /'status' must be one of RUNNING, SUCCEEDED, .*; it is 'running'/],
    [{ limit: '0' }, /'limit' must be a whole number from 1 to 100; it is '0'/],
    [{ limit: 'ten' }, /it is 'ten'/],
    [{ limit: '101' }, /from 1 to 100/],
    [{ page: '2' }, /no query parameter 'page' here; there is job, status, limit, cursor/],
    [{ job: '' }, /'job' is empty/],
    [{ cursor: 'nonsense' }, /'cursor': 'nonsense' is no cursor/],
  ])('%j is refused with what is accepted', async (query, detail) => {
    expect(await call(listExecutions, 'ListExecutions', query as never)).toMatchObject(problem(400, detail));
    expect(sfn.calls()).toHaveLength(0);
  });

  test('throttling is told so that the caller comes back', async () => {
    sfn.on(ListExecutionsCommand).rejects(Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' }));
    expect(await call(listExecutions, 'ListExecutions')).toMatchObject({
      ...problem(503, /too busy/),
      headers: { 'retry-after': '5' },
    });
  });
});

describe('GET /executions/{id}/logs', () => {
  test('a line that no answer could hold is cut', async () => {
    sfn.on(GetExecutionHistoryCommand).resolves({ events: launched('one') });
    const container = { logStreamName: 's' };
    batch.on(DescribeJobsCommand).resolves({ jobs: [{ status: 'FAILED', container } as never] });
    const events = [{ timestamp: 0, message: '\u0001'.repeat(1_000_000) }];
    logs.on(GetLogEventsCommand).resolves({ events, nextForwardToken: 'f/1' });
    logs.on(GetLogEventsCommand, { nextToken: 'f/1' }).resolves({ events: [], nextForwardToken: 'f/1' });
    const request = { ...sample('GetLogs'), queryStringParameters: {} };
    const response = await getLogs(request as never, context);
    expect(Buffer.byteLength(JSON.stringify(response))).toBeLessThan(6_000_000);
    expect(JSON.parse((response as { body: string }).body)).toMatchObject({ complete: true, lines: [{ launch: 1 }] });
  });

  test('of an execution that is not there is not found', async () => {
    sfn.on(GetExecutionHistoryCommand).rejects(notThere());
    expect(await call(getLogs, 'GetLogs')).toMatchObject(problem(404, /no execution 'hello-world-/));
  });
});

describe('DELETE /executions/{id}', () => {
  test('stops it with the reason, and answers without a body', async () => {
    sfn.on(StopExecutionCommand).resolves({});
    const answer = await call(stopExecution, 'StopExecution', { reason: 'Superseded' });
    expect(answer).toMatchObject({ status: 204, body: undefined });
    expect(sfn.commandCalls(StopExecutionCommand)[0]?.args[0].input).toEqual({
      executionArn: `arn:aws:states:us-east-1:000000000000:execution:longhaul:${id}`,
      error: 'Job.Stopped',
      cause: 'Superseded',
    });
  });

  test('of one that is not there is not found, and an endless reason is refused', async () => {
    sfn.on(StopExecutionCommand).rejects(notThere());
    expect(await call(stopExecution, 'StopExecution')).toMatchObject(problem(404, /no execution/));
    expect(await call(stopExecution, 'StopExecution', { reason: 'x'.repeat(1025) })).toMatchObject(
      problem(400, /at most 1024 characters; it has 1025/),
    );
  });
});

describe('POST /executions/{id}/resume', () => {
  const input = JSON.stringify({ job: 'hello-world', event: '{"a":1}', source: 's3', startAt: '2026-01-01T00:00:00Z' });
  const notThere = Object.assign(new Error(), { name: 'ExecutionDoesNotExist' });
  const ended = (status: 'FAILED' | 'ABORTED', next?: 'RUNNING') =>
    sfn.on(DescribeExecutionCommand).callsFake(async ({ executionArn }) => {
      if (!executionArn.endsWith('-r1')) return { status, input };
      if (next === undefined) throw notThere;
      return { status: next, input };
    });

  test('starts the next one with the same event and start on the same artifacts', async () => {
    ended('FAILED');
    sfn.on(GetExecutionHistoryCommand).resolves({ events: [] });
    sfn.on(StartExecutionCommand).resolves({});
    expect(await call(resumeExecution, 'ResumeExecution')).toMatchObject({
      status: 202,
      headers: { location: `/executions/${id}-r1` },
      body: { id: `${id}-r1`, href: `/executions/${id}-r1`, started: true },
    });
    const started = sfn.commandCalls(StartExecutionCommand)[0]!.args[0].input;
    expect(started.name).toBe(`${id}-r1`);
    expect(JSON.parse(started.input!)).toEqual({
      job: 'hello-world',
      event: '{"a":1}',
      source: 's3',
      startAt: '2026-01-01T00:00:00Z',
      resumes: id,
      start: expect.any(String), // so that of several at once one has started it
    });
  });

  test('of one whose continuation runs answers with that, and asks for no start', async () => {
    ended('FAILED', 'RUNNING');
    expect(await call(resumeExecution, 'ResumeExecution')).toMatchObject({ status: 202, body: { started: false } });
    expect(sfn.commandCalls(StartExecutionCommand)).toHaveLength(0);
  });

  test('of one that somebody else resumes at the same moment answers with that, and starts nothing', async () => {
    ended('FAILED');
    sfn.on(GetExecutionHistoryCommand).resolves({ events: [] });
    sfn.on(StartExecutionCommand).rejects(Object.assign(new Error(), { name: 'ExecutionAlreadyExists' }));
    expect(await call(resumeExecution, 'ResumeExecution')).toMatchObject({ status: 202, body: { started: false } });
  });

  test.each(['RUNNING', 'SUCCEEDED'] as const)('of one that is %s is refused', async (status) => {
    sfn.on(DescribeExecutionCommand).resolves({ status, input });
    expect(await call(resumeExecution, 'ResumeExecution')).toMatchObject({
      status: 409,
      type: 'application/problem+json',
      headers: {},
      body: { retryable: false },
    });
    expect(sfn.commandCalls(StartExecutionCommand)).toHaveLength(0);
  });

  test('while the container is still stopping the caller is told to come back', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    ended('ABORTED');
    sfn.on(GetExecutionHistoryCommand).resolves({ events: launched('one').toReversed() });
    batch.on(DescribeJobsCommand).callsFake(async () => {
      vi.setSystemTime(Date.now() + 60_000);
      return { jobs: [{ status: 'RUNNING' }] };
    });
    try {
      expect(await call(resumeExecution, 'ResumeExecution')).toMatchObject({
        ...problem(409, /still stopping/),
        headers: { 'retry-after': '2' },
        body: { retryable: true },
      });
    } finally {
      vi.useRealTimers();
    }
    expect(sfn.commandCalls(StartExecutionCommand)).toHaveLength(0);
  });
});
