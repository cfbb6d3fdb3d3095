import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeSubscriptionFiltersCommand,
  PutLogEventsCommand,
  PutSubscriptionFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Engine } from 'longhaul/engine';
import { decodeLogs } from 'longhaul/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { app, engineOf, temporaryDirectory, until } from './engine.ts';
import { failedInvocation, jobLog, startedBy } from './executions.ts';

const logGroupName = '/local/application';
let engine: Engine;
let logs: CloudWatchLogsClient;
beforeAll(async () => {
  engine = await engineOf(app, { dataDirectory: await temporaryDirectory(afterAll), functionRetrySeconds: [0, 0] });
  logs = new CloudWatchLogsClient(engine.aws);
});
afterAll(() => engine.close());

const watcher = () => engine.stack.resources.find(({ logicalId }) => logicalId === 'LogsTrigger')!;

async function write(logStreamName: string, ...messages: string[]): Promise<void> {
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  const logEvents = messages.map((message) => ({ timestamp: Date.now(), message }));
  await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
}

/** What the lines of a stream started. */
const startedFor = async (stream: string) =>
  (await startedBy(engine, 'logs')).filter(({ event }) => decodeLogs(event).logStream === stream);
const executionFor = (stream: string) => until(async () => (await startedFor(stream))[0]);

test('lines that match start one execution, and its job gets them as CloudWatch Logs delivers them', async () => {
  await write('web', 'ERROR one', 'all is well', 'ERROR two 🥕');
  const { id, event } = await executionFor('web');
  expect(decodeLogs(event)).toMatchObject({
    messageType: 'DATA_MESSAGE',
    owner: '000000000000',
    logGroup: logGroupName,
    logStream: 'web',
    logEvents: [{ message: 'ERROR one' }, { message: 'ERROR two 🥕' }],
  });
  expect(await until(() => jobLog(engine, id))).toContain(event.awslogs.data.slice(0, 100));
});

test('the same lines delivered a hundred times more start nothing more; lines that do not match start nothing', async () => {
  await write('quiet', 'all is well');
  await write('noisy', 'ERROR again and again');
  const { event } = await executionFor('noisy');
  const lambda = new LambdaClient(engine.aws);
  const again = { FunctionName: watcher().ref, Payload: JSON.stringify(event) };
  const deliveries = Array.from({ length: 100 }, () => lambda.send(new InvokeCommand(again)));
  for (const { FunctionError } of await Promise.all(deliveries)) expect(FunctionError).toBeUndefined();
  expect(await startedFor('noisy')).toHaveLength(1);
  expect(await startedFor('quiet')).toEqual([]);
});

test('what is no batch of lines is kept whole in the bucket of dead letters, with the reason', async () => {
  const event = { awslogs: { data: 'not packed' } };
  await new LambdaClient(engine.aws).send(
    new InvokeCommand({ FunctionName: watcher().ref, InvocationType: 'Event', Payload: JSON.stringify(event) }),
  );
  expect(await failedInvocation(engine)).toMatchObject({
    requestPayload: event,
    responsePayload: { errorType: 'MalformedEventError', errorMessage: expect.stringContaining('base64 of gzip') },
  });
});

test("the trigger cannot be subscribed to the functions' own log group", async () => {
  const { FunctionLogGroup } = engine.outputs;
  await logs.send(new CreateLogGroupCommand({ logGroupName: FunctionLogGroup })).catch(() => {});
  const destinationArn = watcher().attributes.Arn;
  await expect(
    logs.send(
      new PutSubscriptionFilterCommand({
        logGroupName: FunctionLogGroup,
        filterName: 'loop',
        filterPattern: '',
        destinationArn,
      }),
    ),
  ).rejects.toThrow('without an end');
  const { subscriptionFilters } = await logs.send(new DescribeSubscriptionFiltersCommand({ logGroupName }));
  expect(subscriptionFilters).toMatchObject([{ filterPattern: 'ERROR', destinationArn }]);
});
