import {
  CancelJobCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
  DescribeJobsCommand,
  type JobDetail,
  ListJobsCommand,
  SubmitJobCommand,
  type SubmitJobCommandInput,
  TerminateJobCommand,
} from '@aws-sdk/client-batch';
import { describe, expect, test } from 'vitest';
import { startTestEngine, temporaryFolder, until } from './fleet-fixture.ts';
import type { Jobs } from './fleet-resources.ts';

type Options = Partial<Omit<Parameters<typeof startTestEngine>[0], 'jobs'>>;

/** An engine with these jobs, and what a caller of Batch does with it. */
async function start(jobs: Jobs, options: Options = {}) {
  const engine = await startTestEngine({ folder: temporaryFolder(), jobs, ...options });
  const client = engine.batchClient;
  const submit = async (jobDefinition: string, input: Partial<SubmitJobCommandInput> = {}) => {
    const command = new SubmitJobCommand({ jobName: 'test', jobQueue: 'spot', jobDefinition, ...input });
    return (await client.send(command)).jobId!;
  };
  const describeJob = async (jobId: string) => {
    const { jobs = [] } = await client.send(new DescribeJobsCommand({ jobs: [jobId] }));
    return jobs[0]!;
  };
  const reaches = (jobId: string, ...statuses: JobDetail['status'][]) =>
    until(async () => {
      const job = await describeJob(jobId);
      expect(statuses).toContain(job.status);
      return job;
    });
  const ends = (jobId: string) => reaches(jobId, 'SUCCEEDED', 'FAILED');
  const says = (line: string) => until(() => expect(engine.logs.lines()).toContain(line));
  return { ...engine, client, submit, describeJob, reaches, ends, says };
}

const STUBBORN = "trap '' TERM; echo ready; while true; do sleep 0.1; done";
const env = (name: string, value: string) => ({ environment: [{ name, value }] });

describe('A job', () => {
  test('runs from SUBMITTED to SUCCEEDED, and shows where its log is', async () => {
    const { submit, ends, logs } = await start({ hello: { run: 'echo "hello $NAME, $AWS_BATCH_JOB_ATTEMPT"' } });
    const jobId = await submit('hello', { containerOverrides: env('NAME', 'world'), tags: { team: 'a' } });
    const job = await ends(jobId);
    expect(job).toMatchObject({
      jobId,
      jobName: 'test',
      jobArn: `arn:aws:batch:us-east-1:000000000000:job/${jobId}`,
      jobQueue: 'arn:aws:batch:us-east-1:000000000000:job-queue/spot',
      jobDefinition: 'arn:aws:batch:us-east-1:000000000000:job-definition/hello:1',
      status: 'SUCCEEDED',
      statusReason: 'Essential container in task exited',
      container: { exitCode: 0, image: 'image' },
      attempts: [{ statusReason: 'Essential container in task exited', container: { exitCode: 0 } }],
      tags: { team: 'a' },
      isCancelled: false,
      isTerminated: false,
    });
    expect(job.createdAt).toBeLessThanOrEqual(job.startedAt!);
    expect(job.startedAt).toBeLessThanOrEqual(job.stoppedAt!);
    expect(job.container!.logStreamName).toMatch(/^hello\/default\/[0-9a-f]{32}$/);
    expect(logs.streams.get(`/aws/batch/job:${job.container!.logStreamName}`)).toEqual(['hello world, 1']);
  });

  test('gets the variables of its definition, its overrides and Batch', async () => {
    const { submit, ends, logs } = await start({
      all: {
        container: {
          Command: ['/usr/bin/env'],
          Environment: [
            { Name: 'A', Value: 'definition' },
            { Name: 'B', Value: 'definition' },
          ],
        },
      },
    });
    const jobId = await submit('all', { containerOverrides: env('B', 'override') });
    await ends(jobId);
    expect(logs.lines()).toEqual(
      expect.arrayContaining([
        'A=definition',
        'B=override',
        `AWS_BATCH_JOB_ID=${jobId}`,
        'AWS_BATCH_JOB_ATTEMPT=1',
        'AWS_BATCH_JQ_NAME=spot',
        'AWS_BATCH_CE_NAME=fargate-spot',
      ]),
    );
  });

  test('is run by its command with the job’s parameters; a command override becomes arguments of a DevCommand', async () => {
    const { submit, ends, logs } = await start({
      plain: {
        container: { Command: ['echo', 'Ref::what', 'Ref::unknown'] },
        definition: { Parameters: { what: 'a' } },
      },
      dev: { run: 'echo dev', container: { Command: ['ignored'] } },
    });
    await ends(await submit('plain', { parameters: { what: 'b c' } }));
    await ends(await submit('dev'));
    await ends(await submit('dev', { containerOverrides: { command: ['two words', '"$HOME"'] } }));
    expect(logs.lines()).toEqual(['b c Ref::unknown', 'dev', 'dev two words "$HOME"']);
  });

  test('that exits with another code has failed', async () => {
    const { submit, ends } = await start({ rejects: { run: 'exit 65' } });
    expect(await ends(await submit('rejects'))).toMatchObject({
      status: 'FAILED',
      statusReason: 'Essential container in task exited',
      container: { exitCode: 65 },
    });
  });

  test('of which nothing can be started has no exit code, but a reason', async () => {
    const { submit, ends } = await start({ missing: { container: { Command: ['no-such-program'] } } });
    const job = await ends(await submit('missing'));
    expect(job).toMatchObject({ status: 'FAILED', statusReason: 'Task failed to start' });
    expect(job.container!.reason).toMatch(/^CannotStartContainerError: .*no-such-program/);
    expect(job.container!.exitCode).toBeUndefined();
  });

  test('is tried again as its retry strategy says', async () => {
    const { submit, ends } = await start({ fails: { run: 'exit $((10 + AWS_BATCH_JOB_ATTEMPT))' } });
    const evaluateOnExit = [
      { onExitCode: '12', action: 'EXIT' as const },
      { onStatusReason: 'Essential*', action: 'RETRY' as const },
    ];
    const plain = await ends(await submit('fails', { retryStrategy: { attempts: 3 } }));
    expect(plain.attempts!.map(({ container }) => container!.exitCode)).toEqual([11, 12, 13]);
    const ruled = await ends(await submit('fails', { retryStrategy: { attempts: 5, evaluateOnExit } }));
    expect(ruled.attempts!.map(({ container }) => container!.exitCode)).toEqual([11, 12]);
  });

  test('with ecsProperties runs its essential container, with that one’s stop timeout', async () => {
    const container = { Name: 'main', Image: 'image', Command: ['/bin/sh', '-c', STUBBORN], StopTimeout: '1' };
    const taskProperties = [{ Containers: [{ Name: 'log-router', Essential: false, Image: 'fluentbit' }, container] }];
    const definition = { ContainerProperties: undefined, EcsProperties: { TaskProperties: taskProperties } };
    const engine = await start({ several: { definition } }, { fleet: { longestStopTimeoutSeconds: 600 } });
    expect(engine.batch.definitions.warnings).toEqual([
      { path: 'several', message: 'Only its first essential container is run here, not "log-router".' },
    ]);
    const jobId = await engine.submit('several');
    await engine.says('ready');
    await engine.client.send(new TerminateJobCommand({ jobId, reason: 'enough' }));
    const job = await engine.ends(jobId);
    expect(job.ecsProperties!.taskProperties![0]!.containers![1]).toMatchObject({ name: 'main', exitCode: 137 });
    expect(job.attempts![0]!.taskProperties![0]!.containers).toMatchObject([{ name: 'main', exitCode: 137 }]);
  });
});

describe('A job that runs over its timeout', () => {
  test.each([
    ['dies of the signal', 'sleep 1000', 143],
    ['ignores the signal', STUBBORN, 137],
    ['exits with 0 on the signal', "trap 'exit 0' TERM; while true; do sleep 0.1; done", 0],
  ])('and %s has the text of the timeout, and is not tried again', async (_, run, exitCode) => {
    const { submit, ends, fleet } = await start({ slow: { container: { Command: ['/bin/sh', '-c', run] } } });
    const job = await ends(
      await submit('slow', { timeout: { attemptDurationSeconds: 1 }, retryStrategy: { attempts: 3 } }),
    );
    expect(job).toMatchObject({
      status: 'FAILED',
      statusReason: 'Job attempt duration exceeded timeout',
      attempts: [{ statusReason: 'Job attempt duration exceeded timeout', container: { exitCode } }],
    });
    expect(job.attempts).toHaveLength(1);
    expect(fleet.running()).toEqual([]);
  });
});

describe('A job whose Spot capacity is taken away', () => {
  const execution = { containerOverrides: env('STP_EXECUTION_ID', 'execution-1') };

  test.each([
    [
      'saves its work and exits with 75',
      "trap 'exit 75' TERM; echo ready; while true; do sleep 0.1; done",
      75,
      'FAILED',
    ],
    ['ignores the signal', STUBBORN, 137, 'FAILED'],
    ['exits with 0', "trap 'exit 0' TERM; echo ready; while true; do sleep 0.1; done", 0, 'SUCCEEDED'],
  ])('and that %s says so in the words of Fargate Spot', async (_, run, exitCode, status) => {
    const engine = await start({ long: { container: { Command: ['/bin/sh', '-c', run] } } });
    const jobId = await engine.submit('long', execution);
    await engine.says('ready');
    await engine.fleet.interrupt('execution-1');
    expect(await engine.ends(jobId)).toMatchObject({
      status,
      statusReason: 'Your Spot Task was interrupted.',
      container: { exitCode },
    });
  });

  test('on EC2 loses its instance, and with it the exit code', async () => {
    const engine = await start({ long: { run: 'echo ready; sleep 1000' } });
    const jobId = await engine.submit('long', { jobQueue: 'ec2', ...execution });
    await engine.says('ready');
    await engine.fleet.interrupt('execution-1');
    const job = await engine.ends(jobId);
    expect(job.status).toBe('FAILED');
    expect(job.statusReason).toMatch(/^Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/);
    expect(job.container!.exitCode).toBeUndefined();
  });

  test('runs on undisturbed where it runs on demand', async () => {
    const engine = await start({ long: { run: 'echo ready; sleep 1000' } });
    const jobId = await engine.submit('long', { jobQueue: 'on-demand', ...execution });
    await engine.says('ready');
    await expect(engine.fleet.interrupt('execution-1')).rejects.toThrow('Only Spot capacity is taken away');
    expect(await engine.describeJob(jobId)).toMatchObject({ status: 'RUNNING' });
  });
});

describe('A job that waits', () => {
  const vcpu = (value: string) => ({
    containerOverrides: { resourceRequirements: [{ type: 'VCPU' as const, value }] },
  });

  test('for vCPUs is RUNNABLE until they are free', async () => {
    const { submit, reaches, ends, client, fleet } = await start({
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
    const { submit, ends, describeJob } = await start({ short: { run: 'true' } });
    const giant = await submit('short', vcpu('16'));
    expect(await ends(await submit('short'))).toMatchObject({ status: 'SUCCEEDED' });
    const job = await describeJob(giant);
    expect(job.status).toBe('RUNNABLE');
    expect(job.statusReason).toMatch(/^MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - .*16 vCPUs/);
  });

  test('for Spot capacity that does not come is cancelled by its queue', async () => {
    const engine = await start({ short: { run: 'true' } }, { batch: { stateTimeLimitSeconds: 1 } });
    engine.fleet.capacity.set('spot', 'unavailable');
    const jobId = await engine.submit('short');
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
    const { submit, reaches, ends, client } = await start({ long: { run: 'sleep 1000' } });
    const [running, waiting] = [await submit('long', vcpu('2')), await submit('long', vcpu('2'))];
    await reaches(running, 'RUNNING');
    for (const jobId of [running, waiting]) await client.send(new CancelJobCommand({ jobId, reason: 'not needed' }));
    expect(await ends(waiting)).toMatchObject({ status: 'FAILED', statusReason: 'not needed', isCancelled: true });
    expect(await reaches(running, 'RUNNING')).toMatchObject({ isCancelled: false });
  });
});

test('A terminated job is FAILED with the given reason, whatever its exit code, and not tried again', async () => {
  const run = "trap 'exit 0' TERM; echo ready; while true; do sleep 0.1; done";
  const engine = await start({ long: { container: { Command: ['/bin/sh', '-c', run] } } });
  const jobId = await engine.submit('long', { retryStrategy: { attempts: 3 } });
  await engine.says('ready');
  await engine.client.send(new TerminateJobCommand({ jobId, reason: 'the user said so' }));
  const job = await engine.ends(jobId);
  expect(job).toMatchObject({ status: 'FAILED', statusReason: 'the user said so', isTerminated: true });
  expect(job.attempts).toHaveLength(1);
  expect(engine.fleet.running()).toEqual([]);
});

describe('SubmitJob', () => {
  test('accepts overrides that are too long, and the job fails with ECS’s text', async () => {
    const { submit, ends } = await start({ short: { run: 'true' } });
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
    const { submit } = await start({ short: { run: 'true' } }, { batch: { minimumTimeoutSeconds: 60 } });
    const error = await submit('short', input).catch((reason: Error) => reason);
    expect(error).toMatchObject({ name: 'ClientException', message: expect.stringMatching(message) });
  });

  test('can be made to fail as when AWS throttles', async () => {
    const { batch, submit, ends } = await start({ short: { run: 'true' } });
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
    const { submit, ends, reaches, client } = await start({ short: { run: 'true' }, long: { run: 'sleep 1000' } });
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
  const { client } = await start({ short: { run: 'true', container: { LogConfiguration: { LogDriver: 'awslogs' } } } });
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
