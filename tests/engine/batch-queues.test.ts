import {
  CancelJobCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
  GetJobQueueSnapshotCommand,
  ListJobsCommand,
  TerminateJobCommand,
} from '@aws-sdk/client-batch';
import { describe, expect, test } from 'vitest';
import { startBatch } from './batch-fixture.ts';
import { until } from './fleet-fixture.ts';

const env = (name: string, value: string) => ({ environment: [{ name, value }] });

describe('A job that waits', () => {
  const vcpu = (value: string) => ({
    containerOverrides: { resourceRequirements: [{ type: 'VCPU' as const, value }] },
  });

  test('for vCPUs is RUNNABLE until they are free', async () => {
    const { submit, reaches, ends, client, fleet } = await startBatch({
      long: { run: 'sleep 1000' },
      short: { run: 'true' },
    });
    const first = await submit('long', vcpu('1.5'));
    await reaches(first, 'RUNNING');
    const second = await submit('short', vcpu('1'));
    await reaches(second, 'RUNNABLE');
    expect(fleet.running()).toHaveLength(1);
    await client.send(new TerminateJobCommand({ jobId: first, reason: 'make room' }));
    expect(await ends(second)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('for more than there will ever be says so, and holds nobody back', async () => {
    const { submit, ends, describeJob } = await startBatch({ short: { run: 'true' } });
    const giant = await submit('short', vcpu('16'));
    expect(await ends(await submit('short'))).toMatchObject({ status: 'SUCCEEDED' });
    const job = await describeJob(giant);
    expect(job.status).toBe('RUNNABLE');
    expect(job.statusReason).toMatch(/^MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - .*16 vCPUs/);
  });

  test('for Spot capacity of Fargate that does not come hears nothing, and goes on waiting', async () => {
    const engine = await startBatch({ short: { run: 'true' } }, { batch: { stateTimeLimitSeconds: 0 } });
    engine.fleet.capacity.set('spot', 'unavailable');
    const [first, second] = [await engine.submit('short'), await engine.submit('short')];
    for (const jobId of [first, second]) {
      expect((await engine.reaches(jobId, 'RUNNABLE')).statusReason).toBeUndefined();
    }
    const snapshot = new GetJobQueueSnapshotCommand({ jobQueue: 'spot' });
    const { frontOfQueue } = await engine.client.send(snapshot);
    expect(frontOfQueue?.jobs?.map(({ jobArn }) => jobArn?.split('/').at(-1))).toEqual([first, second]);
    engine.fleet.capacity.set('spot', 'available');
    expect(await engine.ends(first)).toMatchObject({ status: 'SUCCEEDED' });
    expect((await engine.client.send(snapshot)).frontOfQueue?.jobs).not.toContainEqual({ jobArn: first });
  });

  test('for Spot instances that do not come is cancelled by its queue', async () => {
    const engine = await startBatch({ short: { run: 'true' } }, { batch: { stateTimeLimitSeconds: 1 } });
    engine.fleet.capacity.set('spot', 'unavailable');
    const jobId = await engine.submit('short', { jobQueue: 'ec2' });
    await until(async () =>
      expect((await engine.describeJob(jobId)).statusReason).toMatch(/^CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - /),
    );
    const job = await engine.ends(jobId);
    expect(job).toMatchObject({
      status: 'FAILED',
      statusReason: 'Canceled by JobStateTimeLimit action due to reason: CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY',
      isCancelled: true,
      attempts: [],
    });
    engine.fleet.capacity.set('spot', 'available');
    expect(await engine.ends(await engine.submit('short'))).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('is cancelled by CancelJob, which leaves a running one alone', async () => {
    const { submit, reaches, ends, client } = await startBatch({ long: { run: 'sleep 1000' } });
    const [running, waiting] = [await submit('long', vcpu('2')), await submit('long', vcpu('2'))];
    await reaches(running, 'RUNNING');
    for (const jobId of [running, waiting]) await client.send(new CancelJobCommand({ jobId, reason: 'not needed' }));
    expect(await ends(waiting)).toMatchObject({ status: 'FAILED', statusReason: 'not needed', isCancelled: true });
    expect(await reaches(running, 'RUNNING')).toMatchObject({ isCancelled: false });
  });
});

describe('SubmitJob', () => {
  test('accepts overrides that are too long, and the job fails with ECS’s text', async () => {
    const { submit, ends } = await startBatch({ short: { run: 'true' } });
    const fits = await submit('short', { containerOverrides: env('EVENT', 'x'.repeat(7000)) });
    const tooLong = await submit('short', { containerOverrides: env('EVENT', '"'.repeat(4096)) });
    expect(await ends(fits)).toMatchObject({ status: 'SUCCEEDED' });
    const job = await ends(tooLong);
    expect(job).toMatchObject({
      status: 'FAILED',
      statusReason: 'Container Overrides length must be at most 8192',
      attempts: [],
    });
  });

  test.each([
    ['an unknown queue', { jobQueue: 'nowhere' }, /JobQueue nowhere not found/],
    ['an unknown definition', { jobDefinition: 'nothing' }, /JobDefinition nothing not found/],
    ['a name with a blank', { jobName: 'a b' }, /"a b"/],
    ['a timeout under a minute', { timeout: { attemptDurationSeconds: 59 } }, /at least 60 seconds, got 59/],
    ['eleven attempts', { retryStrategy: { attempts: 11 } }, /between 1 and 10, got 11/],
    ['a reserved variable', { containerOverrides: env('AWS_BATCH_X', '1') }, /cannot start with "AWS_BATCH"/],
    ['an array job', { arrayProperties: { size: 2 } }, /arrayProperties is not supported/],
  ])('refuses %s', async (_, input, message) => {
    const { submit } = await startBatch({ short: { run: 'true' } }, { batch: { minimumTimeoutSeconds: 60 } });
    const error = await submit('short', input).catch((reason: Error) => reason);
    expect(error).toMatchObject({ name: 'ClientException', message: expect.stringMatching(message) });
  });

  test('refuses a tag with other characters than Batch takes', async () => {
    const { submit } = await startBatch({ short: { run: 'true' } });
    for (const tags of [{ team: 'a,b' }, { 'te#am': 'a' }] as Record<string, string>[]) {
      await expect(submit('short', { tags })).rejects.toMatchObject({
        name: 'BadRequestException',
        message: expect.stringContaining('it contains illegal characters'),
      });
    }
    await submit('short', { tags: { 'a key': 'ä/b=c+d:e@f_g.h-1', empty: '' } });
  });

  test('can be made to fail as when AWS throttles', async () => {
    const { batch, submit, ends } = await startBatch({ short: { run: 'true' } });
    batch.faults.next(1, 'throttled');
    batch.faults.next(1, 'server-error');
    await expect(submit('short')).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      $metadata: { httpStatusCode: 429 },
    });
    await expect(submit('short')).rejects.toMatchObject({ name: 'ServerException', $fault: 'server' });
    expect(await ends(await submit('short'))).toMatchObject({ status: 'SUCCEEDED' });
  });
});

describe('ListJobs', () => {
  test('finds by status and by filter, page by page, newest first', async () => {
    const { submit, ends, reaches, client } = await startBatch({ short: { run: 'true' }, long: { run: 'sleep 1000' } });
    const ids: string[] = [];
    for (const jobName of ['alpha-1', 'alpha-2', 'beta']) ids.push(await submit('short', { jobName }));
    await Promise.all(ids.map(ends));
    const running = await submit('long', { jobName: 'Alpha-3' });
    await reaches(running, 'RUNNING');

    const list = async (input: object) => {
      const { jobSummaryList, nextToken } = await client.send(new ListJobsCommand({ jobQueue: 'spot', ...input }));
      return { names: jobSummaryList!.map(({ jobName }) => jobName), nextToken };
    };
    expect((await list({})).names).toEqual(['Alpha-3']);
    expect((await list({ jobStatus: 'SUCCEEDED' })).names).toEqual(['beta', 'alpha-2', 'alpha-1']);
    expect((await list({ filters: [{ name: 'JOB_NAME', values: ['ALPHA*'] }] })).names).toEqual([
      'Alpha-3',
      'alpha-2',
      'alpha-1',
    ]);
    expect((await list({ filters: [{ name: 'JOB_DEFINITION', values: ['long'] }] })).names).toEqual(['Alpha-3']);
    const first = await list({ jobStatus: 'SUCCEEDED', maxResults: 2 });
    const second = await list({ jobStatus: 'SUCCEEDED', maxResults: 2, nextToken: first.nextToken });
    expect([first.names, second]).toEqual([['beta', 'alpha-2'], { names: ['alpha-1'], nextToken: undefined }]);
  });
});

test('Queues, definitions and compute environments are described as the template declares them', async () => {
  const { client } = await startBatch({
    short: { run: 'true', container: { LogConfiguration: { LogDriver: 'awslogs' } } },
  });
  const { jobQueues } = await client.send(new DescribeJobQueuesCommand({ jobQueues: ['spot'] }));
  expect(jobQueues).toMatchObject([
    {
      jobQueueName: 'spot',
      state: 'ENABLED',
      status: 'VALID',
      priority: 1,
      jobStateTimeLimitActions: [{ maxTimeSeconds: 600, action: 'CANCEL' }, {}],
      computeEnvironmentOrder: [
        { order: 1, computeEnvironment: 'arn:aws:batch:us-east-1:000000000000:compute-environment/fargate-spot' },
      ],
    },
  ]);
  const { jobDefinitions } = await client.send(new DescribeJobDefinitionsCommand({ jobDefinitionName: 'short' }));
  expect(jobDefinitions).toMatchObject([
    {
      revision: 1,
      status: 'ACTIVE',
      containerProperties: { image: 'image', logConfiguration: { logDriver: 'awslogs' } },
    },
  ]);
  const { computeEnvironments } = await client.send(new DescribeComputeEnvironmentsCommand({}));
  expect(computeEnvironments!.map(({ computeResources }) => computeResources!.type)).toEqual([
    'FARGATE_SPOT',
    'FARGATE',
    'SPOT',
  ]);
});
