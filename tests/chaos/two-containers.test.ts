import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
} from '../end-to-end/engine.ts';
import { furthest, readTrail } from './trail.ts';

let engine: Engine;
let directory: string;
beforeAll(async () => {
  directory = await temporaryDirectory(afterAll);
  engine = await engineOf(misbehaving, { dataDirectory: path.join(directory, 'data') });
});
afterAll(() => engine.close());

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test("of two containers at once, the one that was cut off and comes back is refused, and the result is the newer one's", async () => {
  const trail = path.join(directory, 'trail');
  const arn = await start(engine, { job: 'tally', event: { seed: 1, records: 6000, trail, ledger: true } });
  await until(async () => furthest(readTrail(trail)) > 500);
  const older = readTrail(trail)[0]!.pid;

  process.kill(older, 'SIGSTOP');
  await engine.interrupt(id(arn), 'cut-off');
  interface Entry {
    launch: { interruptions: number };
    state?: { next: number };
  }
  // The newer one has taken over and saved something of its own.
  await until(async () => {
    const entry = await artifact<Entry>(engine, arn, 'checkpoint/state.json');
    const newer = readTrail(trail)[1]?.records[0]?.index;
    return entry?.launch.interruptions === 1 && newer !== undefined && (entry.state?.next ?? 0) > newer;
  });
  // It is still there when the older one has gone, however long that takes.
  const newer = readTrail(trail)[1]!.pid;
  process.kill(newer, 'SIGSTOP');
  process.kill(older, 'SIGCONT');
  await until(async () => !isAlive(older));
  // It was there at the same time as the newer one.
  expect(engine.fleet.running().map(({ executionId }) => executionId)).toEqual([id(arn)]);
  expect(await logged()).toContain('Stopped without writing anything more');
  process.kill(newer, 'SIGCONT');

  expect(await ended(engine, arn)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await artifact(engine, arn, 'result.json')).toMatchObject({ interruptions: 1 });
  expect(await artifact(engine, arn, 'error.json')).toBeUndefined();
});

/** The processes that have stopped themselves before they published a result, in that order. */
const frozen = (file: string): number[] =>
  existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean).map(Number) : [];

const isStopped = (pid: number): boolean =>
  spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
    .stdout.trim()
    .startsWith('T');

test('a result that the older one publishes while the newer one holds it is published once, and fails nobody', async () => {
  const [trail, freezes] = [path.join(directory, 'trail-of-results'), path.join(directory, 'frozen')];
  const arn = await start(engine, { job: 'tally', event: { seed: 2, records: 100, trail, freezes } });
  await until(async () => frozen(freezes).length === 1 && isStopped(frozen(freezes)[0]!));
  await engine.interrupt(id(arn), 'cut-off');
  await until(async () => frozen(freezes).length === 2 && isStopped(frozen(freezes)[1]!));
  const [older, newer] = frozen(freezes) as [number, number];

  process.kill(older, 'SIGCONT');
  await until(async () => !isAlive(older));
  process.kill(newer, 'SIGCONT');

  expect(await ended(engine, arn)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await artifact(engine, arn, 'result.json')).toMatchObject({ interruptions: 0 });
  // Nobody worked again, and no third container was needed.
  expect(readTrail(trail)).toHaveLength(1);
  expect((await statesEntered(engine, arn)).filter((name) => name === 'RunOnBatch')).toHaveLength(2);
});

async function logged(): Promise<string> {
  const logs = new CloudWatchLogsClient(engine.aws);
  const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: '/jobs/tally' }));
  return events.map(({ message }) => message).join('\n');
}
