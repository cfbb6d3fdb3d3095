import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { app, ended, engineOf, id, start, temporaryDirectory, until } from '../end-to-end/engine.ts';
import { lacking, named } from '../python/python.ts';
import { houses } from '../train-model/training.ts';

/** Of each job; `npm run chaos` runs more. */
const EXECUTIONS = Math.ceil(Number(process.env.CHAOS_EXECUTIONS ?? 10) / 10);
const SEED = Number(process.env.CHAOS_SEED ?? 20261122);
/** Of reading an object: slow enough that a report takes some seconds. */
const BYTES_PER_SECOND = 400_000;
/** After its container has begun, the capacity is taken away within so many milliseconds: while it comes up, works or ends. */
const WITHIN = 5000;

const jobs = {
  'csv-report': { event: { key: 'chaos/birdstrikes.csv' }, files: ['result.json', 'report.html'], packages: [] },
  'train-model': {
    event: {
      key: 'chaos/houses.csv',
      target: 'price',
      model: 'linear',
      features: ['size', 'town'],
      epochs: 4000,
      seed: 3,
    },
    files: ['result.json', 'model.json', 'model.npz'],
    packages: ['boto3', 'numpy'],
  },
};

let engine: Engine;
let s3: S3Client;
beforeAll(async () => {
  const dataDirectory = path.join(await temporaryDirectory(afterAll), 'data');
  engine = await engineOf(app, { dataDirectory, bytesPerSecond: BYTES_PER_SECOND });
  s3 = new S3Client(engine.aws);
  const Bucket = engine.outputs.UploadsBucketName;
  const birdstrikes = await readFile(path.join(app, 'node_modules/vega-datasets/data/birdstrikes.csv'));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'chaos/birdstrikes.csv', Body: birdstrikes }));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'chaos/houses.csv', Body: houses(300) }));
});
afterAll(() => engine.close());

const disturbances = fc.array(
  fc.record({ after: fc.nat(WITHIN), by: fc.constantFrom('notice' as const, 'crash' as const) }),
  { minLength: 1, maxLength: 3 },
);

/** What an execution leaves, without its own name, and how often its capacity was taken away. */
async function run(job: keyof typeof jobs, plan: { after: number; by: 'notice' | 'crash' }[]) {
  const { event, files } = jobs[job];
  const arn = await start(engine, { job, event: { bucket: engine.outputs.UploadsBucketName, ...event } });
  let over = false;
  const end = ended(engine, arn).finally(() => {
    over = true;
  });
  for (const { after, by } of plan) {
    const container = () => engine.fleet.running().some(({ executionId }) => executionId === id(arn));
    await until(async () => over || container());
    await pause(after);
    // It may have come to its end by now.
    await engine.interrupt(id(arn), by).catch(() => {});
  }
  const execution = await end;
  const label = `${job}: ${plan.map(({ after, by }) => `${by} after ${after} ms`).join(', ')}`;
  expect(execution, label).toMatchObject({ status: 'SUCCEEDED' });
  const left = await Promise.all(
    files.map(async (file) => {
      const Key = `executions/${id(arn)}/${file}`;
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: engine.outputs.ArtifactsBucketName, Key }));
      return (await Body!.transformToString('latin1')).replaceAll(id(arn), 'ID');
    }),
  );
  return { label, left, interruptions: JSON.parse(execution.output!).interruptions as number };
}

describe.each(Object.keys(jobs) as (keyof typeof jobs)[])('%s', (job) => {
  const lack = lacking(jobs[job].packages);
  describe.skipIf(lack)(named('wherever its capacity is taken away', lack), () => {
    test('leaves the same bytes', { timeout: 240_000 + EXECUTIONS * 30_000 }, async () => {
      const whole = await run(job, []);
      let interruptions = 0;
      for (const plan of fc.sample(disturbances, { numRuns: EXECUTIONS, seed: SEED })) {
        const one = await run(job, plan);
        expect(one.left, one.label).toEqual(whole.left);
        interruptions += one.interruptions;
      }
      console.log(`${job}: ${EXECUTIONS} executions, ${interruptions} interruptions, the same bytes`);
    });
  });
});
