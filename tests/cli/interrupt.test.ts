import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { controlService } from '../../longhaul/engine/services/control/index.ts';
import { app, engineOf, temporaryDirectory, until } from '../end-to-end/engine.ts';
import { longhaul } from './tool.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 }); // a busy machine starts each command in seconds

let engine: Engine;
let data: string;
beforeAll(async () => {
  data = await temporaryDirectory(afterAll);
  engine = await engineOf(app, { dataDirectory: data, bytesPerSecond: 20_000 });
});
afterAll(() => engine.close());

interface Execution {
  status: string;
  interruptions: number;
  progress?: { done: number };
}
const execution = async (id: string) => (await (await fetch(`${engine.apiUrl}/executions/${id}`)).json()) as Execution;

/** Starts csv-report on an object that takes a while to read, and waits until the job is at work. */
async function startReport(key: string): Promise<string> {
  const rows = Array.from({ length: 6000 }, (_, row) => `${row},row number ${row}`);
  const Body = ['id,text', ...rows].join('\n');
  const Bucket = engine.outputs.UploadsBucketName!;
  await new S3Client(engine.aws).send(new PutObjectCommand({ Bucket, Key: key, Body }));
  const response = await fetch(`${engine.apiUrl}/jobs/csv-report`, {
    method: 'POST',
    body: JSON.stringify({ bucket: Bucket, key }),
  });
  const { id } = (await response.json()) as { id: string };
  await until(async () => ((await execution(id)).progress?.done ?? 0) > 0);
  return id;
}

test('interrupt takes the capacity away: the job is started again and counts an interruption', async () => {
  const id = await startReport('one.csv');
  const { code, stdout, stderr } = await longhaul('interrupt', id, '--data', data);
  expect(stderr).toBe('');
  expect(stdout).toMatch(
    /^Its capacity was taken away: the container was told to stop, and ended after \d+\.\d seconds/,
  );
  expect(code).toBe(0);

  const ended = await until(async () => {
    const now = await execution(id);
    return now.status !== 'RUNNING' && now;
  });
  expect(ended).toMatchObject({ status: 'SUCCEEDED', interruptions: 1 });

  const late = await longhaul('interrupt', id, '--data', data);
  expect(late.stderr).toMatch(new RegExp(`'${id}' does not run: it ended SUCCEEDED at 20`));
  expect(late.code).toBe(1);
});

test('--how crash kills it, and --json says so', async () => {
  const id = await startReport('two.csv');
  const { code, stdout } = await longhaul('interrupt', id, '--how', 'crash', '--json', '--data', data);
  expect(JSON.parse(stdout)).toEqual({ executionId: id, how: 'crash', ranFor: expect.any(Number) });
  expect(code).toBe(0);
  await until(async () => (await execution(id)).interruptions === 1);
});

test('an execution that is not there is refused by name', async () => {
  const { code, stderr } = await longhaul('interrupt', 'csv-report-0', '--data', data);
  expect(stderr).toContain("There is no execution 'csv-report-0'");
  expect(code).toBe(1);
});

test('without an engine it says how to start one', async () => {
  const { code, stderr } = await longhaul('interrupt', 'csv-report-0', '--data', await temporaryDirectory());
  expect(stderr).toContain("Start it with 'longhaul start'");
  expect(code).toBe(1);
});

test('the control routes are for programs of this machine only', async () => {
  const from = (headers: Record<string, string>) =>
    fetch(`${engine.url}/_longhaul/interrupt/csv-report-0`, { method: 'POST', headers });
  expect((await from({ origin: 'https://elsewhere.example' })).status).toBe(403);
  const unknown = await from({});
  expect(unknown.status).toBe(404);
  expect(await unknown.json()).toMatchObject({ message: expect.stringContaining('csv-report-0') });
  const how = await fetch(`${engine.url}/_longhaul/interrupt/x`, { method: 'POST', body: '{"how":"gently"}' });
  expect(how.status).toBe(400);
  expect(await how.json()).toEqual({ message: 'how is "gently"; accepted: notice, crash, cut-off' });
});

test('capacity on demand is not taken away', async () => {
  const running = () => [{ id: 'task', executionId: 'csv-report-1', capacity: 'on-demand' as const, startedAt: 0 }];
  const fire = () => '';
  const endpoint = await startEndpoint({
    port: 0,
    services: [controlService({ fleet: { running, interrupt: () => Promise.resolve() }, fire })],
  });
  onTestFinished(() => endpoint.close());
  const refused = await fetch(`${endpoint.url}/_longhaul/interrupt/csv-report-1`, { method: 'POST' });
  expect(refused.status).toBe(409);
  expect(await refused.json()).toEqual({
    message: 'The container of "csv-report-1" runs on demand. Only Spot capacity is taken away.',
  });
});
