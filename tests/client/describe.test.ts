import { Readable } from 'node:stream';
import { DescribeJobsCommand } from '@aws-sdk/client-batch';
import { DescribeTasksCommand } from '@aws-sdk/client-ecs';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ExecutionDoesNotExist } from '@aws-sdk/client-sfn';
import { sdkStreamMixin } from '@smithy/core/serde';
import { expect, test } from 'vitest';
import { describeExecution } from '../../longhaul/client/describe.ts';
import {
  artifacts,
  base,
  batch,
  ecs,
  environment,
  event,
  exited,
  history,
  queues,
  s3,
  scheduled,
  sfn,
  stack,
  startDate,
  stopDate,
  submitted,
} from './described-execution.ts';

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

test('tags are shown, and what an execution was resumed from and as', async () => {
  const input = '{"job":"csv-report","resumes":"csv-report-0","tags":{"team":"sales"}}';
  sfn.on(DescribeExecutionCommand).callsFake(({ executionArn: arn }) => {
    if (arn.endsWith(':csv-report-0-r2')) return { ...base, status: 'RUNNING' };
    return { ...base, input, status: 'ABORTED', stopDate };
  });
  artifacts({ 'progress.json': { done: 9, total: 9 } }); // of the one that goes on
  const described = await describeExecution('csv-report-0-r1', stack);
  expect(described).not.toHaveProperty('progress');
  expect(described).toMatchObject({
    tags: { team: 'sales' },
    resumes: 'csv-report-0',
    resumedAs: 'csv-report-0-r2',
  });
});
