import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BatchClient, ListJobsCommand } from '@aws-sdk/client-batch';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Engine, ExecutionNews } from 'longhaul/engine';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  artifact,
  ended,
  engineOf,
  id,
  misbehaving,
  start,
  statesEntered,
  temporaryDirectory,
  until,
} from './engine.ts';
import { sweepSpotQueue } from './spot-queue.ts';

let engine: Engine;
const news: ExecutionNews[] = [];
const newsOf = (arn: string) => news.filter((one) => one.id === id(arn));
beforeAll(async () => {
  const onExecution = (one: ExecutionNews) => news.push(one);
  engine = await engineOf(misbehaving, { dataDirectory: await temporaryDirectory(afterAll), onExecution });
});
afterAll(() => engine.close());

interface Progress {
  done: number;
  interruptions: number;
}

const progressBeyond = (arn: string, done: number) =>
  until(async () => {
    const progress = await artifact<Progress>(engine, arn, 'progress.json');
    return progress && progress.done >= done && progress;
  });

test('a job that is told to stop saves its checkpoint, and the next container continues from it', async () => {
  const arn = await start(engine, { job: 'counter', event: { to: 20, untilInterruptions: 1 } });
  await progressBeyond(arn, 1);
  await engine.interrupt(id(arn));
  const execution = await ended(engine, arn);
  expect(execution).toMatchObject({ status: 'SUCCEEDED' });
  expect(JSON.parse(execution.output!)).toMatchObject({ attempts: 1, interruptions: 1, capacity: 'spot' });
  expect(newsOf(arn)).toEqual([
    { id: id(arn), what: 'started', source: undefined },
    { id: id(arn), what: 'interrupted', interruptions: 1, capacity: 'spot' },
    { id: id(arn), what: 'ended', status: 'SUCCEEDED', reason: undefined, seconds: expect.any(Number) },
  ]);
  // It came to 2 when it was told.
  expect(await artifact(engine, arn, 'result.json')).toEqual({ first: 2, count: 20 });
});

test('a job that hears no SIGTERM is killed, and the next container continues from the last checkpoint that was written', async () => {
  const dataDirectory = await temporaryDirectory();
  const engine = await engineOf(misbehaving, { dataDirectory, longestStopTimeoutSeconds: 1 });
  onTestFinished(() => engine.close());
  const arn = await start(engine, { job: 'counter', event: { to: 20, blockAt: 5 } });
  // The container blocks its event loop after this checkpoint; what it set later was never written.
  await until(async () => (await artifact<{ state: number }>(engine, arn, 'checkpoint/state.json'))?.state === 5);
  await engine.interrupt(id(arn));
  expect(await ended(engine, arn)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await artifact(engine, arn, 'result.json')).toEqual({ first: 5, count: 20 });
});

test('a job that finishes its work in the time that it is left has finished', async () => {
  const arn = await start(engine, { job: 'counter', event: { to: 20, untilInterruptions: 1, deaf: true } });
  await progressBeyond(arn, 1);
  await engine.interrupt(id(arn));
  const execution = await ended(engine, arn);
  expect(execution).toMatchObject({ status: 'SUCCEEDED' });
  // The first container did it all: nobody began again at 0.
  expect(await artifact(engine, arn, 'result.json')).toEqual({ first: 0, count: 20 });
});

test('after maxInterruptions the rest runs on demand, where no capacity is taken away', async () => {
  const gate = path.join(await temporaryDirectory(), 'gate');
  const arn = await start(engine, { job: 'counter', event: { to: 20, gate } });
  for (const interruptions of [0, 1]) {
    await until(async () => {
      const progress = await artifact<Progress>(engine, arn, 'progress.json');
      return progress?.interruptions === interruptions;
    });
    await engine.interrupt(id(arn));
  }
  await until(async () => (await artifact<Progress>(engine, arn, 'progress.json'))?.interruptions === 2);
  await expect(engine.interrupt(id(arn))).rejects.toThrow(/on-demand/);
  await writeFile(gate, '');
  expect(JSON.parse((await ended(engine, arn)).output!)).toMatchObject({
    attempts: 1,
    interruptions: 2,
    capacity: 'onDemand',
  });
});

test('a job that runs over its timeout is a failed attempt, not an interruption', async () => {
  const arn = await start(engine, { job: 'short', event: { to: 100_000 } });
  const execution = await ended(engine, arn);
  expect(execution).toMatchObject({ status: 'FAILED', error: 'Job.TimedOut' });
  expect(JSON.parse(execution.cause!)).toMatchObject({ attempt: 2, interruptions: 0 });
  expect((await statesEntered(engine, arn)).filter((state) => state === 'RunOnBatch')).toHaveLength(2);
  expect(newsOf(arn).slice(1)).toMatchObject([
    { what: 'retried', attempt: 2, maxAttempts: 2, capacity: 'spot' },
    { what: 'ended', status: 'FAILED', reason: expect.stringContaining('2 seconds') },
  ]);
});

test('a plain container that exits 0 because it was told to stop is started again', async () => {
  const arn = await start(engine, { job: 'plain', event: 'forever' });
  await until(async () => engine.fleet.running().some(({ executionId }) => executionId === id(arn)));
  // Its shell must have come to the trap.
  await until(async () => (await logged(arn)).includes('forever'));
  await engine.interrupt(id(arn));
  await until(async () => (await statesEntered(engine, arn)).filter((state) => state === 'RunOnEcs').length === 2);
  expect(await statesEntered(engine, arn)).toContain('CountInterruption');
  await stop(arn);
});

test('stopping an execution stops its container', async () => {
  const arn = await start(engine, { job: 'counter', event: { to: 100_000 } });
  await progressBeyond(arn, 1);
  await stop(arn);
  expect(await ended(engine, arn)).toMatchObject({ status: 'ABORTED', error: 'Stopped', cause: 'by hand' });
  await until(async () => !engine.fleet.running().some(({ executionId }) => executionId === id(arn)));
});

describe('without Spot capacity', () => {
  const maxVcpus = 4; // of the project's template
  const waiting = () => waitingJobs(engine);

  test('a Batch job waits for SpotWaitSeconds, and then runs on demand', async () => {
    engine.fleet.capacity.set('spot', 'unavailable');
    onTestFinished(() => engine.fleet.capacity.set('spot', 'available'));
    const arn = await start(engine, { job: 'counter', event: { to: 1 } });
    await until(async () => (await waiting()) === 1);
    expect(await sweepSpotQueue(engine, { waitSeconds: 600, maxVcpus })).toEqual([]);
    expect(await sweepSpotQueue(engine, { waitSeconds: 600, maxVcpus })).toEqual([]);
    expect(await sweepSpotQueue(engine, { waitSeconds: 0, maxVcpus })).toHaveLength(1);
    expect(JSON.parse((await ended(engine, arn)).output!)).toMatchObject({
      attempts: 1,
      interruptions: 0,
      capacity: 'onDemand',
    });
  });

  test('a Batch job that waits only because the vCPUs of its queue are in use does not move', async () => {
    const gate = path.join(await temporaryDirectory(), 'gate');
    const jobs = await Promise.all(
      Array.from({ length: maxVcpus + 1 }, () => start(engine, { job: 'counter', event: { to: 20, gate } })),
    );
    await until(async () => engine.fleet.running().length === maxVcpus && (await waiting()) === 1);
    engine.fleet.capacity.set('spot', 'unavailable');
    onTestFinished(() => engine.fleet.capacity.set('spot', 'available'));
    expect(await sweepSpotQueue(engine, { waitSeconds: 0, maxVcpus })).toEqual([]);
    engine.fleet.capacity.set('spot', 'available');
    await writeFile(gate, '');
    const outputs = await Promise.all(jobs.map(async (arn) => JSON.parse((await ended(engine, arn)).output!)));
    expect(outputs.map(({ capacity }) => capacity)).toEqual(jobs.map(() => 'spot'));
  });
});

test('a job that is larger than its compute environment fails before it is launched, with the reason in words', async () => {
  const execution = await ended(engine, await start(engine, { job: 'giant' }));
  expect(execution).toMatchObject({ status: 'FAILED', error: 'Job.LaunchFailed' });
  expect(JSON.parse(execution.cause!).reason).toMatch(/needs more vCPUs than its compute environment may have/);
});

test('an input that does not fit the job ends as rejected, with the reason, and lands on the FailedJobs queue', async () => {
  const arn = await start(engine, { job: 'counter', event: { to: 'many' } });
  const execution = await ended(engine, arn);
  expect(execution).toMatchObject({ status: 'FAILED', error: 'Job.Rejected' });
  expect(JSON.parse(execution.cause!)).toMatchObject({
    reason: expect.stringMatching(/to.*number/),
    exitCode: 65,
    attempt: 1,
  });
  const messages = await failedJobs();
  expect(messages).toContainEqual({
    id: id(arn),
    job: 'counter',
    error: 'Job.Rejected',
    cause: JSON.parse(execution.cause!),
  });
});

/** How many jobs of the Spot queue are RUNNABLE. */
async function waitingJobs({ aws, outputs }: Engine): Promise<number> {
  const list = new ListJobsCommand({ jobQueue: outputs.SpotQueueArn, jobStatus: 'RUNNABLE' });
  return (await new BatchClient(aws).send(list)).jobSummaryList?.length ?? 0;
}

async function logged(arn: string): Promise<string> {
  const { CloudWatchLogsClient, FilterLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  const logs = new CloudWatchLogsClient(engine.aws);
  const { events = [] } = await logs
    .send(new FilterLogEventsCommand({ logGroupName: '/jobs/plain' }))
    .catch(() => ({ events: [] }));
  return arn && events.map(({ message }) => message).join('\n');
}

async function stop(executionArn: string): Promise<void> {
  const { SFNClient, StopExecutionCommand } = await import('@aws-sdk/client-sfn');
  await new SFNClient(engine.aws).send(new StopExecutionCommand({ executionArn, error: 'Stopped', cause: 'by hand' }));
}

async function failedJobs(): Promise<unknown[]> {
  const sqs = new SQSClient(engine.aws);
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: engine.outputs.FailedJobsUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
  );
  return Messages.map(({ Body }) => JSON.parse(Body!));
}
