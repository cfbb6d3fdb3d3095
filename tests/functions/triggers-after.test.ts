import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ListExecutionsCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import fc from 'fast-check';
import { defineJob, typed } from 'longhaul';
import { executionName } from 'longhaul/trigger';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler } from '../../functions/triggers/after/handler.ts';
import { followersAt, nextRecord, worthALook } from '../../functions/triggers/after/missed.ts';
import { handler as sweep } from '../../functions/triggers/after/sweep.ts';
import { canNeverWork } from '../../functions/triggers/can-never-work.ts';
import { functionsAlone } from './functions-alone.ts';
import { context, environment, sample } from './lambda.ts';

const { uniqueJobs } = vi.hoisted(() => ({ uniqueJobs: {} as Record<string, () => Promise<unknown>> }));
vi.mock('../../containers/unique.ts', () => ({ uniqueJobs }));

/** The app's jobs, and three more: `third` comes after `second`, which comes after `first`; `also` comes after csv-report. */
vi.mock('../../containers/jobs.ts', async (original) => {
  const { jobs } = await original<typeof import('../../containers/jobs.ts')>();
  const first = defineJob({ name: 'first' });
  const second = defineJob({ name: 'second', after: first });
  const also = defineJob({ name: 'also', after: jobs.find(({ name }) => name === 'csv-report')! });
  return { jobs: [...jobs, first, second, defineJob({ name: 'third', after: second }), also] };
});

const { sfn, s3, starts, inputs } = functionsAlone({ FOLLOWERS: 'hello-world' });

/** Objects of the Artifacts bucket by key. */
let objects: Map<string, string>;
const resultOf = (id: string) => `executions/${id}/result.json`;

beforeEach(() => {
  objects = new Map();
  s3.on(GetObjectCommand).callsFake(async ({ Key }) => {
    const text = objects.get(Key);
    if (text === undefined) throw Object.assign(new Error('The specified key does not exist.'), { name: 'NoSuchKey' });
    return { ContentLength: Buffer.byteLength(text), Body: { transformToString: async () => text, destroy() {} } };
  });
  s3.on(PutObjectCommand).callsFake(async ({ Key, Body }) => void objects.set(Key, Body));
});
afterEach(() => {
  for (const name of Object.keys(uniqueJobs)) delete uniqueJobs[name];
});

// biome-ignore lint/suspicious/noExplicitAny: these tests send what is no event
const invoke = (event: any) => handler(event, context) as unknown as Promise<{ id: string; started: boolean }[]>;
const id = (character: string) => `csv-report-${character.repeat(32)}`;

/** The event of an execution that has succeeded. */
function succeeded(name: string, { input = {}, ...more }: { input?: object; [more: string]: unknown } = {}) {
  const event = sample('AfterTrigger');
  const detail = {
    ...event.detail,
    name,
    input: JSON.stringify({ job: 'csv-report', event: '{}', ...input }),
    ...more,
  };
  return { ...event, detail };
}

describe('an execution that has succeeded', () => {
  test('starts the job that comes after its job, with its result', async () => {
    objects.set(resultOf(id('a')), '{"rows":7,"name":"ünï"}');
    expect(await invoke(succeeded(id('a')))).toMatchObject([{ started: true }]);
    expect(inputs()).toEqual([{ job: 'hello-world', source: 'after', event: '{"rows":7,"name":"ünï"}' }]);
    expect(starts()[0]?.name).toBe(executionName('hello-world', ['after', id('a')]));
  });

  test('hands over a large result by its place, without a copy', async () => {
    // Of these 6,802 bytes, all but two become two characters each in a container's override.
    objects.set(resultOf(id('a')), JSON.stringify('"'.repeat(3400)));
    objects.set(resultOf(id('b')), JSON.stringify('x'.repeat(20_000_000)));
    for (const one of ['a', 'b']) await invoke(succeeded(id(one)));
    const uri = (one: string) => `s3://${environment.ARTIFACTS_BUCKET}/${resultOf(id(one))}`;
    expect(inputs().map(({ eventUri }) => eventUri)).toEqual([uri('a'), uri('b')]);
    expect(s3.commandCalls(PutObjectCommand)).toEqual([]);
  });

  test('hands over null when the job left no result', async () => {
    await invoke(succeeded(id('a')));
    expect(inputs()).toMatchObject([{ event: 'null' }]);
  });

  test('was one piece of work with the one that it resumes, whose artifacts hold its result', async () => {
    objects.set(resultOf(id('a')), '1');
    await invoke(succeeded(id('a')));
    await invoke(succeeded(`${id('a')}-r2`, { input: { resumes: id('a') } }));
    expect(inputs()).toMatchObject([{ event: '1' }, { event: '1' }]);
    expect(new Set(starts().map(({ name }) => name)).size).toBe(1);
  });

  test('has a follower with a key of its own, where that job has one, from a result of any size that can be read', async () => {
    uniqueJobs['hello-world'] = async () =>
      defineJob({ name: 'hello-world', input: typed<{ rows: number }>(), unique: ({ rows }) => String(rows) });
    for (const one of ['a', 'b', 'c']) {
      objects.set(resultOf(id(one)), JSON.stringify({ rows: one === 'c' ? 8 : 7, text: '"'.repeat(9000) }));
      await invoke(succeeded(id(one)));
    }
    const key = (rows: string) => executionName('hello-world', ['key', rows]);
    expect(starts().map(({ name }) => name)).toEqual([key('7'), key('7'), key('8')]);
    await expect(invoke(succeeded(id('d')))).rejects.toMatchObject({ name: 'InvalidInputError' });
  });

  test('of a job that none comes after starts nothing, and neither does one that failed', async () => {
    expect(await invoke(succeeded('hello-world-1', { input: { job: 'hello-world' } }))).toEqual([]);
    expect(await invoke(succeeded(id('a'), { status: 'FAILED' }))).toEqual([]);
    vi.stubEnv('FOLLOWERS', '');
    expect(await invoke(succeeded(id('a')))).toEqual([]);
    expect(starts()).toEqual([]);
  });

  test('is asked for its input when that was too large for the event', async () => {
    sfn.on(DescribeExecutionCommand).resolves({ input: '{"job":"csv-report"}' });
    const event = succeeded('chosen-by-hand');
    event.detail.input = null;
    await invoke(event);
    expect(starts().map(({ name }) => name)).toEqual([executionName('hello-world', ['after', 'chosen-by-hand'])]);
    expect(sfn.commandCalls(DescribeExecutionCommand).map(({ args }) => args[0].input)).toEqual([
      { executionArn: event.detail.executionArn },
    ]);
  });

  test('starts all jobs that come after its job, and a chain goes on from each to the next', async () => {
    vi.stubEnv('FOLLOWERS', 'hello-world,also,second,third');
    await invoke(succeeded(id('a')));
    expect(inputs().map(({ job }) => job)).toEqual(['hello-world', 'also']);
    sfn.resetHistory();
    let next = { name: 'begun-by-hand', input: '{"job":"first"}' };
    for (const job of ['second', 'third']) {
      objects.set(resultOf(next.name), `"what ${next.name} delivered"`);
      await invoke(succeeded(next.name, { input: JSON.parse(next.input) }));
      const [{ name = '', input = '' } = {}] = starts();
      expect(JSON.parse(input)).toMatchObject({ job, event: `"what ${next.name} delivered"` });
      sfn.resetHistory();
      next = { name, input };
    }
    expect(await invoke(succeeded(next.name, { input: JSON.parse(next.input) }))).toEqual([]);
  });

  test('starts the others when one of its followers cannot be started', async () => {
    vi.stubEnv('FOLLOWERS', 'hello-world,also');
    sfn
      .on(StartExecutionCommand, { name: executionName('hello-world', ['after', id('a')]) })
      .rejects(Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' }));
    await expect(invoke(succeeded(id('a')))).rejects.toThrow('1 of 2 not started: Rate exceeded');
    expect(inputs().map(({ job }) => job)).toContain('also');
  });

  test('fails the invocation when its follower cannot be started now, so that Lambda delivers it again', async () => {
    sfn.on(StartExecutionCommand).rejects(Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' }));
    await expect(invoke(succeeded(id('a')))).rejects.toMatchObject({ name: 'ThrottlingException' });
    s3.on(GetObjectCommand).rejects(Object.assign(new Error('Please reduce your request rate'), { name: 'SlowDown' }));
    await expect(invoke(succeeded(id('a')))).rejects.toMatchObject({ name: 'SlowDown' });
  });

  test('says so when FOLLOWERS names a job that comes after none', async () => {
    vi.stubEnv('FOLLOWERS', 'csv-report');
    await expect(invoke(succeeded(id('a')))).rejects.toThrow("'csv-report', which comes after no job here");
  });

  test('has one follower however often it is announced and whatever else that says; another has another', async () => {
    const name = fc.constantFrom(id('a'), id('b'), 'by-hand', 'by-hand-2', id('a').slice(0, -1));
    const followerOf = async (one: string, rest: object) => (await invoke({ ...succeeded(one), ...rest }))[0]?.id;
    await fc.assert(
      fc.asyncProperty(name, name, fc.uuid(), async (one, other, eventId) => {
        expect((await followerOf(one, { id: eventId })) === (await followerOf(other, {}))).toBe(one === other);
      }),
    );
  });

  test('whatever arrives instead of an event starts nothing, and is refused or of no concern', async () => {
    const damaged = fc.oneof(
      fc.jsonValue(),
      fc.record({ detail: fc.jsonValue() }),
      fc.jsonValue().map((value) => ({ detail: { ...sample('AfterTrigger').detail, input: JSON.stringify(value) } })),
      fc.string().map((input) => ({ detail: { ...sample('AfterTrigger').detail, input } })),
    );
    sfn.on(DescribeExecutionCommand).resolves({});
    await fc.assert(
      fc.asyncProperty(damaged, async (event) => {
        const outcome = await invoke(event).catch((error: Error) => error);
        if (outcome instanceof Error) expect(outcome.name).toBe('MalformedEventError');
        else expect(outcome).toEqual([]);
      }),
    );
    expect(starts()).toEqual([]);
  });
});

describe('the sweep', () => {
  const run = () => sweep({}, context) as unknown as Promise<{ id: string }[]>;
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);
  const follower = (name: string) => executionName('hello-world', ['after', name]);
  const listed = (...executions: [name: string, stopDate: Date][]) =>
    sfn.on(ListExecutionsCommand).resolves({
      executions: executions.map(([name, stopDate]) => ({
        name,
        stopDate,
        executionArn: `arn:…:${name}`,
        stateMachineArn: 'arn',
        status: 'SUCCEEDED' as const,
        startDate: stopDate,
      })),
    });
  const record = (until: Date, since = until) =>
    objects.set(
      'chains/sweep.json',
      JSON.stringify({ until: until.toISOString(), since: { 'hello-world after csv-report': since.toISOString() } }),
    );

  beforeEach(() => {
    sfn.on(DescribeExecutionCommand).resolves({ input: '{"job":"csv-report"}' });
  });

  test('of a new deployment starts nothing for what there was before, and reads none of it', async () => {
    listed([id('a'), ago(1)]);
    expect(await run()).toEqual([]);
    expect(sfn.commandCalls(ListExecutionsCommand)).toEqual([]);
    expect(await run()).toEqual([]);
    expect(starts()).toEqual([]);
  });

  test('starts what an event should have started since the last one, and nothing that is there', async () => {
    record(ago(60), ago(1000));
    listed([id('a'), ago(10)], [follower(id('b')), ago(20)], [id('b'), ago(30)], ['hello-world-x', ago(40)]);
    objects.set(resultOf(id('a')), '{"rows":7}');
    sfn
      .on(DescribeExecutionCommand, { executionArn: 'arn:…:hello-world-x' })
      .resolves({ input: '{"job":"hello-world"}' });
    expect(await run()).toMatchObject([{ id: follower(id('a')) }]);
    expect(inputs()).toEqual([{ job: 'hello-world', source: 'after', event: '{"rows":7}' }]);
  });

  test('starts nothing for what ended before its pair of jobs was known', async () => {
    record(ago(60), ago(30));
    listed([id('a'), ago(29)], [id('b'), ago(31)]);
    expect(await run()).toMatchObject([{ id: follower(id('a')) }]);
  });

  test('reads no further back than the last one, whatever the history holds', async () => {
    record(ago(60), ago(10_000));
    sfn
      .on(ListExecutionsCommand)
      .resolvesOnce({ executions: [{ name: id('a'), stopDate: ago(5) }] as never, nextToken: '2' })
      .resolvesOnce({ executions: [{ name: id('b'), stopDate: ago(500) }] as never, nextToken: '3' })
      .rejects(new Error('A page too many'));
    expect(await run()).toMatchObject([{ id: follower(id('a')) }]);
  });

  test('looks again at what it could not start, and is done with what can never be started', async () => {
    const before = ago(60);
    record(before, ago(1000));
    listed([id('a'), ago(10)], [id('b'), ago(20)]);
    const refuse = (name: string) => Object.assign(new Error('no'), { name });
    sfn.on(StartExecutionCommand, { name: follower(id('a')) }).rejects(refuse('ThrottlingException'));
    await expect(run()).rejects.toThrow('1 of 2 not followed: ');
    expect(starts().map(({ name }) => name)).toContain(follower(id('b')));
    expect(JSON.parse(objects.get('chains/sweep.json') ?? '').until).toBe(before.toISOString());
    sfn.on(StartExecutionCommand, { name: follower(id('a')) }).rejects(refuse('ValidationException'));
    await run();
    expect(JSON.parse(objects.get('chains/sweep.json') ?? '').until > before.toISOString()).toBe(true);
  });
});

test('a job that cannot follow does not make the sweep forget another that could not yet', () => {
  const named = (...names: string[]) =>
    Object.assign(new AggregateError(names.map((name) => Object.assign(new Error(), { name }))), { name: names[0] });
  expect(canNeverWork(named('InvalidInputError', 'ValidationException'))).toBe(true);
  expect(canNeverWork(named('InvalidInputError', 'ThrottlingException'))).toBe(false);
});

test('a chain goes on: what follows a follower is looked for in the same way', () => {
  const first = defineJob({ name: 'first' });
  const second = defineJob({ name: 'second', after: first });
  const third = defineJob({ name: 'third', after: second });
  const end = new Date('2026-01-02T03:00:00Z');
  const named = (...names: string[]) => names.map((name) => ({ name, stopDate: end }));
  const one = `first-${'0'.repeat(32)}`;
  const two = executionName('second', ['after', one]);
  const three = executionName('third', ['after', two]);
  const left = (...names: string[]) => worthALook(named(...names), [second, third]).map(({ name }) => name);
  expect(left(one)).toEqual([one]);
  expect(left(one, two)).toEqual([two]);
  expect(left(`${one}-r2`, two)).toEqual([two]);
  expect(left(one, two, three)).toEqual([]);
  expect(left('by-hand', three)).toEqual(['by-hand']);

  const known = nextRecord([second], undefined, new Date('2026-01-01T00:00:00Z'));
  const later = nextRecord([second, third], known, new Date('2026-01-03T00:00:00Z'));
  expect(followersAt([second, third], 'first', end, later)).toEqual([second]);
  expect(followersAt([second, third], 'second', end, later)).toEqual([]);
});
