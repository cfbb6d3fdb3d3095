import { DescribeJobsCommand } from '@aws-sdk/client-batch';
import { DescribeTasksCommand } from '@aws-sdk/client-ecs';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { describeExecution } from '../../longhaul/client/describe.ts';
import {
  base,
  batch,
  ecs,
  environment,
  event,
  exited,
  history,
  queues,
  scheduled,
  sfn,
  stack,
  startDate,
  stopDate,
  submitted,
} from './described-execution.ts';

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
  [{ status: 'RUNNABLE' }, /its turn in the queue, vCPUs that are free .*, or capacity/],
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
