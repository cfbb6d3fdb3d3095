import {
  DescribeClustersCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListClustersCommand,
  ListTasksCommand,
  RunTaskCommand,
  type RunTaskCommandInput,
  StopTaskCommand,
} from '@aws-sdk/client-ecs';
import { describe, expect, test } from 'vitest';
import { startTestEngine, temporaryFolder, until } from './fleet-fixture.ts';
import type { Jobs } from './fleet-resources.ts';

type Options = Partial<Omit<Parameters<typeof startTestEngine>[0], 'jobs'>>;

const NETWORK = { awsvpcConfiguration: { subnets: ['subnet-1'] } };
const CLUSTER = 'arn:aws:ecs:us-east-1:000000000000:cluster/jobs';

/** An engine with these tasks, and what a caller of ECS does with it. */
async function start(jobs: Jobs, options: Options = {}) {
  const engine = await startTestEngine({ folder: temporaryFolder(), jobs, ...options });
  const client = engine.ecsClient;
  const run = (taskDefinition: string, input: Partial<RunTaskCommandInput> = {}) =>
    client.send(
      new RunTaskCommand({
        cluster: 'jobs',
        taskDefinition,
        networkConfiguration: NETWORK,
        ...(!input.launchType && { capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }] }),
        ...input,
      }),
    );
  const runOne = async (taskDefinition: string, input: Partial<RunTaskCommandInput> = {}) => {
    const { tasks } = await run(taskDefinition, input);
    return tasks![0]!.taskArn!;
  };
  const describeTask = async (arn: string) => {
    const { tasks } = await client.send(new DescribeTasksCommand({ cluster: 'jobs', tasks: [arn] }));
    return tasks![0]!;
  };
  const reaches = (arn: string, lastStatus: string) =>
    until(async () => {
      const task = await describeTask(arn);
      expect(task.lastStatus).toBe(lastStatus);
      return task;
    });
  const stops = (arn: string) => reaches(arn, 'STOPPED');
  const says = (line: string) => until(() => expect(engine.logs.lines()).toContain(line));
  return { ...engine, client, run, runOne, describeTask, reaches, stops, says };
}

const override = (environment: Record<string, string>) => ({
  overrides: {
    containerOverrides: [
      { name: 'job', environment: Object.entries(environment).map(([name, value]) => ({ name, value })) },
    ],
  },
});

describe('A task', () => {
  test('runs from PROVISIONING to STOPPED, with its log under prefix, container and task id', async () => {
    const { run, stops, logs } = await start({ hello: { run: 'echo "hello $NAME"' } });
    const { tasks, failures } = await run('hello', { ...override({ NAME: 'world' }), startedBy: 'me', group: 'g' });
    expect(failures).toEqual([]);
    expect(tasks).toMatchObject([{ lastStatus: 'PROVISIONING', desiredStatus: 'RUNNING', clusterArn: CLUSTER }]);
    const { taskArn } = tasks![0]!;
    const task = await stops(taskArn!);
    expect(task).toMatchObject({
      taskDefinitionArn: 'arn:aws:ecs:us-east-1:000000000000:task-definition/hello:1',
      desiredStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      capacityProviderName: 'FARGATE_SPOT',
      launchType: 'FARGATE',
      startedBy: 'me',
      group: 'g',
      cpu: '256',
      memory: '512',
      containers: [{ name: 'job', lastStatus: 'STOPPED', exitCode: 0, taskArn }],
    });
    expect(task.createdAt!.getTime()).toBeLessThanOrEqual(task.startedAt!.getTime());
    expect(task.startedAt!.getTime()).toBeLessThanOrEqual(task.stoppedAt!.getTime());
    expect(logs.streams.get(`/jobs:run/job/${taskArn!.split('/').at(-1)}`)).toEqual(['hello world']);
  });

  test('runs the container’s own entry point and command where it has no DevCommand', async () => {
    const { runOne, stops, logs } = await start({
      shell: {
        container: {
          EntryPoint: ['/bin/sh', '-c'],
          Command: ['echo "$GREETING"'],
          Environment: [{ Name: 'GREETING', Value: 'hi' }],
        },
      },
    });
    await stops(await runOne('shell'));
    await stops(
      await runOne('shell:1', { overrides: { containerOverrides: [{ name: 'job', command: ['echo bye'] }] } }),
    );
    expect(logs.lines()).toEqual(['hi', 'bye']);
  });

  test('of which nothing can be started says why', async () => {
    const { runOne, stops } = await start({ missing: { container: { Command: ['no-such-program'] } } });
    const task = await stops(await runOne('missing'));
    expect(task).toMatchObject({
      stopCode: 'TaskFailedToStart',
      stoppedReason: expect.stringMatching(/^CannotStartContainerError: .*no-such-program/),
    });
    expect(task.containers![0]!.exitCode).toBeUndefined();
  });

  test('is stopped by StopTask: SIGTERM, then SIGKILL after the container’s stop timeout', async () => {
    const stubborn = "trap '' TERM; echo ready; while true; do sleep 0.1; done";
    const jobs = { long: { container: { Command: ['/bin/sh', '-c', stubborn], StopTimeout: '1' } } };
    const engine = await start(jobs, { fleet: { longestStopTimeoutSeconds: 600 } });
    const arn = await engine.runOne('long');
    await engine.says('ready');
    const stop = new StopTaskCommand({ cluster: 'jobs', task: arn, reason: 'enough' });
    const { task } = await engine.client.send(stop);
    expect(task).toMatchObject({ desiredStatus: 'STOPPED', lastStatus: 'RUNNING' });
    expect(await engine.stops(arn)).toMatchObject({
      stopCode: 'UserInitiated',
      stoppedReason: 'enough',
      containers: [{ exitCode: 137 }],
    });
    expect(engine.fleet.running()).toEqual([]);
  });

  test.each([0, 75])('whose Spot capacity is taken away says so, also when it exits with %i', async (exitCode) => {
    const run = `trap 'exit ${exitCode}' TERM; echo ready; while true; do sleep 0.1; done`;
    const engine = await start({ long: { container: { Command: ['/bin/sh', '-c', run] } } });
    const arn = await engine.runOne('long', override({ STP_EXECUTION_ID: 'execution-1' }));
    await engine.says('ready');
    await engine.fleet.interrupt('execution-1');
    expect(await engine.stops(arn)).toMatchObject({
      stopCode: 'SpotInterruption',
      stoppedReason: 'Your Spot Task was interrupted.',
      containers: [{ exitCode }],
    });
  });

  test('of launch type FARGATE runs on demand, and cannot be interrupted', async () => {
    const engine = await start({ long: { run: 'echo ready; sleep 1000' } });
    const arn = await engine.runOne('long', {
      launchType: 'FARGATE',
      ...override({ STP_EXECUTION_ID: 'execution-1' }),
    });
    await engine.says('ready');
    await expect(engine.fleet.interrupt('execution-1')).rejects.toThrow('Only Spot capacity is taken away');
    expect(await engine.describeTask(arn)).toMatchObject({ lastStatus: 'RUNNING' });
  });

  test('beyond the machine’s vCPUs waits, and can be stopped while it waits', async () => {
    const { runOne, reaches, stops, client, fleet } = await start(
      { long: { run: 'sleep 1000' } },
      { ecs: { maxVcpus: 0.25 } },
    );
    const first = await runOne('long');
    await reaches(first, 'RUNNING');
    const [second, third] = [await runOne('long'), await runOne('long')];
    expect(fleet.running()).toHaveLength(1);
    await client.send(new StopTaskCommand({ cluster: 'jobs', task: second }));
    expect(await stops(second)).toMatchObject({ stopCode: 'UserInitiated', stoppedReason: 'Task stopped by user' });
    await client.send(new StopTaskCommand({ cluster: 'jobs', task: first.split('/').at(-1)! }));
    await reaches(third, 'RUNNING');
  });
});

describe('RunTask', () => {
  test('starts as many tasks as it is asked for, spread by base and weight', async () => {
    const { run } = await start({ short: { run: 'true' } });
    const { tasks } = await run('short', {
      count: 5,
      capacityProviderStrategy: [
        { capacityProvider: 'FARGATE', base: 1, weight: 1 },
        { capacityProvider: 'FARGATE_SPOT', weight: 3 },
      ],
    });
    const names = tasks!.map(({ capacityProviderName }) => capacityProviderName);
    expect(names.filter((name) => name === 'FARGATE_SPOT')).toHaveLength(3);
    expect(names[0]).toBe('FARGATE');
  });

  test('answers a repeated client token with the same task, and refuses it for another request', async () => {
    const { run, stops, fleet, logs } = await start({ once: { run: 'echo once' } });
    const clientToken = 'token-1';
    const [first, second] = [await run('once', { clientToken }), await run('once', { clientToken })];
    expect(second.tasks!.map(({ taskArn }) => taskArn)).toEqual(first.tasks!.map(({ taskArn }) => taskArn));
    await expect(run('once', { clientToken, group: 'another' })).rejects.toMatchObject({
      name: 'ConflictException',
      resourceIds: [first.tasks![0]!.taskArn],
    });
    await stops(first.tasks![0]!.taskArn!);
    expect(logs.lines()).toEqual(['once']);
    expect(fleet.running()).toEqual([]);
  });

  test('says that there is no capacity as a failure, not as an error', async () => {
    const { run, fleet } = await start({ short: { run: 'true' } });
    fleet.capacity.set('spot', 'unavailable');
    expect(await run('short')).toMatchObject({
      tasks: [],
      failures: [{ reason: expect.stringMatching(/^Capacity is unavailable at this time\./) }],
    });
    expect((await run('short', { launchType: 'FARGATE' })).tasks).toHaveLength(1);
  });

  test('can be made to fail as when AWS throttles', async () => {
    const { ecs, run } = await start({ short: { run: 'true' } });
    ecs.faults.next(1, 'throttled');
    await expect(run('short')).rejects.toMatchObject({ name: 'ThrottlingException', message: 'Rate exceeded' });
    expect((await run('short')).tasks).toHaveLength(1);
  });

  test.each([
    ['an unknown cluster', { cluster: 'nowhere' }, 'ClusterNotFoundException', 'Cluster not found.'],
    ['an unknown definition', { taskDefinition: 'nothing' }, 'ClientException', 'TaskDefinition not found.'],
    [
      'no network',
      { networkConfiguration: undefined },
      'InvalidParameterException',
      /Network Configuration must be provided/,
    ],
    ['eleven tasks', { count: 11 }, 'InvalidParameterException', /between 1 and 10/],
    [
      'overrides that are too long',
      override({ EVENT: '"'.repeat(4096) }),
      'InvalidParameterException',
      'Container Overrides length must be at most 8192',
    ],
    [
      'overrides of another container',
      { overrides: { containerOverrides: [{ name: 'other' }] } },
      'InvalidParameterException',
      /container named other is not a container in the TaskDefinition/,
    ],
    [
      'a capacity provider that the cluster does not have',
      { capacityProviderStrategy: [{ capacityProvider: 'MINE' }] },
      'InvalidParameterException',
      /not associated with the cluster/,
    ],
    [
      'a tag with other characters than ECS takes',
      { tags: [{ key: 'team', value: 'a,b' }] },
      'InvalidParameterException',
      /^Some tags contain invalid characters/,
    ],
  ])('refuses %s', async (_, input, name, message) => {
    const { run } = await start({ short: { run: 'true' } });
    const error = await run('short', input).catch((reason: Error) => reason);
    expect(error).toMatchObject({ name, message: expect.stringMatching(message) });
  });
});

test('Tasks are listed by family, by who started them and by desired status, page by page', async () => {
  const { client, runOne, stops, reaches } = await start({ short: { run: 'true' }, long: { run: 'sleep 1000' } });
  const stopped = await runOne('short', { startedBy: 'me' });
  await stops(stopped);
  const running = [await runOne('long', { startedBy: 'me' }), await runOne('long')];
  for (const arn of running) await reaches(arn, 'RUNNING');
  const list = async (input: object) => {
    const { taskArns, nextToken } = await client.send(new ListTasksCommand({ cluster: 'jobs', ...input }));
    return { arns: taskArns!, nextToken };
  };
  expect((await list({})).arns.toSorted()).toEqual(running.toSorted());
  expect((await list({ desiredStatus: 'STOPPED' })).arns).toEqual([stopped]);
  expect((await list({ startedBy: 'me' })).arns).toEqual([running[0]]);
  expect((await list({ family: 'short' })).arns).toEqual([]);
  const first = await list({ maxResults: 1 });
  const second = await list({ maxResults: 1, nextToken: first.nextToken });
  expect([...first.arns, ...second.arns].toSorted()).toEqual(running.toSorted());
  expect(second.nextToken).toBeUndefined();
});

test('Clusters and task definitions are described as the template declares them', async () => {
  const { client } = await start({ short: { run: 'true' } });
  expect((await client.send(new ListClustersCommand({}))).clusterArns).toEqual([CLUSTER]);
  const { clusters, failures } = await client.send(new DescribeClustersCommand({ clusters: ['jobs', 'none'] }));
  expect(clusters).toMatchObject([
    { clusterName: 'jobs', status: 'ACTIVE', capacityProviders: ['FARGATE', 'FARGATE_SPOT'] },
  ]);
  expect(failures).toEqual([{ arn: 'none', reason: 'MISSING' }]);
  const { taskDefinition } = await client.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'short' }));
  expect(taskDefinition).toMatchObject({ family: 'short', revision: 1, cpu: '256', networkMode: 'awsvpc' });
  await expect(client.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'no' }))).rejects.toMatchObject({
    name: 'ClientException',
    message: 'Unable to describe task definition.',
  });
});

test('A task that is not there is a failure with the reason MISSING', async () => {
  const { client } = await start({});
  const { tasks, failures } = await client.send(new DescribeTasksCommand({ cluster: 'jobs', tasks: ['0'.repeat(32)] }));
  expect(tasks).toEqual([]);
  expect(failures).toMatchObject([{ arn: expect.stringContaining('task/jobs/000'), reason: 'MISSING' }]);
});
