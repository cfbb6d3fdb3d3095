import { TerminateJobCommand } from '@aws-sdk/client-batch';
import { describe, expect, test } from 'vitest';
import { startBatch } from './batch-fixture.ts';

const STUBBORN = "trap '' TERM; echo ready; while true; do sleep 0.1; done";
/** Who is to be killed need not be waited for long; who ends by itself may take its time. */
const patience = (run: string) => ({ fleet: { longestStopTimeoutSeconds: run === STUBBORN ? 1 : 30 } });
const env = (name: string, value: string) => ({ environment: [{ name, value }] });

describe('A job', () => {
  test('runs from SUBMITTED to SUCCEEDED, and shows where its log is', async () => {
    const { submit, ends, logs } = await startBatch({ hello: { run: 'echo "hello $NAME, $AWS_BATCH_JOB_ATTEMPT"' } });
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
    const { submit, ends, logs } = await startBatch({
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
    const { submit, ends, logs } = await startBatch({
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
    const { submit, ends } = await startBatch({ rejects: { run: 'exit 65' } });
    expect(await ends(await submit('rejects'))).toMatchObject({
      status: 'FAILED',
      statusReason: 'Essential container in task exited',
      container: { exitCode: 65 },
    });
  });

  test('of which nothing can be started has no exit code, but a reason', async () => {
    const { submit, ends } = await startBatch({ missing: { container: { Command: ['no-such-program'] } } });
    const job = await ends(await submit('missing'));
    expect(job).toMatchObject({ status: 'FAILED', statusReason: 'Task failed to start' });
    expect(job.container!.reason).toMatch(/^CannotStartContainerError: .*no-such-program/);
    expect(job.container!.exitCode).toBeUndefined();
  });

  test('is tried again as its retry strategy says', async () => {
    const { submit, ends } = await startBatch({ fails: { run: 'exit $((10 + AWS_BATCH_JOB_ATTEMPT))' } });
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
    const engine = await startBatch({ several: { definition } }, { fleet: { longestStopTimeoutSeconds: 600 } });
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
    const jobs = { slow: { container: { Command: ['/bin/sh', '-c', run] } } };
    const { submit, ends, fleet } = await startBatch(jobs, patience(run));
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
    const engine = await startBatch({ long: { container: { Command: ['/bin/sh', '-c', run] } } }, patience(run));
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
    const engine = await startBatch({ long: { run: 'echo ready; sleep 1000' } });
    const jobId = await engine.submit('long', { jobQueue: 'ec2', ...execution });
    await engine.says('ready');
    await engine.fleet.interrupt('execution-1');
    const job = await engine.ends(jobId);
    expect(job.status).toBe('FAILED');
    expect(job.statusReason).toMatch(/^Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/);
    expect(job.container!.exitCode).toBeUndefined();
  });

  test('runs on undisturbed where it runs on demand', async () => {
    const engine = await startBatch({ long: { run: 'echo ready; sleep 1000' } });
    const jobId = await engine.submit('long', { jobQueue: 'on-demand', ...execution });
    await engine.says('ready');
    await expect(engine.fleet.interrupt('execution-1')).rejects.toThrow('Only Spot capacity is taken away');
    expect(await engine.describeJob(jobId)).toMatchObject({ status: 'RUNNING' });
  });
});

test('A terminated job is FAILED with the given reason, whatever its exit code, and not tried again', async () => {
  const run = "trap 'exit 0' TERM; echo ready; while true; do sleep 0.1; done";
  const engine = await startBatch({ long: { container: { Command: ['/bin/sh', '-c', run] } } });
  const jobId = await engine.submit('long', { retryStrategy: { attempts: 3 } });
  await engine.says('ready');
  await engine.client.send(new TerminateJobCommand({ jobId, reason: 'the user said so' }));
  const job = await engine.ends(jobId);
  expect(job).toMatchObject({ status: 'FAILED', statusReason: 'the user said so', isTerminated: true });
  expect(job.attempts).toHaveLength(1);
  expect(engine.fleet.running()).toEqual([]);
});
