import {
  createClient,
  type Driver,
  DuplicateExecutionError,
  defineJob,
  InvalidInputError,
  typed,
  UnknownJobError,
} from 'longhaul';
import { InvalidInputError as InvalidInContainer, PermanentJobError } from 'longhaul/runtime';
import { memoryDriver } from 'longhaul/testing';
import { executionName } from 'longhaul/trigger';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';

const now = new Date('2026-01-01T00:00:00Z');
beforeEach(() => {
  vi.useFakeTimers({ now, toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const resize = defineJob({ name: 'resize', input: z.object({ images: z.array(z.object({ width: z.number() })) }) });
const ship = defineJob({ name: 'ship', input: typed<{ order: string; at?: Date }>(), unique: ({ order }) => order });

function memory() {
  const driver = memoryDriver();
  return { driver, client: createClient({ driver, jobs: [resize, ship] }) };
}

describe('run', () => {
  test('starts the job with what it is given', async () => {
    const { driver, client } = memory();
    const { id } = await client.run(resize, { images: [{ width: 1 }] }, { tags: { team: 'sales' }, source: 'shop' });
    expect(driver.started).toEqual([
      {
        id,
        job: 'resize',
        input: { images: [{ width: 1 }] },
        source: 'shop',
        identity: ['http', 'key', expect.any(String)],
        tags: { team: 'sales' },
      },
    ]);
  });

  test('a wrong input starts nothing, and the error says where each problem is', async () => {
    const { driver, client } = memory();
    const refusal = await client
      .run(resize, { images: [{ width: 1 }, { width: 'wide' }, {}] } as never)
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(InvalidInputError);
    expect((refusal as InvalidInputError).problems.map(({ path }) => path)).toEqual([
      'images[1].width',
      'images[2].width',
    ]);
    expect(driver.started).toEqual([]);
  });

  test('the error of a wrong input is the one that a container ends with', () => {
    expect(InvalidInputError).toBe(InvalidInContainer);
    expect(new InvalidInputError([])).toBeInstanceOf(PermanentJobError);
  });

  test('the input is checked as the container will get it', async () => {
    const dated = defineJob({ name: 'dated', input: z.object({ at: z.date() }) });
    const { client } = { client: createClient({ driver: memoryDriver() }) };
    await expect(client.run(dated, { at: now })).rejects.toBeInstanceOf(InvalidInputError); // JSON makes text of it
  });

  test.each([undefined, () => {}, Symbol('s')])('%s is nothing that JSON holds', async (input) => {
    const { client } = memory();
    await expect(client.run(resize, input as never)).rejects.toThrow(/must be something that JSON holds; it is/);
  });

  test('a job that is not in the registry is unknown, by name and by definition, and the error names those there are', async () => {
    const { driver, client } = memory();
    const shrink = defineJob({ name: 'shrink' });
    for (const job of ['shrink', shrink]) {
      const refusal = await client.run(job as never, {} as never).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(UnknownJobError);
      expect((refusal as Error).message).toMatch(/'shrink'.*resize, ship/);
    }
    await expect(createClient({ driver }).run('resize' as never, {} as never)).rejects.toBeInstanceOf(UnknownJobError);
  });

  test("a job's own key goes before the caller's, as with triggers and API", async () => {
    const { driver, client } = memory();
    const first = await client.run(ship, { order: '17' }, { idempotencyKey: 'a' });
    const again = await client.run('ship', { order: '17' }, { idempotencyKey: 'b' });
    expect(first.id).toBe(executionName('ship', ['key', '17']));
    expect(again).toMatchObject({ id: first.id, started: false });
    await expect(client.run(ship, { order: '17' }, { onDuplicate: 'reject' })).rejects.toBeInstanceOf(
      DuplicateExecutionError,
    );
    await expect(client.run(ship, { order: '' })).rejects.toThrow(/unique\(\) of ship .* it gave an empty string/);
    expect(driver.started).toHaveLength(1);
  });

  test('without a key each run is an execution', async () => {
    const { driver, client } = memory();
    await client.run(resize, { images: [] });
    await client.run(resize, { images: [] });
    expect(driver.started).toHaveLength(2);
  });
});

describe('when', () => {
  const startAt = async (options: object) => {
    const { driver, client } = memory();
    await client.run(resize, { images: [] }, options);
    return driver.started[0]?.startAt;
  };

  test.each([
    [{ delay: 0 }, undefined],
    [{ delay: 90 }, '2026-01-01T00:01:30.000Z'],
    [{ delay: 330 * 86_400 }, '2026-11-27T00:00:00.000Z'],
    [{ startAt: '2026-11-27T02:00:00+02:00' }, '2026-11-27T00:00:00.000Z'],
    [{ startAt: new Date('2026-02-01') }, '2026-02-01T00:00:00.000Z'],
    [{ startAt: '2020-01-01T00:00:00Z' }, '2020-01-01T00:00:00.000Z'],
  ])('%j is %s', async (options, expected) => {
    expect(await startAt(options)).toBe(expected);
  });

  test.each([
    [{ delay: 330 * 86_400 + 1 }, /at most 28512000 seconds \(330 days\); it is 28512001/],
    [{ delay: -1 }, /0 or more; it is -1/],
    [{ delay: Number.NaN }, /it is NaN/],
    [{ startAt: '2026-11-27T00:00:01Z' }, /at most 330 days ahead; it is 2026-11-27T00:00:01/],
    [{ startAt: '2026-02-01' }, /such as 2026-12-24T08:00:00Z; it is '2026-02-01'/],
    [{ startAt: '2026-02-01T10:00:00' }, /such as 2026-12-24T08:00:00Z/],
    [{ startAt: new Date('nonsense') }, /it is Invalid Date/],
    [{ startAt: now, delay: 1 }, /give one of them/],
    [{ startAt: '2026-02-30T10:00:00Z' }, /it is '2026-02-30T10:00:00Z'/],
    [{ startAt: '2026-04-31T10:00:00+02:00' }, /such as 2026-12-24T08:00:00Z/],
    [{ idempotencyKey: '' }, /1 to 255 characters of printable ASCII, .* it is ''/],
    [{ idempotencyKey: 'k'.repeat(256) }, /it has 256/],
    [{ tags: { 'aws:team': 'a' } }, /does not begin with 'aws:'/],
    [{ tags: { team: 'a'.repeat(257) } }, /'team' must be text of at most 256/],
    [{ tags: { team: 'AWS:x' } }, /'team' must be .* does not begin with 'aws:'; it is 'AWS:x'/],
    [{ tags: { team: 'a,b' } }, /'team' must be .* letters, digits, spaces and _\.:\/=\+-@, .* it is 'a,b'/],
    [{ tags: { team: 'two\nlines' } }, /'team' must be/],
    [{ tags: { 'te#am': 'a' } }, /A tag's name has .*; it is 'te#am'/],
    [{ tags: { '': 'a' } }, /A tag's name has 1 to 128/],
    [
      { tags: Object.fromEntries(Array.from({ length: 41 }, (_, n) => [`t${n}`, ''])) },
      /at most 40 tags; there are 41/,
    ],
  ])('%j is refused', async (options, message) => {
    await expect(startAt(options)).rejects.toThrow(message);
  });
});

describe('wait', () => {
  test('gives the result when a test lets the job succeed', async () => {
    const { driver, client } = memory();
    const run = await client.run(resize, { images: [] });
    const waiting = run.wait({ pollSeconds: 0.01 });
    driver.succeed(run.id, { pixels: 9 });
    expect(await waiting).toEqual({ pixels: 9 });
    expect(() => driver.succeed(run.id)).toThrow(/ended already: SUCCEEDED/);
  });

  test('looks after a while: what has just been started may not be known yet', async () => {
    const { driver } = memory();
    let looks = 0;
    const describe = (id: string) => {
      looks++;
      return driver.describe(id);
    };
    const run = await createClient({ driver: { ...driver, describe } }).run(resize, { images: [] });
    const stop = new AbortController();
    const waiting = run.wait({ signal: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    expect(looks).toBe(0);
  });

  test('reads a result once, and one that is too large to be shown by itself', async () => {
    const { driver, client } = memory();
    const { id } = await client.run(resize, { images: [] });
    driver.succeed(id, { pixels: 9 });
    let reads = 0;
    const result = async () => {
      reads++;
      return { pixels: 1e9 };
    };
    const soon = { pollSeconds: 0.01 };
    expect(await createClient({ driver: { ...driver, result } }).wait(id, soon)).toEqual({ pixels: 9 });
    expect(reads).toBe(0);
    const describe = async (of: string) => ({
      ...(await driver.describe(of)),
      result: undefined,
      resultTooLarge: true,
    });
    const large = createClient({ driver: { ...driver, result, describe } as Driver });
    expect(await large.wait(id, soon)).toEqual({ pixels: 1e9 });
  });

  test('ends with its signal, and leaves the execution alone', async () => {
    const { client } = memory();
    const run = await client.run(resize, { images: [] });
    const reason = new Error('shutting down');
    await expect(run.wait({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const stop = new AbortController();
    const waiting = run.wait({ signal: stop.signal });
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(await run.describe()).toMatchObject({ status: 'RUNNING' });
  });
});

describe('in memory', () => {
  test('a handler runs when its time has come', async () => {
    const { driver, client } = memory();
    const seen: unknown[] = [];
    driver.handle(resize, ({ images }) => void seen.push(images));
    const run = await client.run(resize, { images: [{ width: 3 }] }, { delay: 3600 });
    await driver.advance(3599);
    expect(seen).toEqual([]);
    await driver.advance(1);
    expect(seen).toEqual([[{ width: 3 }]]);
    expect(await run.describe()).toMatchObject({ status: 'SUCCEEDED', attempt: 1 });
  });

  test('stop reaches the handler, and what it returns after that does not count', async () => {
    const { driver, client } = memory();
    driver.handle(resize, async (_, { signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return 'late';
    });
    const run = await client.run(resize, { images: [] });
    await run.stop('enough');
    await driver.advance(0);
    expect(await run.describe()).toMatchObject({ status: 'ABORTED', reason: 'enough' });
    expect(await run.result()).toBeUndefined();
  });

  test('resume begins when the handler of what was stopped has ended, as the next container does', async () => {
    const { driver, client } = memory();
    const seen: string[] = [];
    const { promise: saved, resolve: save } = Promise.withResolvers<void>();
    driver.handle(resize, async (_, { signal, resumes }) => {
      if (resumes) return void seen.push('goes on');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      await saved;
      seen.push('has saved');
    });
    const run = await client.run(resize, { images: [] });
    await run.stop();
    const resuming = run.resume();
    save();
    await resuming;
    await driver.advance(0);
    expect(seen).toEqual(['has saved', 'goes on']);
  });

  test('what a handler throws fails the execution, whatever it is', async () => {
    const { driver, client } = memory();
    for (const [thrown, reason] of [
      [undefined, 'undefined'],
      ['out of paper', 'out of paper'],
      [null, 'null'],
    ]) {
      driver.handle(resize, () => {
        throw thrown;
      });
      const run = await client.run(resize, { images: [] });
      await driver.advance(0);
      expect(await run.describe()).toMatchObject({ status: 'FAILED', error: 'Job.Failed', reason });
    }
  });

  test('a failure is as the test says', async () => {
    const { driver, client } = memory();
    const run = await client.run(resize, { images: [] });
    driver.fail(run.id, { error: 'Job.TimedOut', reason: 'too slow' });
    await expect(run.wait()).rejects.toMatchObject({ status: 'FAILED', error: 'Job.TimedOut', reason: 'too slow' });
  });
});

test('a function of the stack needs to say nothing; elsewhere the error says what is missing', () => {
  vi.stubEnv('STATE_MACHINE_ARN', '');
  expect(() => createClient()).toThrow(/STATE_MACHINE_ARN is not set/);
  vi.stubEnv('STATE_MACHINE_ARN', 'arn:aws:states:us-east-1:000000000000:stateMachine:longhaul');
  vi.stubEnv('ARTIFACTS_BUCKET', 'artifacts');
  expect(createClient()).toBeDefined();
});

test('a url that the environment does not say is refused, and no other stack is taken for it', () => {
  vi.stubEnv('STATE_MACHINE_ARN', 'arn:aws:states:us-east-1:000000000000:stateMachine:longhaul');
  vi.stubEnv('ARTIFACTS_BUCKET', 'artifacts');
  expect(() => createClient({ url: process.env.LONGHAUL_URL! })).toThrow(TypeError);
  expect(() => createClient({ url: process.env.LONGHAUL_URL! })).toThrow(/url must be .* it is undefined/);
  expect(() => createClient({ url: '' })).toThrow(/it is empty/);
});
