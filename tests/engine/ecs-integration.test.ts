import { expect, test } from 'vitest';
import type { Json } from '../../longhaul/asl/host.ts';
import { runTaskSync } from '../../longhaul/engine/integrations/ecs.ts';
import { startTestEngine, temporaryFolder, until } from './fleet-fixture.ts';
import type { Jobs } from './fleet-resources.ts';
import { call, failure } from './integration-call.ts';

async function start(jobs: Jobs, folder = temporaryFolder()) {
  const engine = await startTestEngine({ folder, jobs });
  const run = runTaskSync(engine.ecs);
  const runTask = (changes: Record<string, Json> = {}, id = 'request-1') =>
    call(
      run,
      'ecs:runTask.sync',
      {
        Cluster: 'jobs',
        TaskDefinition: 'job',
        Group: 'execution-1',
        CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT', Weight: 1 }],
        NetworkConfiguration: { AwsvpcConfiguration: { Subnets: ['subnet-1'], AssignPublicIp: 'ENABLED' } },
        Overrides: {
          ContainerOverrides: [{ Name: 'job', Environment: [{ Name: 'STP_EXECUTION_ID', Value: 'execution-1' }] }],
        },
        ...changes,
      },
      id,
    );
  return { ...engine, runTask };
}

test('A task that succeeds is the result, in PascalCase with times in milliseconds', async () => {
  const { runTask } = await start({ job: { run: 'true' } });
  const before = Date.now();
  const { ended, submitted } = runTask();
  const result = await ended;
  expect(result).toMatchObject({
    LastStatus: 'STOPPED',
    StopCode: 'EssentialContainerExited',
    StoppedReason: 'Essential container in task exited',
    StartedBy: 'AWS Step Functions',
    Group: 'execution-1',
    CapacityProviderName: 'FARGATE_SPOT',
    Containers: [{ Name: 'job', ExitCode: 0, LastStatus: 'STOPPED' }],
    Overrides: {
      ContainerOverrides: [{ Name: 'job', Environment: [{ Name: 'STP_EXECUTION_ID', Value: 'execution-1' }] }],
    },
  });
  expect((result as { StartedAt: number }).StartedAt).toBeGreaterThanOrEqual(before);
  expect(submitted).toMatchObject([{ Tasks: [{ TaskArn: (result as { TaskArn: string }).TaskArn }], Failures: [] }]);
});

test('A container that exits with another code than 0 is States.TaskFailed with the task as its cause', async () => {
  const { runTask } = await start({ job: { run: 'exit 3' } });
  const { error, reason } = await failure(runTask().ended);
  expect(error).toBe('States.TaskFailed');
  expect(JSON.parse(reason)).toMatchObject({ StopCode: 'EssentialContainerExited', Containers: [{ ExitCode: 3 }] });
});

test('A task that never started is States.TaskFailed with the reason', async () => {
  const { runTask } = await start({ job: { container: { Command: ['no-such-program'] } } });
  const { error, reason } = await failure(runTask().ended);
  expect(error).toBe('States.TaskFailed');
  const task = JSON.parse(reason) as { StopCode: string; StoppedReason: string; Containers: object[] };
  expect(task).toMatchObject({ StopCode: 'TaskFailedToStart', StoppedReason: expect.stringMatching(/^CannotStart/) });
  expect(task.Containers[0]).not.toHaveProperty('ExitCode');
});

test('A task that Spot took away and that exits with 0 is a result, whose stop code says what happened', async () => {
  const command = "trap 'exit 0' TERM; echo ready; while true; do sleep 0.1; done";
  const { runTask, fleet, logs } = await start({ job: { container: { Command: ['/bin/sh', '-c', command] } } });
  const { ended } = runTask();
  await until(() => expect(logs.lines()).toContain('ready'));
  await fleet.interrupt('execution-1');
  expect(await ended).toMatchObject({ StopCode: 'SpotInterruption', Containers: [{ ExitCode: 0 }] });
});

test('A task that cannot be placed is AmazonECS.Unknown', async () => {
  const { runTask, fleet } = await start({ job: { run: 'true' } });
  fleet.capacity.set('spot', 'unavailable');
  const { ended, submitted } = runTask();
  const { error, reason } = await failure(ended);
  expect(error).toBe('AmazonECS.Unknown');
  expect(JSON.parse(reason)).toMatchObject({
    Failures: [{ Reason: expect.stringMatching(/^Capacity is unavailable/) }],
  });
  expect(submitted).toEqual([]);
});

test('What ECS refuses is an error by its name; throttling is the one that RunTask does not declare', async () => {
  const { runTask, ecs } = await start({ job: { run: 'true' } });
  expect(await failure(runTask({ Cluster: 'nowhere' }).ended)).toMatchObject({ error: 'ECS.ClusterNotFoundException' });
  ecs.faults.next(1, 'throttled');
  expect(await failure(runTask().ended)).toMatchObject({
    error: 'ECS.AmazonECSException',
    reason: expect.stringMatching(/^Rate exceeded .*Error Code: ThrottlingException/),
  });
  ecs.faults.next(1, 'server-error');
  expect(await failure(runTask().ended)).toMatchObject({ error: 'ECS.ServerException' });
  expect(await failure(runTask({ cluster: 'jobs' }).ended)).toMatchObject({
    error: 'States.Runtime',
    reason: expect.stringContaining('The field "cluster" is not supported by Step Functions'),
  });
});

test('When the execution is stopped so is the task', async () => {
  const { runTask, ecs, fleet, logs } = await start({ job: { run: 'echo ready; sleep 1000' } });
  const { ended, submitted, abort } = runTask();
  await until(() => expect(logs.lines()).toContain('ready'));
  abort(new Error('stopped'));
  await expect(ended).rejects.toThrow('stopped');
  const { TaskArn } = (submitted[0] as { Tasks: [{ TaskArn: string }] }).Tasks[0];
  expect(await ecs.store.stopped(TaskArn)).toMatchObject({
    stopCode: 'UserInitiated',
    stoppedReason: expect.stringContaining('Step Functions'),
  });
  expect(fleet.running()).toEqual([]);
});

test('The same request joins its task, also in the next engine, and starts no second one', async () => {
  const folder = temporaryFolder();
  const jobs = { job: { run: 'echo ready; sleep 1000' } };
  const first = await start(jobs, folder);
  const [one, two] = [first.runTask(), first.runTask()];
  await until(() => expect(first.logs.lines()).toContain('ready'));
  expect(first.fleet.running()).toHaveLength(1);
  const taskArns = (submitted: unknown[]) =>
    submitted.map((answer) => (answer as { Tasks: [{ TaskArn: string }] }).Tasks[0].TaskArn);
  expect(taskArns(two.submitted)).toEqual(taskArns(one.submitted));
  expect(one.submitted).toHaveLength(1);
  await first.close();

  const second = await start(jobs, folder);
  const { reason } = await failure(second.runTask().ended);
  expect(JSON.parse(reason)).toMatchObject({
    TaskArn: (one.submitted[0] as { Tasks: [{ TaskArn: string }] }).Tasks[0].TaskArn,
    StopCode: 'SpotInterruption',
  });
  expect(second.logs.lines()).toEqual([]);
});
