import path from 'node:path';
import fc from 'fast-check';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { artifact, ended, engineOf, id, misbehaving, start, temporaryDirectory, until } from '../end-to-end/engine.ts';
import { lacking, named } from '../python/python.ts';
import { furthest, type Loss, losses, processed, readTrail, type Start } from './trail.ts';
import { undisturbed } from './undisturbed.ts';

/** `npm run chaos` runs 200; another seed makes other ones. */
const EXECUTIONS = Number(process.env.CHAOS_EXECUTIONS ?? 10);
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
  engine = await engineOf(misbehaving, { dataDirectory: path.join(directory, 'data') });
});
afterAll(() => engine.close());

const SIGNALS = { SIGTERM: 'notice', SIGKILL: 'crash' } as const;
type Signal = keyof typeof SIGNALS;
/** At how many records the capacity is taken away: 0 is before the job has begun, all of them while it ends. */
interface Disturbance {
  at: number;
  by: Signal;
}
interface Plan {
  seed: number;
  /** With a file in the checkpoint. */
  ledger: boolean;
  /** Up to the spec's maxInterruptions. */
  disturbances: Disturbance[];
}
interface Run {
  plan: Plan;
  starts: Start[];
  /** How many records were in the checkpoint when each interruption came. */
  stored: number[];
}

const plans = (...signals: Signal[]): fc.Arbitrary<Plan> => {
  const at = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: RECORDS - 1 }) },
    { weight: 1, arbitrary: fc.constantFrom(0, RECORDS) },
  );
  const disturbance = fc.record({ at, by: fc.constantFrom(...signals) });
  return fc.record({
    seed: fc.nat(),
    ledger: fc.boolean(),
    disturbances: fc
      .array(disturbance, { minLength: 1, maxLength: 3 })
      .map((all) => all.toSorted((one, other) => one.at - other.at)),
  });
};

async function run(job: string, plan: Plan): Promise<Run> {
  const { seed, ledger, disturbances } = plan;
  const label = `${job} ${seed}${ledger ? ' with files' : ''}, ${disturbances.map(({ at, by }) => `${by} at ${at}`).join(', ')}`;
  const trail = path.join(directory, label);
  const arn = await start(engine, { job, event: { seed, records: RECORDS, trail, ledger } });
  const stored: number[] = [];
  let over = false;
  const end = ended(engine, arn).finally(() => {
    over = true;
  });
  for (const { at, by } of disturbances) {
    const due = await until(async () => over || runs(arn, readTrail(trail), stored.length, at));
    if (due === true) break; // it was done before anybody looked
    const checkpoint = artifact<{ state?: { next: number } }>(engine, arn, 'checkpoint/state.json');
    // At its very end the container may be gone by now.
    const hit = engine.interrupt(id(arn), SIGNALS[by]).then(
      () => true,
      () => false,
    );
    const [next, done] = await Promise.all([checkpoint.then((entry) => entry?.state?.next), hit]);
    if (!done) break;
    stored.push(next ?? 0);
  }
  const execution = await end;
  expect(execution, label).toMatchObject({ status: 'SUCCEEDED' });
  const { attempts, interruptions } = JSON.parse(execution.output!);
  expect(attempts, label).toBe(1);
  // What comes while the container ends by itself may have come to nothing.
  expect(interruptions, label).toBeLessThanOrEqual(stored.length);
  expect(interruptions, label).toBeGreaterThanOrEqual(
    disturbances.slice(0, stored.length).filter(({ at }) => at < 0.9 * RECORDS).length,
  );
  expect(await artifact(engine, arn, 'result.json'), label).toMatchObject(undisturbed(seed, RECORDS, ledger));
  return { plan, starts: readTrail(trail), stored };
}

/** Whether the container of this launch is there and has come to the point. */
function runs(arn: string, starts: Start[], interruptions: number, point: number): 'due' | false {
  const container = engine.fleet.running().find(({ executionId }) => executionId === id(arn));
  if (!container) return false;
  if (point === 0) return 'due';
  return starts.some((one) => one.interruptions === interruptions) && furthest(starts) >= point ? 'due' : false;
}

async function storm(job: string, all: Plan[]): Promise<Run[]> {
  const waiting = [...all];
  const runs: Run[] = [];
  const worker = async () => {
    for (let plan = waiting.pop(); plan; plan = waiting.pop()) runs.push(await run(job, plan));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return runs;
}

const TIME_LIMIT = 240_000 + EXECUTIONS * 15_000;
const lack = lacking(['boto3']);

describe.each([
  ['TypeScript', 'tally', undefined],
  ['Python', 'tally-python', lack],
] as const)('%s', (language, job, lack) => {
  describe.skipIf(lack)(named(`a job in ${language}`, lack), () => {
    test(
      'has the result of an undisturbed run, however often it is told to stop (nothing is done twice) or killed (a checkpoint interval at most)',
      async () => {
        // A half of the executions for each language; to a quarter of those both signals come.
        const all = Math.ceil(EXECUTIONS / 2);
        const each = Math.round((all * 3) / 8);
        const runs = await storm(job, [
          ...fc.sample(plans('SIGTERM'), { numRuns: each, seed: SEED }),
          ...fc.sample(plans('SIGKILL'), { numRuns: each, seed: SEED + 1 }),
          ...fc.sample(plans('SIGTERM', 'SIGKILL'), { numRuns: all - 2 * each, seed: SEED + 2 }),
        ]);
        const told = lossesBy('SIGTERM', runs);
        const killed = lossesBy('SIGKILL', runs);
        const onlyTold = runs.filter(({ plan }) => plan.disturbances.every(({ by }) => by === 'SIGTERM'));
        const repeated = ratio(onlyTold);
        const most = Math.max(0, ...killed.map(({ milliseconds }) => milliseconds));
        const mean = killed.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / Math.max(1, killed.length);
        console.log(
          [
            `${language}: ${runs.length} executions, ${runs.filter(({ plan }) => plan.ledger).length} of them with checkpoint files`,
            `  SIGTERM: ${told.length} interruptions of their work; records processed over records in the input of the ` +
              `${onlyTold.length} that were only told to stop: ${repeated.toFixed(4)}`,
            `  SIGKILL: ${killed.length} interruptions of their work; lost by one: ${Math.round(mean)} ms on average, ` +
              `${most} ms at most (interval ${INTERVAL} ms)`,
            `  records processed over records in the input, of all: ${ratio(runs).toFixed(4)}`,
          ].join('\n'),
        );
        expect(repeated).toBeGreaterThanOrEqual(1);
        expect(repeated).toBeLessThanOrEqual(1.02);
        expect(told.reduce((sum, { records }) => sum + records, 0)).toBeLessThanOrEqual(0.02 * RECORDS * runs.length);
        expect(most).toBeLessThanOrEqual(INTERVAL + WRITE);
        for (const { from, stored } of [...told, ...killed]) expect(from).toBeGreaterThanOrEqual(stored);
        // With files the job waits for each write, so that nothing but the interval and its own longest pause is lost.
        for (const { milliseconds, pause, ledger } of killed)
          if (ledger) expect(milliseconds).toBeLessThanOrEqual(INTERVAL + pause);
      },
      TIME_LIMIT,
    );
  });
});

const ratio = (runs: Run[]): number =>
  runs.reduce((sum, { starts }) => sum + processed(starts), 0) / (runs.length * RECORDS);

const lossesBy = (signal: Signal, runs: Run[]): (Loss & { stored: number; ledger: boolean })[] =>
  runs.flatMap(({ plan: { disturbances, ledger }, starts, stored }) =>
    losses(starts)
      .filter(({ interruption }) => disturbances[interruption]?.by === signal)
      .map((loss) => ({ ...loss, stored: stored[loss.interruption]!, ledger })),
  );
