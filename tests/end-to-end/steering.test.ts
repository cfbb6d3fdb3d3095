import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { type Driver, type LogLine, stepFunctionsDriver } from 'longhaul';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describedInWords } from '../../longhaul/cli/described.ts';
import { engineOf, misbehaving, temporaryDirectory, until } from './engine.ts';
import { sweepSpotQueue } from './spot-queue.ts';

/** Steering by the client's driver: what it sends are real requests to the engine's endpoint. */
let engine: Engine;
let driver: Driver;
beforeAll(async () => {
  engine = await engineOf(misbehaving, { dataDirectory: await temporaryDirectory(afterAll) });
  driver = driverOf(120);
});
afterAll(() => engine.close());

function driverOf(resumePatienceSeconds: number): Driver {
  const { StateMachineArn: stateMachineArn, ArtifactsBucketName: artifactsBucket } = engine.outputs;
  return stepFunctionsDriver({
    stack: { stateMachineArn: stateMachineArn!, artifactsBucket: artifactsBucket! },
    aws: engine.aws,
    resumePatienceSeconds,
  });
}

let count = 0;
async function start(job: string, event: object = {}): Promise<string> {
  const identity = [`steering ${++count}`];
  const { id } = await driver.start({
    job,
    event: JSON.stringify(event),
    identity,
    source: 'test',
    onDuplicate: 'return',
  });
  return id;
}

async function byHand(name: string, input: object): Promise<string> {
  const { StateMachineArn: stateMachineArn } = engine.outputs;
  await new SFNClient(engine.aws).send(
    new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
  );
  return name;
}

const ended = (id: string) =>
  until(async () => {
    const description = await driver.describe(id);
    return description.status !== 'RUNNING' && description;
  });

const done = ({ progress }: { progress?: unknown }) => (progress as { done?: number } | undefined)?.done ?? 0;
const progressBeyond = (id: string, least: number) =>
  until(async () => {
    const description = await driver.describe(id);
    return done(description) >= least && description;
  });

async function follow(id: string, limit?: number): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  let cursor: string | undefined;
  await until(async () => {
    const page = await driver.logs(id, { ...(limit && { limit }), ...(cursor && { cursor }) });
    if (limit) expect(page.lines.length).toBeLessThanOrEqual(limit);
    lines.push(...page.lines);
    ({ cursor } = page);
    return page.complete;
  });
  return lines;
}

describe('logs', () => {
  test('of an interruption and what followed it are one log, the same in pages of any size', async () => {
    const id = await start('counter', { to: 20, untilInterruptions: 1 });
    const following = follow(id);
    await progressBeyond(id, 1);
    await engine.interrupt(id);
    await ended(id);
    const whole = await follow(id);
    expect(new Set(whole.map(({ launch }) => launch))).toEqual(new Set([1, 2]));
    expect(whole.map(({ launch }) => launch)).toEqual(whole.map(({ launch }) => launch).sort());
    expect(await following).toEqual(whole);
    expect(await follow(id, 3)).toEqual(whole);
  });

  test('show every attempt of a job that fails', async () => {
    const id = await start('counter', { to: 1, fails: true });
    expect(await ended(id)).toMatchObject({ status: 'FAILED', reason: 'It was told to fail', attempt: 2 });
    expect(new Set((await follow(id)).map(({ launch }) => launch))).toEqual(new Set([1, 2]));
  });

  test('of an execution that waits for its start are empty, and not complete', async () => {
    const id = await byHand('tomorrow', { job: 'plain', startAt: new Date(Date.now() + 86_400_000).toISOString() });
    const page = await driver.logs(id, {});
    expect(page).toEqual({ lines: [], cursor: expect.any(String), complete: false });
    expect(await driver.describe(id)).toMatchObject({
      attempt: 0,
      waitingFor: expect.stringMatching(/^its start at 20/),
    });
    await driver.stop(id);
    expect(await driver.logs(id, { cursor: page.cursor })).toMatchObject({ lines: [], complete: true });
  });

  test('of an ECS task are there as well', async () => {
    const id = await start('plain', { hello: 'world' });
    expect(await follow(id)).toMatchObject([{ message: '{"hello":"world"}', launch: 1 }]);
  });
});

describe('stop and resume', () => {
  test('stop ends the container with its checkpoint saved, and resume goes on from there', async () => {
    const gate = path.join(await temporaryDirectory(), 'gate');
    const id = await start('counter', { to: 20, gate });
    await progressBeyond(id, 1);
    await driver.stop(id, 'enough for today');
    const stopped = await ended(id);
    expect(stopped).toMatchObject({ status: 'ABORTED', error: 'Job.Stopped', reason: 'enough for today' });

    await writeFile(gate, '');
    const resumed = await driver.resume(id);
    expect(resumed).toEqual({ id: `${id}-r1`, started: true });
    expect(engine.fleet.running().filter(({ executionId }) => executionId === id)).toEqual([]);
    const { status, resumes } = await ended(resumed.id);
    expect({ status, resumes }).toEqual({ status: 'SUCCEEDED', resumes: id });
    expect(await driver.result(resumed.id)).toEqual({ first: 1, count: 20 });
    expect(await driver.describe(id)).toMatchObject({ resumedAs: resumed.id, container: { status: 'FAILED' } });
    // The log of the stopped one holds what its container wrote while it was stopping.
    expect((await follow(id)).length).toBeGreaterThan(0);
  });

  test('resuming twice starts one execution; what was resumed and stopped is resumed under the next number', async () => {
    const id = await start('counter', { to: 1_000_000 });
    await progressBeyond(id, 1);
    await driver.stop(id);
    const both = await Promise.all([driver.resume(id), driver.resume(id)]);
    expect(both.map((one) => one.id)).toEqual([`${id}-r1`, `${id}-r1`]);
    expect(both.filter(({ started }) => started)).toHaveLength(1);
    // Until it has begun, a job hears no SIGTERM.
    await progressBeyond(`${id}-r1`, done(await driver.describe(id)) + 1);
    const again = { id: `${id}-r1`, started: false };
    expect(await driver.resume(id)).toEqual(again);
    await driver.stop(`${id}-r1`);
    expect(await driver.resume(id)).toEqual(again);
    expect(await driver.resume(`${id}-r1`)).toEqual({ id: `${id}-r2`, started: true });
    expect(await driver.describe(`${id}-r2`)).toMatchObject({ resumes: id });
    await driver.stop(`${id}-r2`);
  });

  test('what was stopped before its start still waits for it when it is resumed', async () => {
    const startAt = new Date(Date.now() + 86_400_000).toISOString();
    const id = await byHand('in-a-day', { job: 'plain', startAt });
    await driver.stop(id);
    await driver.resume(id);
    const waiting = await until(async () => (await driver.describe(`${id}-r1`)).waitingFor);
    expect(waiting).toBe(`its start at ${startAt}`);
    await driver.stop(`${id}-r1`);
  });

  test('what runs or has succeeded is not resumed', async () => {
    const id = await start('plain', { forever: true });
    await expect(driver.resume(id)).rejects.toMatchObject({ name: 'ExecutionStateError', retryable: false });
    await driver.stop(id);
    const finished = await start('plain');
    await ended(finished);
    await expect(driver.resume(finished)).rejects.toThrow(/has succeeded/);
    await driver.stop(finished);
    expect(await driver.describe(finished)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('while the stopped container still has time to save, resume says to come back', async () => {
    const gate = path.join(await temporaryDirectory(), 'gate');
    const id = await start('counter', { to: 20, gate, deaf: true });
    await progressBeyond(id, 1);
    await driver.stop(id);
    await expect(driverOf(0).resume(id)).rejects.toMatchObject({ name: 'ExecutionStateError', retryable: true });
    await writeFile(gate, '');
    expect(await driver.resume(id)).toMatchObject({ started: true });
    await driver.stop(`${id}-r1`);
  });

  test('an execution that is not there is told from all others', async () => {
    for (const ask of [
      () => driver.describe('nobody'),
      () => driver.logs('nobody', {}),
      () => driver.stop('nobody'),
      () => driver.resume('nobody'),
      () => driver.result('nobody'),
    ]) {
      await expect(ask()).rejects.toMatchObject({ name: 'UnknownExecutionError', id: 'nobody' });
    }
  });
});

describe('why', () => {
  test('it runs on demand: Spot was taken away as often as the job allows', async () => {
    const id = await start('counter', { to: 1_000_000 });
    for (const interruptions of [0, 1]) {
      await until(async () => {
        const { progress, capacity } = await driver.describe(id);
        return (
          capacity === 'spot' && (progress as { interruptions?: number } | undefined)?.interruptions === interruptions
        );
      });
      await engine.interrupt(id);
    }
    const description = await until(async () => {
      const seen = await driver.describe(id);
      return seen.container?.status === 'RUNNING' && seen.capacity === 'onDemand' && seen;
    });
    expect(description.capacityReason).toMatch(/taken away 2 times, and the job allows 2/);
    await driver.stop(id);
  });

  test('it does not run yet: there is no capacity', async () => {
    for (const kind of ['spot', 'on-demand'] as const) engine.fleet.capacity.set(kind, 'unavailable');
    const id = await start('counter', { to: 1 });
    await until(async () => (await sweepSpotQueue(engine, { waitSeconds: 0, maxVcpus: 4 })).length > 0);
    const waiting = await until(async () => {
      const seen = await driver.describe(id);
      return seen.capacity === 'onDemand' && seen.container?.status === 'RUNNABLE' && seen;
    });
    expect(waiting).toMatchObject({
      container: { backend: 'batch', waitingFor: expect.stringMatching(/its turn in the queue, .*, or capacity/) },
      capacityReason: 'No Spot capacity was to be had: the rest runs on demand',
    });
    expect(await driver.logs(id, {})).toMatchObject({ lines: [], complete: false });
    for (const kind of ['spot', 'on-demand'] as const) engine.fleet.capacity.set(kind, 'available');
    expect(await ended(id)).toMatchObject({ status: 'SUCCEEDED', container: { exitCode: 0 } });
  });
});

describe('a job that had done its work when its capacity was taken away', () => {
  test('was interrupted once, in its first attempt, and the start after that only published its result', async () => {
    const id = await start('counter', { to: 20, untilInterruptions: 1, deaf: true });
    await progressBeyond(id, 1);
    await engine.interrupt(id);
    const description = await ended(id);
    expect(description).toMatchObject({
      status: 'SUCCEEDED',
      attempt: 1,
      interruptions: 1,
      capacity: 'spot',
      container: { exitCode: 0 },
      progress: { done: 19, total: 20, interruptions: 0 },
      result: { first: 0, count: 20 },
    });
    const lines = (await follow(id)).map(({ message }) => message);
    expect(lines.filter((line) => line.includes('Job done'))).toHaveLength(2);
    expect(lines.filter((line) => line.includes('only its result is left to publish'))).toHaveLength(1);
    expect(describedInWords(description, { data: '.aws-sam/longhaul' }, { width: 80 })).toMatch(
      /succeeded after .*, attempt 1 of 2, interrupted once/,
    );
  });
});
