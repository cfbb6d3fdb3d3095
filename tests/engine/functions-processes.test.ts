import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answered, type Project, project } from './functions-project.ts';

let app: Project;
beforeEach(async () => {
  app = await project();
});
afterEach(() => app.remove());

test('an engine that is stopped while a function starts does not wait for it', async () => {
  const functions = app.start([await app.function('slow', 'export const handler = () => 1;')]);
  const invoked = functions.invoke('slow', '{}', 'RequestResponse').catch(() => {});
  await functions.close();
  await invoked;
});

describe('at the same time', () => {
  // Both sides of a meeting wait until the other one is there.
  const meeting = `import { existsSync, writeFileSync } from 'node:fs';
export const handler = async (event: { me: string; other: string }) => {
  writeFileSync(event.me, '');
  while (!existsSync(event.other)) await new Promise((resolve) => setTimeout(resolve, 5));
  return process.pid;
};`;

  function meet(...names: [string, string]) {
    const [me, other] = names.map((name) => join(app.directory, name));
    return JSON.stringify({ me, other });
  }

  test('two invocations have a process each', async () => {
    const functions = app.start([await app.function('meet', meeting)]);
    const [one, two] = await Promise.all([
      functions.invoke('meet', meet('a', 'b'), 'RequestResponse'),
      functions.invoke('meet', meet('b', 'a'), 'RequestResponse'),
    ]);
    expect(answered(one)).not.toBe(answered(two));
  });

  test('more than the reserved concurrency are throttled, and admitted again after', async () => {
    const functions = app.start([await app.function('meet', meeting, { ReservedConcurrentExecutions: 1 })]);
    const running = functions.invoke('meet', meet('a', 'b'), 'RequestResponse');
    await expect(functions.invoke('meet', meet('b', 'a'), 'RequestResponse')).rejects.toMatchObject({
      code: 'TooManyRequestsException',
      status: 429,
      details: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
    });
    await app.write('b', '');
    await running;
    expect((await functions.invoke('meet', meet('a', 'b'), 'RequestResponse')).functionError).toBeUndefined();
  });

  test('more than the engine has processes for wait for one', async () => {
    const source = 'export const handler = async () => process.pid;';
    const functions = app.start([await app.function('pid', source)], { processLimit: 2 });
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => functions.invoke('pid', '{}', 'RequestResponse')),
    );
    expect(new Set(answers.map(answered)).size).toBe(2);
  });
});

test('a changed source file is what the next invocation runs, while a running one finishes with the old', async () => {
  const version = (n: number) => `import { existsSync } from 'node:fs';
import { word } from './lib/word.ts';
export const handler = async (event: { until?: string }) => {
  while (event.until && !existsSync(event.until)) await new Promise((resolve) => setTimeout(resolve, 5));
  return word + ${n};
};`;
  await app.write('lib/word.ts', 'export const word = "old";');
  const functions = app.start([await app.function('live', version(1))], { watch: true });
  const invoke = async (event: object) =>
    answered(await functions.invoke('live', JSON.stringify(event), 'RequestResponse'));
  expect(await invoke({})).toBe('old1');
  const until = join(app.directory, 'go');
  const running = invoke({ until });
  await expect.poll(() => app.logs.filter(({ message }) => message.startsWith('START'))).toHaveLength(2);
  await app.write('lib/word.ts', 'export const word = "new";');
  await expect.poll(() => invoke({})).toBe('new1');
  await app.write('live.ts', version(2));
  await expect.poll(() => invoke({})).toBe('new2');
  await app.write('go', '');
  expect(await running).toBe('old1');
});

test('a page in a browser cannot take the place of the process, and with it the event', async () => {
  const functions = app.start([
    await app.function('address', 'export const handler = async () => process.env.AWS_LAMBDA_RUNTIME_API;'),
  ]);
  const address = answered(await functions.invoke('address', '{}', 'RequestResponse'));
  const next = `http://${address}/2018-06-01/runtime/invocation/next`;
  expect((await fetch(next, { headers: { origin: 'https://example.com' } })).status).toBe(403);
  expect((await fetch(next, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
  const rebound = request(next, { headers: { host: 'evil.example' } }).end();
  const [response] = await once(rebound, 'response');
  expect(response.resume().statusCode).toBe(403);
  expect(answered(await functions.invoke('address', '{}', 'RequestResponse'))).toBe(address);
});

test('a process without work is ended after the idle time', async () => {
  const source = 'export const handler = async () => process.pid;';
  const functions = app.start([await app.function('pid', source)], { idleTimeout: 1 });
  const pid = answered(await functions.invoke('pid', '{}', 'RequestResponse'));
  await expect.poll(() => state(pid)).toBe('ended');
});

test('closing leaves no process behind', async () => {
  const source = `import { spawn } from 'node:child_process';
export const handler = async () => [process.pid, spawn('sleep', ['1000']).pid];`;
  const functions = app.start([await app.function('parent', source)]);
  const pids: number[] = answered(await functions.invoke('parent', '{}', 'RequestResponse'));
  await functions.close();
  for (const pid of pids) await expect.poll(() => state(pid)).toBe('ended');
});

/** A zombie that nobody has waited for yet has ended, too. */
function state(pid: number): 'ended' | 'running' {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return /^[^Z]/.test(stdout.trim()) ? 'running' : 'ended';
}
