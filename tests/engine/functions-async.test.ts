import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Functions } from '../../longhaul/engine/functions/index.ts';
import { type Project, project } from './functions-project.ts';
import { ManualClock } from './manual-clock.ts';

let app: Project;
let clock: ManualClock;
beforeEach(async () => {
  app = await project();
  clock = new ManualClock('2026-10-24T08:00:00Z');
});
afterEach(() => app.remove());

/** Appends a line per invocation to the file that the event names, and fails as long as the event says so. */
const counting = `import { appendFileSync, readFileSync } from 'node:fs';
export const handler = async (event: { file: string; failures: number }) => {
  appendFileSync(event.file, 'x');
  if (readFileSync(event.file, 'utf8').length <= event.failures) throw new Error('not yet');
  return 'done';
};`;

async function invocations(file: string): Promise<number> {
  return existsSync(file) ? (await readFile(file, 'utf8')).length : 0;
}

function pending(): number {
  return Number(app.db.prepare('SELECT count(*) AS n FROM lambda_async_events').get()?.n);
}

describe('an asynchronous event', () => {
  test('is tried again after one minute and after two, and then given up', async () => {
    const file = join(app.directory, 'count');
    const functions = app.start([await app.function('count', counting)], { clock });
    await functions.invoke('count', JSON.stringify({ file, failures: 9 }), 'Event');
    await expect.poll(() => clock.next()).toBe('2026-10-24T08:01:00.000Z');
    expect(await invocations(file)).toBe(1);
    clock.advance(60);
    await expect.poll(() => clock.next()).toBe('2026-10-24T08:03:00.000Z');
    expect(await invocations(file)).toBe(2);
    clock.advance(120);
    await expect.poll(pending).toBe(0);
    expect(await invocations(file)).toBe(3);
  });

  test('ends with its first success', async () => {
    const file = join(app.directory, 'count');
    const functions = app.start([await app.function('count', counting)], { retryDelays: [0, 0] });
    await functions.invoke('count', JSON.stringify({ file, failures: 1 }), 'Event');
    await expect.poll(pending).toBe(0);
    expect(await invocations(file)).toBe(2);
  });

  test('is not tried again when MaximumRetryAttempts is 0', async () => {
    const file = join(app.directory, 'count');
    const once = await app.function('count', counting, { EventInvokeConfig: { MaximumRetryAttempts: 0 } });
    const functions = app.start([once], { clock });
    await functions.invoke('count', JSON.stringify({ file, failures: 9 }), 'Event');
    await expect.poll(pending).toBe(0);
    expect(await invocations(file)).toBe(1);
  });

  test('keeps its request id over all attempts', async () => {
    const functions = app.start([await app.function('fail', 'export const handler = async () => { throw 1 };')], {
      retryDelays: [0, 0],
    });
    const requestId = functions.enqueue('fail', '{}');
    await expect.poll(pending).toBe(0);
    const starts = app.logs.filter(({ message }) => message.startsWith('START'));
    expect(starts.map(({ message }) => message)).toEqual(
      Array(3).fill(`START RequestId: ${requestId} Version: $LATEST\n`),
    );
  });

  test('waits while the function has no concurrency left, and uses up no attempt by that', async () => {
    const source = `import { existsSync } from 'node:fs';
export const handler = async (event: { until?: string }) => {
  while (event.until && !existsSync(event.until)) await new Promise((resolve) => setTimeout(resolve, 5));
};`;
    const once = await app.function('one', source, {
      ReservedConcurrentExecutions: 1,
      EventInvokeConfig: { MaximumRetryAttempts: 0 },
    });
    const functions = app.start([once], { clock });
    const running = functions.invoke('one', JSON.stringify({ until: join(app.directory, 'go') }), 'RequestResponse');
    functions.enqueue('one', '{}');
    await expect.poll(() => clock.next()).toBe('2026-10-24T08:00:01.000Z');
    clock.advance(1);
    await expect.poll(() => clock.next()).toBe('2026-10-24T08:00:03.000Z');
    await app.write('go', '');
    await running;
    clock.advance(2);
    await expect.poll(pending).toBe(0);
    expect(app.logs.filter(({ message }) => message.startsWith('START'))).toHaveLength(2);
  });

  test('that was accepted is run by the next engine when this one is killed in the middle', async () => {
    const file = join(app.directory, 'count');
    const counted = await app.function(
      'hang',
      `import { appendFileSync, existsSync } from 'node:fs';
export const handler = async (event: { file: string; go: string }) => {
  appendFileSync(event.file, 'x');
  while (!existsSync(event.go)) await new Promise((resolve) => setTimeout(resolve, 5));
};`,
    );
    const go = join(app.directory, 'go');
    const module = (path: string) =>
      JSON.stringify(fileURLToPath(new URL(`../../longhaul/engine/${path}`, import.meta.url)));
    await app.write(
      'engine.ts',
      `import { DatabaseSync } from 'node:sqlite';
import { Functions } from ${module('functions/index.ts')};
const functions = new Functions({
  resources: [${JSON.stringify(counted)}], projectDirectory: '.', environment: {}, watch: false,
  logs: { append() {} }, db: new DatabaseSync('state.sqlite'),
});
functions.start();
functions.enqueue('hang', ${JSON.stringify(JSON.stringify({ file, go }))});
functions.enqueue('hang', ${JSON.stringify(JSON.stringify({ file, go }))});
setInterval(() => {}, 1000);
`,
    );
    const engine = spawn(process.execPath, ['engine.ts'], { cwd: app.directory, stdio: 'inherit' });
    await expect.poll(() => invocations(file)).toBe(2);
    engine.kill('SIGKILL');
    await once(engine, 'exit');
    expect(pending()).toBe(2);
    await app.write('go', '');
    app.start([counted]);
    await expect.poll(pending).toBe(0);
    expect(await invocations(file)).toBe(4);
  });

  test('and its attempts so far survive an orderly stop', async () => {
    const file = join(app.directory, 'count');
    const counted = await app.function('count', counting);
    const first = app.start([counted], { clock });
    first.enqueue('count', JSON.stringify({ file, failures: 9 }));
    await expect.poll(() => clock.next()).toBe('2026-10-24T08:01:00.000Z');
    await first.close();
    app.start([counted], { clock });
    clock.advance(60);
    await expect.poll(() => clock.next()).toBe('2026-10-24T08:03:00.000Z');
    clock.advance(120);
    await expect.poll(pending).toBe(0);
    expect(await invocations(file)).toBe(3);
  });
});

test('an asynchronous event waits until the functions may start', async () => {
  const hello = await app.function('hello', 'export const handler = async () => {};');
  const functions = new Functions({
    resources: [hello],
    projectDirectory: app.directory,
    environment: {},
    logs: {
      append: (_group, _stream, events) => void app.logs.push(...events.map((e) => ({ ...e, group: '', stream: '' }))),
    },
    db: app.db,
    watch: false,
  });
  functions.enqueue('hello', '{}');
  await functions.invoke('hello', '{}', 'RequestResponse');
  expect(app.logs.filter(({ message }) => message.startsWith('START'))).toHaveLength(1);
  expect(pending()).toBe(1);
  functions.start();
  await expect.poll(pending).toBe(0);
  await functions.close();
});
