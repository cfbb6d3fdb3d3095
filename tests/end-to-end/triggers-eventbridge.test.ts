import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { app, engineOf, start, temporaryDirectory, until } from './engine.ts';
import { failedInvocation, jobLog, startedBy } from './executions.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await engineOf(app, { dataDirectory: await temporaryDirectory(afterAll), functionRetrySeconds: [0, 0] });
});
afterAll(() => engine.close());

const functionName = () => engine.stack.nested.Events?.FunctionName;
const put = (...Entries: PutEventsRequestEntry[]) =>
  new EventBridgeClient(engine.aws).send(new PutEventsCommand({ Entries }));
const entry = (number: number, more: object = {}): PutEventsRequestEntry => ({
  Source: 'com.example.longhaul',
  DetailType: 'Order Placed',
  Detail: JSON.stringify({ number, note: 'ünïcode "quoted" 🥕' }),
  ...more,
});

/** What the events of this number started. */
const startedFor = async (number: number) =>
  (await startedBy(engine, 'eventbridge')).filter(({ event }) => event.detail?.number === number);
const executionFor = (number: number) => until(async () => (await startedFor(number))[0]);

describe('an event', () => {
  test.each([
    ['on the default bus', 1, () => ({})],
    ['on the bus of our own', 2, () => ({ EventBusName: engine.outputs.EventBusName })],
  ])('%s starts one execution, and its job gets the event as EventBridge delivers it', async (_, number, bus) => {
    const { Entries } = await put(entry(number, bus()));
    const { id, event } = await executionFor(number);
    expect(event).toEqual({
      version: '0',
      id: Entries?.[0]?.EventId,
      'detail-type': 'Order Placed',
      source: 'com.example.longhaul',
      account: '000000000000',
      time: expect.any(String),
      region: 'us-east-1',
      resources: [],
      detail: { number, note: 'ünïcode "quoted" 🥕' },
    });
    expect(await until(() => jobLog(engine, id))).toContain(event.id);
  });

  test('that is delivered a hundred times more starts nothing more', async () => {
    await put(entry(3));
    const { event } = await executionFor(3);
    const lambda = new LambdaClient(engine.aws);
    const again = { FunctionName: functionName(), Payload: JSON.stringify(event) };
    const deliveries = Array.from({ length: 100 }, () => lambda.send(new InvokeCommand(again)));
    for (const { FunctionError } of await Promise.all(deliveries)) expect(FunctionError).toBeUndefined();
    expect(await startedFor(3)).toHaveLength(1);
  });

  test('of another source starts nothing, and neither does a wrong one; those beside it start', async () => {
    const { Entries } = await put(
      entry(4, { Source: 'com.example.other' }),
      { ...entry(4), Detail: '{"number":' },
      entry(5),
    );
    expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([undefined, 'MalformedDetail', undefined]);
    await executionFor(5);
    expect(await startedFor(4)).toEqual([]);
  });
});

test('an event that no execution can be started for is kept whole in the bucket of dead letters, with the reason', async () => {
  const event = { source: 'com.example.longhaul', detail: { number: 6 } };
  await new LambdaClient(engine.aws).send(
    new InvokeCommand({ FunctionName: functionName(), InvocationType: 'Event', Payload: JSON.stringify(event) }),
  );
  expect(await failedInvocation(engine)).toMatchObject({
    requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
    requestPayload: event,
    responsePayload: { errorType: 'MalformedEventError', errorMessage: expect.stringContaining("'id' must be") },
  });
});

test('an execution that somebody stops lands on the FailedJobs queue, with the reason that was given', async () => {
  const startAt = new Date(Date.now() + 86_400_000).toISOString();
  const executionArn = await start(
    engine,
    { job: 'hello-world', event: '{}', source: 'test', startAt },
    'to-be-stopped',
  );
  await new SFNClient(engine.aws).send(
    new StopExecutionCommand({ executionArn, error: 'Enough', cause: 'It was "wrong"' }),
  );
  const { Body } = await until(async () => {
    const { Messages } = await new SQSClient(engine.aws).send(
      new ReceiveMessageCommand({ QueueUrl: engine.outputs.FailedJobsUrl }),
    );
    return Messages?.[0];
  });
  expect(JSON.parse(Body ?? '')).toEqual({
    id: 'to-be-stopped',
    job: null,
    error: 'Execution.ABORTED',
    cause: { reason: 'It was "wrong"', error: 'Enough' },
  });
});
