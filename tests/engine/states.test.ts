import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  paginateGetExecutionHistory,
  paginateListExecutions,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { executionArn, machineArn, type StatesFixture, states } from './states-fixture.ts';

const start = ({ client }: StatesFixture, name: string, input: unknown = {}) =>
  client.send(new StartExecutionCommand({ stateMachineArn: machineArn, name, input: JSON.stringify(input) }));

const describe = ({ client }: StatesFixture, name: string) =>
  client.send(new DescribeExecutionCommand({ executionArn: executionArn(name) }));

async function ended(fixture: StatesFixture, name: string) {
  await expect.poll(async () => (await describe(fixture, name)).status).not.toBe('RUNNING');
  return describe(fixture, name);
}

const later = { until: '2026-06-01T00:00:00Z' };

test('an execution is described with its input, and its output or its error and cause', async () => {
  const fixture = await states();
  await start(fixture, 'good', { a: 1 });
  await start(fixture, 'bad', { fail: 'no luck' });
  expect(await ended(fixture, 'good')).toMatchObject({
    executionArn: executionArn('good'),
    stateMachineArn: machineArn,
    name: 'good',
    status: 'SUCCEEDED',
    input: '{"a":1}',
    output: '{"a":1}',
    startDate: new Date('2026-01-01T00:00:00Z'),
    stopDate: new Date('2026-01-01T00:00:00Z'),
  });
  const bad = await ended(fixture, 'bad');
  expect(bad).toMatchObject({ status: 'FAILED', error: 'Work.Failed', cause: 'no luck' });
  expect(bad.output).toBeUndefined();
});

test('the definition is shown in JSON, as CloudFormation uploads it', async () => {
  const { client } = await states();
  const { definition } = await client.send(new DescribeStateMachineCommand({ stateMachineArn: machineArn }));
  expect(JSON.parse(definition!)).toMatchObject({ StartAt: 'Pick' });
});

// Recorded: localstack/localstack, test_sfn_api.py, test_describe_sm_arn_containing_punctuation and …_for_execution.
test('a machine, also that of an execution, is described with its logging and tracing', async () => {
  const fixture = await states();
  await start(fixture, 'one');
  const off = {
    loggingConfiguration: { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: { enabled: false },
  };
  const { client } = fixture;
  expect(await client.send(new DescribeStateMachineCommand({ stateMachineArn: machineArn }))).toMatchObject(off);
  expect(
    await client.send(new DescribeStateMachineForExecutionCommand({ executionArn: executionArn('one') })),
  ).toMatchObject(off);
});

// Recorded: localstack/localstack, test_sfn_api.py, test_list_executions_pagination.
test('a token that is too long is refused', async () => {
  const fixture = await states();
  await start(fixture, 'one');
  const refused = (length: number) => ({
    name: 'ValidationException',
    message: `1 validation error detected: Value '${'a'.repeat(length)}' at 'nextToken' failed to satisfy constraint: Member must have length less than or equal to ${length - 1}`,
  });
  const { client } = fixture;
  await expect(
    client.send(new ListExecutionsCommand({ stateMachineArn: machineArn, nextToken: 'a'.repeat(3097) })),
  ).rejects.toMatchObject(refused(3097));
  await expect(
    client.send(new GetExecutionHistoryCommand({ executionArn: executionArn('one'), nextToken: 'a'.repeat(1025) })),
  ).rejects.toMatchObject(refused(1025));
});

test('the same name again is a success only while it runs with the same input', async () => {
  const fixture = await states();
  const first = await start(fixture, 'once', later);
  expect(await start(fixture, 'once', later)).toMatchObject({
    executionArn: first.executionArn,
    startDate: first.startDate,
  });
  await expect(start(fixture, 'once', { other: true })).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
  fixture.clock.set('2026-06-01T00:00:00Z');
  await ended(fixture, 'once');
  await expect(start(fixture, 'once', later)).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
});

test('executions are listed newest first, by status, and page by page', async () => {
  const fixture = await states();
  for (const name of ['a', 'b', 'c', 'd', 'e']) await start(fixture, name);
  await ended(fixture, 'e');
  await start(fixture, 'waits', later);
  const pages: string[][] = [];
  for await (const { executions } of paginateListExecutions(
    { client: fixture.client, pageSize: 2 },
    { stateMachineArn: machineArn },
  )) {
    pages.push(executions!.map(({ name }) => name!));
  }
  expect(pages).toEqual([
    ['waits', 'e'],
    ['d', 'c'],
    ['b', 'a'],
  ]);
  const running = await fixture.client.send(
    new ListExecutionsCommand({ stateMachineArn: machineArn, statusFilter: 'RUNNING' }),
  );
  expect(running.executions!.map(({ name }) => name)).toEqual(['waits']);
  expect(running.nextToken).toBeUndefined();
});

test('an execution that has ended is listed by its end, a running one by its start', async () => {
  const fixture = await states();
  const names = async () => {
    const { executions = [] } = await fixture.client.send(new ListExecutionsCommand({ stateMachineArn: machineArn }));
    return executions.map(({ name }) => name);
  };
  await start(fixture, 'long', { until: '2026-01-03T00:00:00Z' });
  await start(fixture, 'longer', { until: '2027-01-01T00:00:00Z' });
  fixture.clock.set('2026-01-02T00:00:00Z');
  await start(fixture, 'short');
  await ended(fixture, 'short');
  expect(await names()).toEqual(['short', 'longer', 'long']);
  fixture.clock.set('2026-01-03T00:00:00Z');
  await ended(fixture, 'long');
  expect(await names()).toEqual(['long', 'short', 'longer']);
});

test('the history can be read forwards, backwards, in pages and without its data', async () => {
  const fixture = await states();
  await start(fixture, 'one', { secret: 'value' });
  await ended(fixture, 'one');
  const executionArnOfOne = executionArn('one');
  const types: string[] = [];
  for await (const { events } of paginateGetExecutionHistory(
    { client: fixture.client, pageSize: 3 },
    { executionArn: executionArnOfOne },
  )) {
    types.push(...events!.map(({ type }) => type!));
  }
  expect(types).toEqual([
    'ExecutionStarted',
    'ChoiceStateEntered',
    'ChoiceStateExited',
    'TaskStateEntered',
    'TaskScheduled',
    'TaskStarted',
    'TaskSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ]);
  const backwards = await fixture.client.send(
    new GetExecutionHistoryCommand({
      executionArn: executionArnOfOne,
      reverseOrder: true,
      includeExecutionData: false,
    }),
  );
  expect(backwards.events!.map(({ type }) => type)).toEqual(types.toReversed());
  expect(backwards.events!.at(-1)).toMatchObject({ id: 1, previousEventId: 0 });
  expect(JSON.stringify(backwards.events)).not.toContain('secret');
});

test('an execution that is stopped is aborted with the error and cause that were given; another stop changes nothing', async () => {
  const fixture = await states();
  await start(fixture, 'long', later);
  const stop = (cause: string) =>
    fixture.client.send(new StopExecutionCommand({ executionArn: executionArn('long'), error: 'Enough', cause }));
  const { stopDate } = await stop('by me');
  expect(await describe(fixture, 'long')).toMatchObject({
    status: 'ABORTED',
    error: 'Enough',
    cause: 'by me',
    stopDate,
  });
  expect((await stop('again')).stopDate).toEqual(stopDate);
  expect(await describe(fixture, 'long')).toMatchObject({ cause: 'by me' });
});

test.each([
  ['InvalidName', { name: 'a b' }, /a b/],
  ['InvalidName', { name: 'x'.repeat(81) }, /xxx/],
  ['InvalidExecutionInput', { input: '{nope' }, /JSON/],
  ['ValidationException', { input: JSON.stringify('x'.repeat(262_143)) }, /262144/],
  ['InvalidArn', { stateMachineArn: 'work' }, /Invalid ARN prefix: work/],
  ['InvalidArn', { stateMachineArn: executionArn('one') }, /not valid in this context: execution/],
  ['StateMachineDoesNotExist', { stateMachineArn: `${machineArn}2` }, /work2/],
])('a start is refused as %s: %j', async (name, request, message) => {
  const { client } = await states();
  const command = new StartExecutionCommand({ stateMachineArn: machineArn, ...request });
  await expect(client.send(command)).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
});

test('input of exactly 262,144 bytes is taken', async () => {
  const { client } = await states();
  const input = JSON.stringify('x'.repeat(262_142));
  await client.send(new StartExecutionCommand({ stateMachineArn: machineArn, name: 'full', input }));
});

test.each([
  ['StartExecution', {}, 'ValidationException', /null at 'stateMachineArn'/],
  ['StartExecution', { stateMachineArn: 5 }, 'ValidationException', /'stateMachineArn'.*string/],
  ['StartExecution', { stateMachineArn: machineArn, input: {} }, 'ValidationException', /'input'.*string/],
  ['StopExecution', { executionArn: executionArn('no') }, 'ExecutionDoesNotExist', /:no'/],
  ['ListExecutions', { stateMachineArn: machineArn, statusFilter: 'DONE' }, 'ValidationException', /'DONE'.*SUCCEEDED/],
  ['ListExecutions', { stateMachineArn: machineArn, maxResults: 1001 }, 'ValidationException', /1001/],
  ['ListExecutions', { stateMachineArn: machineArn, nextToken: '!' }, 'InvalidToken', /!/],
])('%s of %j is refused as %s', async (action, body, type, message) => {
  const { url } = await states();
  const headers = { 'x-amz-target': `AWSStepFunctions.${action}`, 'content-type': 'application/x-amz-json-1.0' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ __type: type, message: expect.stringMatching(message) });
});
