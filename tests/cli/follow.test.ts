import { spawn } from 'node:child_process';
import path from 'node:path';
import type { ExecutionDescription } from 'longhaul';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { app, artifact, engineOf, misbehaving, temporaryDirectory, until } from '../end-to-end/engine.ts';
import { node, type Running } from '../end-to-end/process.ts';
import { longhaul } from './in-process.ts';

interface Progress {
  interruptions: number;
}

let engine: Engine;
let data: string;
beforeAll(async () => {
  data = await temporaryDirectory(afterAll);
  engine = await engineOf(misbehaving, { dataDirectory: data });
});
afterAll(() => engine.close());

const cli = (...args: string[]) => longhaul(...args, '--data', data);
const show = async (id: string): Promise<ExecutionDescription> =>
  JSON.parse((await cli('show', id, '--json')).stdout) as ExecutionDescription;

/** `longhaul run counter --follow` as a process that goes on. */
function following(input: object): Running {
  return node('longhaul/cli/main.ts', 'run', 'counter', '-i', JSON.stringify(input), '--follow', '--data', data);
}

async function idOf(running: Running): Promise<string> {
  await running.says(/counter-[0-9a-f]{32}/);
  return /counter-[0-9a-f]{32}/.exec(running.output())![0];
}

/** The container of this start, 0 for the first, has said how far it is. */
const isAtWork = (id: string, interruptions: number) =>
  until(async () => (await artifact<Progress>(engine, id, 'progress.json'))?.interruptions === interruptions);

test('run --follow tells of progress and of capacity that was taken away, until the rest runs on demand, and show says why', async () => {
  const running = following({ to: 20, untilInterruptions: 2 });
  const id = await idOf(running);
  // Capacity goes only when the command has told how it stands: it looks now and then, and tells what is new since.
  for (const [interruptions, said] of [
    /Runs on Spot capacity\./,
    /Capacity taken away \(once\): it goes on from its last checkpoint/,
  ].entries()) {
    await isAtWork(id, interruptions);
    await running.says(said);
    await engine.interrupt(id);
  }
  expect(await running.ended, running.output()).toBe(0);
  const output = running.output();
  for (const said of [
    /^\d+ %: \d+ of 20$/m,
    /Interrupted: SIGTERM/,
    /──── launch 2 ────/,
    /Spot.*2 times|Spot.*twice/,
    /──── launch 3 ────/,
    /succeeded after .*, attempt 1 of 2, interrupted twice/,
    /"count":20/,
  ]) {
    expect(output).toMatch(said);
  }
  const { stdout } = await cli('show', id);
  expect(stdout).toMatch(/^ran on +capacity on demand, Batch job .*\n +Spot capacity was taken away 2 times/m);
  expect(stdout).toContain('interrupted twice');
});

test('a job that fails ends run --follow with 3, and says why', async () => {
  const { code, stdout } = await cli('run', 'counter', '-i', '{"to":"many"}', '--follow');
  expect(stdout).toMatch(/failed after .*, attempt 1 of 2\nJob\.Rejected: .*to: /);
  expect(stdout).toMatch(/longhaul resume counter-[0-9a-f]{8} -f --data /);
  expect(code).toBe(3);
  const asJson = await cli('run', 'counter', '-i', '{"to":"many"}', '--follow', '--json');
  expect(JSON.parse(asJson.stdout)).toMatchObject({ status: 'FAILED', error: 'Job.Rejected' });
  expect(asJson.code).toBe(3);
});

test('stop ends the container with its checkpoint saved; resume goes on from there', async () => {
  const running = following({ to: 20, untilInterruptions: 1 });
  const id = await idOf(running);
  await isAtWork(id, 0);
  const stopped = await cli('stop', id, '--reason', 'wrong file');
  expect(stopped.stdout).toContain(`Stopped ${id}\nIts container has ended, with its checkpoint saved.`);
  expect(stopped.stdout).toContain(`longhaul resume ${id.slice(0, 'counter-'.length + 8)} --data `);
  expect(await running.ended).toBe(4);
  expect(running.output()).toMatch(/stopped after .*\n.*wrong file/);
  expect((await cli('stop', id)).stdout).toContain('had ended already: stopped');

  const resumed = await cli('resume', id, '--json');
  expect(JSON.parse(resumed.stdout)).toEqual({ id: `${id}-r1`, resumes: id, started: true });
  await until(async () => (await cli('logs', `${id}-r1`)).stdout.includes('Job continues from its checkpoint'));
  expect((await cli('show', id)).stdout).toMatch(new RegExp(`^continued +as ${id}-r1$`, 'm'));
  expect((await cli('resume', `${id}-r1`)).stderr).toMatch(/is running; stop it before/);
  expect(JSON.parse((await cli('stop', `${id}-r1`, '--json')).stdout)).toMatchObject({
    status: 'ABORTED',
    container: { exitCode: 75 },
  });
});

test('Ctrl-C stops following, not the job, and says how to go on', async () => {
  const running = following({ to: 20, untilInterruptions: 1 });
  const id = await idOf(running);
  await isAtWork(id, 0);
  running.child.kill('SIGINT');
  expect(await running.ended).toBe(130);
  expect(running.output()).toMatch(
    /The job goes on\.\n {2}(npx )?longhaul logs counter-[0-9a-f]{8} -f .*\n {2}(npx )?longhaul stop counter-/,
  );
  expect((await show(id)).status).toBe('RUNNING');

  const logs = node('longhaul/cli/main.ts', 'logs', id, '-f', '--data', data);
  await logs.says('Job started');
  await cli('stop', id);
  expect(await logs.ended).toBe(0);
  expect(logs.output()).toContain('Interrupted: SIGTERM');
});

test('logs are readable for people, as they were written with --raw, and JSON lines with --json', async () => {
  const { stdout } = await cli('run', 'counter', '-i', '{"to":3}', '--follow', '--json');
  const { id } = JSON.parse(stdout) as { id: string };
  expect((await cli('logs', id)).stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}INFO {2}Job started$/m);
  const raw = (await cli('logs', id, '--raw')).stdout.trimEnd().split('\n');
  expect(JSON.parse(raw[0]!)).toMatchObject({ level: 'INFO', message: 'Job started', job: 'counter', id });
  const lines = (await cli('logs', id, '--json')).stdout.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).message)).toEqual(raw);
  expect(JSON.parse(lines[0]!)).toMatchObject({ launch: 1, at: expect.stringMatching(/^20.*Z$/) });
});

test('a reader that goes away ends a command quietly', async () => {
  const args = [path.join(app, 'longhaul/cli/main.ts'), 'list', '--all', '--data', data];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(stderr).toBe('');
  expect(code).toBe(0);
});
