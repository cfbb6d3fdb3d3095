import { Readable } from 'node:stream';
import { BatchClient, DescribeJobsCommand } from '@aws-sdk/client-batch';
import { DescribeTasksCommand, ECSClient } from '@aws-sdk/client-ecs';
import { GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { sdkStreamMixin } from '@smithy/core/serde';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { describeExecution } from '../../longhaul/client/describe.ts';

const sfn = mockClient(SFNClient);
const s3 = mockClient(S3Client);
const batch = mockClient(BatchClient);
const ecs = mockClient(ECSClient);
const stack = {
  stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:longhaul',
  artifactsBucket: 'artifacts',
};
const startDate = new Date('2026-01-02T03:04:05.678Z');
const stopDate = new Date('2026-01-02T04:04:05.678Z');
const executionArn = 'arn:aws:states:us-east-1:000000000000:execution:longhaul:csv-report-1';
const base = {
  executionArn,
  stateMachineArn: stack.stateMachineArn,
  startDate,
  input: '{"job":"csv-report","event":"{}","source":"s3"}',
};

const queues = { spot: 'arn:spot', onDemand: 'arn:on-demand' };
const environment = (attempt: number, interruptions: number) => [
  { Name: 'STP_TRIGGER_EVENT_DATA', Value: '{}' },
  { Name: 'STP_CURRENT_ATTEMPT', Value: `${attempt}` },
  { Name: 'STP_MAXIMUM_ATTEMPTS', Value: '3' },
  { Name: 'STP_INTERRUPTIONS', Value: `${interruptions}` },
];

let id = 0;
const event = (type: string, details: object): HistoryEvent =>
  ({ id: ++id, type, timestamp: startDate, ...details }) as HistoryEvent;
const exited = (spec: object) =>
  event('ChoiceStateExited', {
    stateExitedEventDetails: { name: 'Start', assignedVariables: { spec: JSON.stringify(spec) } },
  });
const scheduled = (parameters: object) =>
  event('TaskScheduled', {
    taskScheduledEventDetails: {
      resourceType: 'x',
      resource: 'y',
      region: 'r',
      parameters: JSON.stringify(parameters),
    },
  });
const submitted = (output: object) =>
  event('TaskSubmitted', {
    taskSubmittedEventDetails: { resourceType: 'x', resource: 'y', output: JSON.stringify(output) },
  });

/** The history, served the way that the service pages it. */
function history(events: HistoryEvent[], pageSize = 100): void {
  sfn.on(GetExecutionHistoryCommand).callsFake(({ reverseOrder, nextToken = '0', maxResults }) => {
    const ordered = reverseOrder ? events.toReversed() : events;
    const end = Number(nextToken) + Math.min(pageSize, maxResults);
    return { events: ordered.slice(Number(nextToken), end), ...(end < ordered.length && { nextToken: `${end}` }) };
  });
}

function artifacts(objects: Record<string, unknown>): void {
  s3.on(GetObjectCommand).callsFake(({ Key }) => {
    const value = objects[Key.replace('executions/csv-report-1/', '')];
    if (value === undefined) throw new NoSuchKey({ message: 'The specified key does not exist.', $metadata: {} });
    return { Body: sdkStreamMixin(Readable.from([JSON.stringify(value)])) };
  });
}

beforeEach(() => {
  sfn.reset();
  s3.reset();
  batch.reset();
  ecs.reset();
  artifacts({});
  history([]);
});

test('an execution that succeeded shows its result, what it took and its log', async () => {
  const output = {
    job: 'csv-report',
    attempts: 2,
    interruptions: 1,
    capacity: 'spot',
    log: { group: 'g', stream: 's' },
  };
  sfn.on(DescribeExecutionCommand).resolves({ ...base, status: 'SUCCEEDED', stopDate, output: JSON.stringify(output) });
  history([
    exited({ queues }),
    scheduled({ JobQueue: queues.spot, ContainerOverrides: { Environment: environment(2, 1) } }),
  ]);
  artifacts({
    'result.json': { rows: 3 },
    'progress.json': { done: 9, total: 9 },
    'error.json': { message: 'the first attempt' },
  });
  expect(await describeExecution('csv-report-1', stack)).toEqual({
    id: 'csv-report-1',
    job: 'csv-report',
    status: 'SUCCEEDED',
    source: 's3',
    startedAt: '2026-01-02T03:04:05.678Z',
    stoppedAt: '2026-01-02T04:04:05.678Z',
    attempt: 2,
    maxAttempts: 3,
    interruptions: 1,
    capacity: 'spot',
    progress: { done: 9, total: 9 },
    result: { rows: 3 },
    artifacts: 's3://artifacts/executions/csv-report-1/',
    log: { group: 'g', stream: 's' },
  });
});

test('a result over a megabyte is told of, and stays where it is; one that is no JSON is none', async () => {
  sfn.on(DescribeExecutionCommand).resolves({ ...base, status: 'SUCCEEDED', stopDate, output: '{}' });
  const served = (text: string, ContentLength: number) =>
    s3
      .on(GetObjectCommand, { Key: 'executions/csv-report-1/result.json' })
      .callsFake(() => ({ Body: sdkStreamMixin(Readable.from([text])), ContentLength }));
  served('"…"', 1024 * 1024 + 1);
  const large = await describeExecution('csv-report-1', stack);
  expect(large).toMatchObject({ resultTooLarge: true });
  expect(large).not.toHaveProperty('result');
  served('no JSON', 7);
  const none = await describeExecution('csv-report-1', stack);
  expect(none).not.toHaveProperty('result');
  expect(none).not.toHaveProperty('resultTooLarge');
});

test('a running Batch job shows the newest attempt, its capacity, its progress and the log that Batch names', async () => {
  sfn.on(DescribeExecutionCommand).resolves({ ...base, status: 'RUNNING' });
  history([
    exited({ queues }),
    scheduled({ JobQueue: queues.spot, ContainerOverrides: { Environment: environment(1, 0) } }),
    submitted({ JobId: 'old' }),
    scheduled({ JobQueue: queues.onDemand, ContainerOverrides: { Environment: environment(2, 3) } }),
    submitted({ JobId: 'new' }),
  ]);
  artifacts({ 'progress.json': { done: 4, total: 9 }, 'error.json': { message: 'the disk was full' } });
  batch.on(DescribeJobsCommand, { jobs: ['new'] }).resolves({
    jobs: [
      {
        jobName: 'n',
        jobId: 'new',
        jobQueue: 'q',
        jobDefinition: 'd',
        status: 'RUNNING',
        startedAt: 0,
        container: {
          logStreamName: 'run/default/1',
          logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/longhaul/csv' } },
        },
      },
    ],
  });
  expect(await describeExecution('csv-report-1', stack)).toMatchObject({
    attempt: 2,
    interruptions: 3,
    capacity: 'onDemand',
    progress: { done: 4, total: 9 },
    reason: 'the disk was full',
    log: { group: '/longhaul/csv', stream: 'run/default/1' },
  });
});

test('a running ECS task shows its log by the task that was started', async () => {
  sfn.on(DescribeExecutionCommand).resolves({ ...base, status: 'RUNNING' });
  history([
    exited({ container: 'job', logGroup: '/longhaul/hello', logStreamPrefix: 'run' }),
    scheduled({
      CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT' }],
      Overrides: { ContainerOverrides: [{ Environment: environment(1, 0) }] },
    }),
    submitted({ Tasks: [{ TaskArn: 'arn:aws:ecs:us-east-1:000000000000:task/cluster/abc' }] }),
  ]);
  const taskArn = 'arn:aws:ecs:us-east-1:000000000000:task/cluster/abc';
  const task = { taskArn, lastStatus: 'RUNNING', startedAt: startDate, containers: [{ name: 'job' }] };
  ecs.on(DescribeTasksCommand, { cluster: 'cluster', tasks: [taskArn] }).resolves({ tasks: [task] });
  expect(await describeExecution('csv-report-1', stack)).toMatchObject({
    capacity: 'spot',
    container: { backend: 'ecs', id: taskArn, status: 'RUNNING', startedAt: '2026-01-02T03:04:05.678Z' },
    log: { group: '/longhaul/hello', stream: 'run/job/abc' },
  });
  expect(batch.calls()).toHaveLength(0);
});

test('a failed execution says why, with all that the state machine knows', async () => {
  const cause = {
    reason: 'not a CSV file',
    exitCode: 65,
    attempt: 1,
    interruptions: 0,
    log: { group: 'g', stream: 's' },
  };
  sfn
    .on(DescribeExecutionCommand)
    .resolves({ ...base, status: 'FAILED', stopDate, error: 'Job.Rejected', cause: JSON.stringify(cause) });
  expect(await describeExecution('csv-report-1', stack)).toMatchObject({
    status: 'FAILED',
    error: 'Job.Rejected',
    reason: 'not a CSV file',
    cause,
    attempt: 1,
    log: { group: 'g', stream: 's' },
  });
});

test('a cause that is plain text is the reason', async () => {
  sfn
    .on(DescribeExecutionCommand)
    .resolves({ ...base, status: 'ABORTED', stopDate, error: 'by hand', cause: 'wrong file' });
  expect(await describeExecution('csv-report-1', stack)).toMatchObject({
    status: 'ABORTED',
    reason: 'wrong file',
    cause: 'wrong file',
  });
});

test('an execution that waits for its start has had no attempt and shows no log', async () => {
  sfn.on(DescribeExecutionCommand).resolves({ ...base, status: 'RUNNING' });
  history([event('WaitStateEntered', {})]);
  const description = await describeExecution('csv-report-1', stack);
  expect(description).toMatchObject({ attempt: 0, interruptions: 0 });
  expect(description).not.toHaveProperty('log');
  expect(description).not.toHaveProperty('capacity');
});

test('a long history is read from both ends: the newest launch and the spec', async () => {
  sfn.on(DescribeExecutionCommand).resolves({ ...base, status: 'RUNNING' });
  const noise = Array.from({ length: 30 }, () => event('WaitStateEntered', {}));
  history(
    [
      exited({ queues }),
      scheduled({ JobQueue: queues.spot, ContainerOverrides: { Environment: environment(1, 0) } }),
      ...noise,
      scheduled({ JobQueue: queues.spot, ContainerOverrides: { Environment: environment(3, 2) } }),
      ...noise,
    ],
    10,
  );
  expect(await describeExecution('csv-report-1', stack)).toMatchObject({
    attempt: 3,
    interruptions: 2,
    capacity: 'spot',
  });
});

test('an execution started by hand, with any input at all, can be looked at', async () => {
  for (const input of ['null', '[]', '"text"', '{"job":7}']) {
    sfn
      .on(DescribeExecutionCommand)
      .resolves({ ...base, input, status: 'FAILED', error: 'Job.Unknown', cause: '{"reason":"There is no job"}' });
    expect(await describeExecution('csv-report-1', stack)).toMatchObject({
      error: 'Job.Unknown',
      reason: 'There is no job',
    });
  }
});

test('an execution that resumes another one is shown with its artifacts', async () => {
  sfn
    .on(DescribeExecutionCommand)
    .resolves({ ...base, input: '{"job":"csv-report","resumes":"csv-report-0"}', status: 'RUNNING' });
  expect(await describeExecution('csv-report-1', stack)).toMatchObject({
    artifacts: 's3://artifacts/executions/csv-report-0/',
  });
});

test('an execution that is not there is an error of its own', async () => {
  sfn
    .on(DescribeExecutionCommand)
    .rejects(new ExecutionDoesNotExist({ message: 'Execution Does Not Exist', $metadata: {} }));
  await expect(describeExecution('csv-report-1', stack)).rejects.toMatchObject({
    name: 'UnknownExecutionError',
    id: 'csv-report-1',
  });
});

const spec = { queues, capacity: 'spot', maxInterruptions: 2, backend: 'batch' };
const onBatch = (place: string, attempt: number, interruptions: number) =>
  scheduled({ JobQueue: place, ContainerOverrides: { Environment: environment(attempt, interruptions) } });
const job = (details: object) =>
  batch.on(DescribeJobsCommand).resolves({
    jobs: [{ jobName: 'n', jobId: 'j', jobQueue: 'q', jobDefinition: 'd', startedAt: 0, ...details } as never],
  });

test('what runs on demand says why: Spot was taken away as often as the job allows, or never came', async () => {
  sfn.on(DescribeExecutionCommand).resolves({ ...base, status: 'RUNNING' });
  job({ status: 'RUNNING' });
  history([exited(spec), onBatch(queues.onDemand, 1, 2), submitted({ JobId: 'j' })]);
  expect(await describeExecution('csv-report-1', stack)).toMatchObject({
    capacity: 'onDemand',
    capacityReason: 'Spot capacity was taken away 2 times, and the job allows 2: the rest runs on demand',
  });
  history([exited(spec), onBatch(queues.onDemand, 1, 1), submitted({ JobId: 'j' })]);
  expect(await describeExecution('csv-report-1', stack)).toMatchObject({
    capacityReason: 'No Spot capacity was to be had: the rest runs on demand',
  });
  for (const asked of [spec, { ...spec, capacity: 'onDemand' }]) {
    const place = asked === spec ? queues.spot : queues.onDemand;
    history([exited(asked), onBatch(place, 1, 0), submitted({ JobId: 'j' })]);
    expect(await describeExecution('csv-report-1', stack)).not.toHaveProperty('capacityReason');
  }
});

test.each([
  [{ status: 'SUBMITTED' }, /Batch to take the job up/],
  [{ status: 'PENDING', dependsOn: [{ jobId: 'before' }] }, /depends on: before/],
  [{ status: 'RUNNABLE' }, /its turn in the queue, or vCPUs that are free/],
  [
    { status: 'RUNNABLE', statusReason: 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Service cannot fulfill' },
    /capacity: AWS has none free at the moment \(CAPACITY:INSUFFICIENT/,
  ],
  [
    { status: 'RUNNABLE', statusReason: 'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - too large' },
    /nothing that will come: it needs more than its queue may use/,
  ],
  [{ status: 'STARTING' }, /the image is pulled/],
])('a Batch job that is %j says what it waits for', async (details, words) => {
  sfn.on(DescribeExecutionCommand).resolves({ ...base, status: 'RUNNING' });
  history([exited(spec), onBatch(queues.spot, 1, 0), submitted({ JobId: 'j' })]);
  job(details);
  const { container, waitingFor } = await describeExecution('csv-report-1', stack);
  expect(container).toMatchObject({ backend: 'batch', id: 'j', status: details.status });
  expect(container?.waitingFor).toMatch(words);
  expect(waitingFor).toBe(container?.waitingFor);
});

test.each([
  [{ lastStatus: 'PROVISIONING' }, /capacity/],
  [{ lastStatus: 'PENDING', pullStartedAt: startDate }, /its image, which is being pulled/],
  [{ lastStatus: 'ACTIVATING' }, /network/],
])('an ECS task that is %j says what it waits for', async (details, words) => {
  sfn.on(DescribeExecutionCommand).resolves({ ...base, status: 'RUNNING' });
  const taskArn = 'arn:aws:ecs:us-east-1:000000000000:task/cluster/abc';
  const override = { Environment: environment(1, 0) };
  history([
    scheduled({
      CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT' }],
      Overrides: { ContainerOverrides: [override] },
    }),
    submitted({ Tasks: [{ TaskArn: taskArn }] }),
  ]);
  ecs.on(DescribeTasksCommand).resolves({ tasks: [{ taskArn, ...details }] });
  expect((await describeExecution('csv-report-1', stack)).waitingFor).toMatch(words);
});

test('a launch that was refused says so, and that it will be tried again', async () => {
  sfn.on(DescribeExecutionCommand).resolves({ ...base, status: 'RUNNING' });
  const refused = { error: 'ECS.Unknown', cause: 'Capacity is unavailable at this time' };
  history([
    exited(spec),
    onBatch(queues.spot, 1, 0),
    event('TaskSubmitFailed', { taskSubmitFailedEventDetails: { resourceType: 'x', resource: 'y', ...refused } }),
  ]);
  expect(await describeExecution('csv-report-1', stack)).toMatchObject({
    attempt: 1,
    waitingFor:
      'the next try to launch its container, because the last one was refused: ECS.Unknown: Capacity is unavailable at this time',
  });
});

test('how a container ended is told by the history, without asking Batch', async () => {
  sfn.on(DescribeExecutionCommand).resolves({ ...base, status: 'FAILED', stopDate, error: 'Job.Failed', cause: '{}' });
  const ended = {
    Status: 'FAILED',
    StatusReason: 'Essential container in task exited',
    CreatedAt: startDate.getTime(),
    StartedAt: startDate.getTime() + 1000,
    StoppedAt: stopDate.getTime(),
    Container: { ExitCode: 137, Reason: 'OutOfMemoryError: Container killed due to memory usage' },
  };
  history([
    exited(spec),
    onBatch(queues.spot, 3, 0),
    submitted({ JobId: 'j' }),
    event('TaskFailed', { taskFailedEventDetails: { error: 'States.TaskFailed', cause: JSON.stringify(ended) } }),
  ]);
  expect((await describeExecution('csv-report-1', stack)).container).toEqual({
    backend: 'batch',
    id: 'j',
    status: 'FAILED',
    exitCode: 137,
    reason: 'Essential container in task exited; OutOfMemoryError: Container killed due to memory usage',
    createdAt: '2026-01-02T03:04:05.678Z',
    startedAt: '2026-01-02T03:04:06.678Z',
    stoppedAt: '2026-01-02T04:04:05.678Z',
  });
  expect(batch.calls()).toHaveLength(0);
});

test('tags are shown, and what an execution was resumed from and as', async () => {
  const input = '{"job":"csv-report","resumes":"csv-report-0","tags":{"team":"sales"}}';
  sfn.on(DescribeExecutionCommand).callsFake(({ executionArn: arn }) => {
    if (arn.endsWith(':csv-report-0-r2')) return { ...base, status: 'RUNNING' };
    return { ...base, input, status: 'ABORTED', stopDate };
  });
  expect(await describeExecution('csv-report-0-r1', stack)).toMatchObject({
    tags: { team: 'sales' },
    resumes: 'csv-report-0',
    resumedAs: 'csv-report-0-r2',
  });
});
