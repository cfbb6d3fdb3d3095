import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BatchClient, DescribeJobsCommand, SubmitJobCommand } from '@aws-sdk/client-batch';
import { ECSClient, RunTaskCommand } from '@aws-sdk/client-ecs';
import { expect, onTestFinished, test } from 'vitest';
import { groupIsAlive } from '../../longhaul/engine/fleet/process-identity.ts';
import { startTestEngine, temporaryFolder, until } from './fleet-fixture.ts';
import type { Jobs } from './fleet-resources.ts';

/** An engine that can be killed, and clients of it. */
async function startVictim(folder: string, jobs: Jobs) {
  const script = join(import.meta.dirname, 'fleet-engine.ts');
  const engine = spawn(process.execPath, [script, folder, JSON.stringify(jobs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void engine.kill('SIGKILL'));
  const [endpoint] = (await once(createInterface(engine.stdout), 'line')) as [string];
  const config = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  const kill = async () => {
    engine.kill('SIGKILL');
    await once(engine, 'exit');
  };
  return { batch: new BatchClient(config), ecs: new ECSClient(config), kill };
}

/** Each container writes the id of its process group into a file of its own. */
const LONG = { run: 'echo $$ > "$MARK"; sleep 1000' };

const mark = (value: string) => [{ name: 'MARK', value }];
const groupIn = (folder: string, file: string) =>
  until(() => {
    const path = join(folder, file);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    expect(text).toMatch(/^\d+\n$/);
    return Number(text);
  });

const NETWORK = { awsvpcConfiguration: { subnets: ['subnet-1'] } };

test('What ran when the engine was killed has lost its host for the next one, and nothing of it is left', async () => {
  const folder = temporaryFolder();
  const jobs = { long: LONG };
  const victim = await startVictim(folder, jobs);
  const submit = async (jobQueue: string) => {
    const containerOverrides = { environment: mark(jobQueue) };
    const input = { jobName: 'job', jobQueue, jobDefinition: 'long', containerOverrides };
    return (await victim.batch.send(new SubmitJobCommand(input))).jobId!;
  };
  const run = async (capacityProvider: string) => {
    const overrides = { containerOverrides: [{ name: 'job', environment: mark(capacityProvider) }] };
    const capacityProviderStrategy = [{ capacityProvider, weight: 1 }];
    const input = { cluster: 'jobs', taskDefinition: 'long', networkConfiguration: NETWORK };
    const command = new RunTaskCommand({ ...input, overrides, capacityProviderStrategy });
    return (await victim.ecs.send(command)).tasks![0]!.taskArn!;
  };
  const batchJobs = { spot: await submit('spot'), onDemand: await submit('on-demand'), ec2: await submit('ec2') };
  const tasks = { spot: await run('FARGATE_SPOT'), onDemand: await run('FARGATE') };
  const files = ['spot', 'on-demand', 'ec2', 'FARGATE_SPOT', 'FARGATE'];
  const groups = await Promise.all(files.map((file) => groupIn(folder, file)));
  await until(async () => {
    const { jobs: found } = await victim.batch.send(new DescribeJobsCommand({ jobs: Object.values(batchJobs) }));
    expect(found!.map(({ status }) => status)).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
  });
  await victim.kill();
  expect(groups.map(groupIsAlive), 'they outlive the engine').toEqual([true, true, true, true, true]);

  const { batch, ecs } = await startTestEngine({ folder, jobs });
  await until(() => expect(groups.filter(groupIsAlive)).toEqual([]));
  expect(batch.store.get(batchJobs.spot)).toMatchObject({
    status: 'FAILED',
    statusReason: 'Your Spot Task was interrupted.',
  });
  expect(batch.store.get(batchJobs.onDemand)).toMatchObject({
    status: 'FAILED',
    statusReason: 'ECS is performing maintenance on the underlying infrastructure hosting the task',
  });
  expect(batch.store.get(batchJobs.ec2)!.statusReason).toMatch(/^Host EC2 \(instance i-\w{17}\) terminated\.$/);
  expect(batch.store.get(batchJobs.spot)!.container!.exitCode).toBeUndefined();
  expect(ecs.store.get(tasks.spot)).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'SpotInterruption' });
  expect(ecs.store.get(tasks.onDemand)).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'TerminationNotice' });
});

test('What waited when the engine was killed is run by the next one', async () => {
  const folder = temporaryFolder();
  const jobs = { long: LONG, short: { run: 'echo done' } };
  const victim = await startVictim(folder, jobs);
  const resourceRequirements = [{ type: 'VCPU' as const, value: '2' }];
  const submit = async (jobDefinition: string) => {
    const containerOverrides = { environment: mark('long'), resourceRequirements };
    const input = { jobName: 'job', jobQueue: 'spot', jobDefinition, containerOverrides };
    return (await victim.batch.send(new SubmitJobCommand(input))).jobId!;
  };
  await submit('long');
  await groupIn(folder, 'long');
  const waiting = await submit('short');
  await until(async () => {
    const { jobs: found } = await victim.batch.send(new DescribeJobsCommand({ jobs: [waiting] }));
    expect(found).toMatchObject([{ status: 'RUNNABLE' }]);
  });
  await victim.kill();

  const { batch, logs } = await startTestEngine({ folder, jobs });
  expect(await batch.store.ended(waiting)).toMatchObject({ status: 'SUCCEEDED' });
  expect(logs.lines()).toEqual(['done']);
});

test('What an engine ends by its own close has lost its host for the next one, whatever it exits with', async () => {
  const folder = temporaryFolder();
  const command = "trap 'exit 0' TERM; echo ready; while true; do sleep 0.1; done";
  const jobs = { long: { container: { Command: ['/bin/sh', '-c', command] } } };
  const first = await startTestEngine({ folder, jobs });
  const jobId = first.batch.submit({ jobName: 'job', jobQueue: 'spot', jobDefinition: 'long' }).jobId!;
  await until(() => expect(first.logs.lines()).toContain('ready'));
  await first.close();

  const second = await startTestEngine({ folder, jobs });
  expect(await second.batch.store.ended(jobId)).toMatchObject({
    status: 'FAILED',
    statusReason: 'Your Spot Task was interrupted.',
  });
  expect(second.fleet.running()).toEqual([]);
});

test('A job whose definition is gone from the template fails, and says so', async () => {
  const folder = temporaryFolder();
  const first = await startTestEngine({ folder, jobs: { old: { run: 'echo ready; sleep 1000' } } });
  const jobId = first.batch.submit({ jobName: 'job', jobQueue: 'spot', jobDefinition: 'old' }).jobId!;
  await until(() => expect(first.logs.lines()).toContain('ready'));
  await first.close();
  const second = await startTestEngine({ folder, jobs: {} });
  expect(second.batch.store.get(jobId)).toMatchObject({
    status: 'FAILED',
    statusReason: expect.stringContaining('job-definition/old:1 not found'),
  });
});
