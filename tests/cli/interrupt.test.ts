import type { ExecutionDescription } from 'longhaul';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { controlService } from '../../longhaul/engine/services/control/index.ts';
import { artifact, engineOf, misbehaving, temporaryDirectory, until } from '../end-to-end/engine.ts';
import { longhaul } from './in-process.ts';

let engine: Engine;
let data: string;
beforeAll(async () => {
  data = await temporaryDirectory(afterAll);
  engine = await engineOf(misbehaving, { dataDirectory: data });
});
afterAll(() => engine.close());

const longhaulJson = async (...args: string[]) =>
  JSON.parse((await longhaul(...args, '--json', '--data', data)).stdout);
const ended = (id: string) =>
  until(async () => {
    const now: ExecutionDescription = await longhaulJson('show', id);
    return now.status !== 'RUNNING' && now;
  });

/** Starts a job that waits for its capacity to be taken away, and waits until it is at work. */
async function startCounter(): Promise<string> {
  const { id } = await longhaulJson('run', 'counter', '-i', '{"to":20,"untilInterruptions":1}');
  await until(() => artifact(engine, id, 'progress.json'));
  return id;
}

test('interrupt takes the capacity away: the job is started again and counts an interruption', async () => {
  const id = await startCounter();
  const { code, stdout, stderr } = await longhaul('interrupt', id, '--data', data);
  expect(stderr).toBe('');
  expect(stdout).toMatch(
    /^Its capacity was taken away: the container, which had run for \d+\.\d seconds, was told to stop and has ended\./,
  );
  expect(code).toBe(0);

  expect(await ended(id)).toMatchObject({ status: 'SUCCEEDED', interruptions: 1 });

  const late = await longhaul('interrupt', id, '--data', data);
  expect(late.stderr).toMatch(new RegExp(`'${id}' does not run: it ended SUCCEEDED at 20`));
  expect(late.code).toBe(1);
});

test('--how crash kills it, and --json says so', async () => {
  const id = await startCounter();
  const { code, stdout } = await longhaul('interrupt', id, '--how', 'crash', '--json', '--data', data);
  expect(JSON.parse(stdout)).toEqual({ executionId: id, how: 'crash', ranFor: expect.any(Number) });
  expect(code).toBe(0);
  expect(await ended(id)).toMatchObject({ status: 'SUCCEEDED', interruptions: 1 });
});

test('an execution that is not there is refused by name', async () => {
  const { code, stderr } = await longhaul('interrupt', 'counter-none', '--data', data);
  expect(stderr).toContain("There is no execution 'counter-none'");
  expect(code).toBe(1);
});

test('without an engine it says how to start one', async () => {
  const { code, stderr } = await longhaul('interrupt', 'counter-0', '--data', await temporaryDirectory());
  expect(stderr).toContain("Start it with 'longhaul start'");
  expect(code).toBe(1);
});

test('the control routes are for programs of this machine only', async () => {
  const from = (headers: Record<string, string>) =>
    fetch(`${engine.url}/_longhaul/interrupt/counter-0`, { method: 'POST', headers });
  expect((await from({ origin: 'https://elsewhere.example' })).status).toBe(403);
  const unknown = await from({});
  expect(unknown.status).toBe(404);
  expect(await unknown.json()).toMatchObject({ message: expect.stringContaining('counter-0') });
  const how = await fetch(`${engine.url}/_longhaul/interrupt/x`, { method: 'POST', body: '{"how":"gently"}' });
  expect(how.status).toBe(400);
  expect(await how.json()).toEqual({ message: 'how is "gently"; accepted: notice, crash, cut-off' });
});

test('capacity on demand is not taken away', async () => {
  const running = () => [{ id: 'task', executionId: 'counter-1', capacity: 'on-demand' as const, startedAt: 0 }];
  const fire = () => '';
  const endpoint = await startEndpoint({
    port: 0,
    services: [controlService({ fleet: { running, interrupt: () => Promise.resolve() }, fire })],
  });
  onTestFinished(() => endpoint.close());
  const refused = await fetch(`${endpoint.url}/_longhaul/interrupt/counter-1`, { method: 'POST' });
  expect(refused.status).toBe(409);
  expect(await refused.json()).toEqual({
    message: 'The container of "counter-1" runs on demand. Only Spot capacity is taken away.',
  });
});
