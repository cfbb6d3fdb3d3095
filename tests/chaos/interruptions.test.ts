import path from 'node:path';
import fc from 'fast-check';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { artifact, ended, engineOf, id, misbehaving, start, temporaryDirectory, until } from '../end-to-end/engine.ts';
import { furthest, lostWork, processed, readTrail, type Start } from './trail.ts';

/** `npm run chaos` runs 200; another seed makes other ones. */
const EXECUTIONS = Number(process.env.CHAOS_EXECUTIONS ?? 8);
const SEED = Number(process.env.CHAOS_SEED ?? 20261122);
/** As many as the capacity of the stack has room for. */
const AT_ONCE = 4;
const RECORDS = 4000;
/** The job's checkpoint interval, and what a write to S3 may take on a busy machine. */
const INTERVAL = 500;
const WRITE = 1500;

let engine: Engine;
let directory: string;
beforeAll(async () => {
  directory = await temporaryDirectory(afterAll);
  // The stop timeout that the job is told: on a busy machine it may need it.
  engine = await engineOf(misbehaving, { dataDirectory: path.join(directory, 'data'), longestStopTimeoutSeconds: 30 });
});
afterAll(() => engine.close());

/** What an undisturbed run delivers. */
function undisturbed(seed: number): number {
  let sum = seed;
  for (let record = 0; record < RECORDS; record++) sum = (Math.imul(sum ^ record, 0x9e3779b1) + 0x7f4a7c15) >>> 0;
  return sum;
}

/** At how many records the capacity is taken away: 0 is before the job has begun. Up to the spec's maxInterruptions. */
const disturbances = fc.record({
  seed: fc.nat(),
  points: fc.array(fc.nat(RECORDS - 1), { minLength: 1, maxLength: 3 }),
});

async function run(how: 'notice' | 'crash', { seed, points }: { seed: number; points: number[] }): Promise<Start[]> {
  const trail = path.join(directory, `${how}-${seed}-${points.join('-')}`);
  const arn = await start(engine, { job: 'tally', event: { seed, records: RECORDS, trail } });
  let interruptions = 0;
  let over = false;
  const end = ended(engine, arn).finally(() => {
    over = true;
  });
  for (const point of points.toSorted((one, other) => one - other)) {
    const due = await until(async () => over || runs(arn, readTrail(trail), interruptions, point));
    if (due === true) break; // it was done before anybody looked
    await engine.interrupt(id(arn), how);
    interruptions++;
  }
  const execution = await end;
  const label = `${how} at ${points.join(', ')}`;
  expect(execution, label).toMatchObject({ status: 'SUCCEEDED' });
  expect(JSON.parse(execution.output!), label).toMatchObject({ attempts: 1, interruptions });
  expect(await artifact(engine, arn, 'result.json'), label).toMatchObject({ sum: undisturbed(seed) });
  return readTrail(trail);
}

/** Whether the container of this launch is there and has come to the point. */
function runs(arn: string, starts: Start[], interruptions: number, point: number): 'due' | false {
  const container = engine.fleet.running().find(({ executionId }) => executionId === id(arn));
  if (!container) return false;
  if (point === 0) return 'due';
  return starts.some((one) => one.interruptions === interruptions) && furthest(starts) >= point ? 'due' : false;
}

async function storm(how: 'notice' | 'crash'): Promise<Start[][]> {
  const plans = fc.sample(disturbances, { numRuns: EXECUTIONS / 2, seed: SEED });
  const trails: Start[][] = [];
  const worker = async () => {
    for (let plan = plans.pop(); plan; plan = plans.pop()) trails.push(await run(how, plan));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return trails;
}

const TIME_LIMIT = 120_000 + EXECUTIONS * 15_000;

test(
  'however often a job is told to stop, its result is that of an undisturbed run, and nothing is done twice',
  async () => {
    const trails = await storm('notice');
    const ratio = trails.reduce((sum, starts) => sum + processed(starts), 0) / (trails.length * RECORDS);
    console.log(`SIGTERM: ${summary(trails)}; records processed over records in the input: ${ratio.toFixed(4)}`);
    expect(ratio).toBeGreaterThanOrEqual(1);
    expect(ratio).toBeLessThanOrEqual(1.02);
  },
  TIME_LIMIT,
);

test(
  'however often a job is killed, its result is that of an undisturbed run, and it loses a checkpoint interval at most',
  async () => {
    const trails = await storm('crash');
    const lost = trails.flatMap(lostWork);
    const mean = lost.reduce((sum, one) => sum + one, 0) / lost.length;
    const ratio = trails.reduce((sum, starts) => sum + processed(starts), 0) / (trails.length * RECORDS);
    console.log(
      `SIGKILL: ${summary(trails)}; lost by one: ${Math.round(mean)} ms on average, ${Math.max(...lost)} ms at most ` +
        `(interval ${INTERVAL} ms); records processed over records in the input: ${ratio.toFixed(4)}`,
    );
    expect(Math.max(...lost)).toBeLessThanOrEqual(INTERVAL + WRITE);
  },
  TIME_LIMIT,
);

const summary = (trails: Start[][]): string =>
  `${trails.length} executions, ${trails.reduce((sum, starts) => sum + starts.length - 1, 0)} interruptions of their work`;
