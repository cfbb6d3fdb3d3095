import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mustSpill } from '../../longhaul/client/override.ts';
import { run } from './world.ts';

const entered = (events: { type: string; [key: string]: unknown }[]) =>
  events
    .filter(({ type }) => type.endsWith('StateEntered'))
    .map((event) => (event.stateEnteredEventDetails as { name: string }).name);

/** What the newest task was asked with. */
function parametersOf(events: { type: string; [key: string]: unknown }[]) {
  const scheduled = events.findLast(({ type }) => type === 'TaskScheduled');
  return JSON.parse((scheduled!.taskScheduledEventDetails as { parameters: string }).parameters);
}

const manyTags = Object.fromEntries(Array.from({ length: 41 }, (_, index) => [`tag${index}`, 'x']));

describe('what an execution is started with', () => {
  test.each(['on-batch', 'on-ecs'] as const)('a job that goes well enters two states (%s)', async (job) => {
    const { outcome, events } = await run(job, ['success']);
    expect(outcome.status).toBe('SUCCEEDED');
    expect(entered(events)).toEqual(['Start', job === 'on-batch' ? 'RunOnBatch' : 'RunOnEcs']);
  });

  test('the output says which log to read', async () => {
    expect((await run('on-batch', ['success'])).outcome).toMatchObject({
      output: { capacity: 'spot', log: { group: '/longhaul/longhaul/jobs', stream: 'on-batch/default/1' } },
    });
    expect((await run('on-ecs', ['success'])).outcome).toMatchObject({
      output: { capacity: 'spot', log: { group: '/longhaul/longhaul/jobs', stream: 'on-ecs/job/task-1' } },
    });
  });

  test('the container is given everything that DESIGN promises', async () => {
    const { launches } = await run('on-batch', ['interruption', 'success']);
    expect(launches[1]?.environment).toEqual({
      STP_TRIGGER_EVENT_DATA: '{"a":1}',
      STP_JOB_NAME: 'on-batch',
      STP_EXECUTION_ID: 'execution-1',
      STP_ARTIFACTS_URI: 's3://artifacts/executions/execution-1/',
      STP_CURRENT_ATTEMPT: '1',
      STP_MAXIMUM_ATTEMPTS: '3',
      STP_INTERRUPTIONS: '1',
      STP_TIMEOUT_SECONDS: '3600',
      STP_STOP_TIMEOUT_SECONDS: '120',
    });
  });

  test.each([
    ['text stays as it is', '{"a": 1}', '{"a": 1}'],
    ['an object becomes text', { a: [1, 'ü'] }, '{"a":[1,"ü"]}'],
    ['a number becomes text', 7, '7'],
    ['null becomes text', null, 'null'],
    ['none is an empty object', undefined, '{}'],
  ])('event: %s', async (_, event, text) => {
    const { launches } = await run('on-ecs', ['success'], {
      input: { job: 'on-ecs', ...(event !== undefined && { event }) },
    });
    expect(launches[0]?.environment.STP_TRIGGER_EVENT_DATA).toBe(text);
  });

  test('a spilled event is passed by its URI', async () => {
    const eventUri = 's3://artifacts/executions/execution-1/event.json';
    const { launches } = await run('on-ecs', ['success'], { input: { job: 'on-ecs', eventUri } });
    expect(launches[0]?.environment).toMatchObject({ STP_TRIGGER_EVENT_URI: eventUri });
    expect(launches[0]?.environment).not.toHaveProperty('STP_TRIGGER_EVENT_DATA');
  });

  test.each([
    [undefined, {}],
    [{}, {}],
    [{ team: 'sales' }, { team: 'sales' }],
    [
      { team: 'sales', 'cost:centre': '' },
      { team: 'sales', 'cost:centre': '' },
    ],
    [{ 'longhaul:stack': 'another' }, {}],
  ])('tags %j go to job and task, beside the name of the stack that may stop them', async (tags, kept) => {
    const all = { ...kept, 'longhaul:stack': 'longhaul' };
    const input = (job: string) => ({ job, ...(tags && { tags }) });
    const batch = await run('on-batch', ['interruption', 'success'], { input: input('on-batch') });
    expect(parametersOf(batch.events)).toMatchObject({ Tags: all, PropagateTags: true });
    const ecs = await run('on-ecs', ['success'], { input: input('on-ecs') });
    const { Tags } = parametersOf(ecs.events) as { Tags: { Key: string; Value: string }[] };
    expect(Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]))).toEqual(all);
    expect(Tags).toHaveLength(Object.keys(all).length);
  });

  test('a resumed execution works on the artifacts of the one before', async () => {
    const { launches } = await run('on-batch', ['success'], {
      name: 'on-batch-1-r1',
      input: { job: 'on-batch', resumes: 'on-batch-1', event: {} },
    });
    expect(launches[0]?.environment).toMatchObject({
      STP_EXECUTION_ID: 'on-batch-1-r1',
      STP_ARTIFACTS_URI: 's3://artifacts/executions/on-batch-1/',
    });
  });

  test.each([
    ['_private', 'xprivate-1'],
    ['ünïcode.2', 'xnxcodex2-1'],
    ['on-batch-9f', 'on-batch-9f-1'],
    ['n'.repeat(80), `${'n'.repeat(80)}-1`],
  ])('an execution with the name %s runs as a Batch job with a name that Batch takes', async (name, jobName) => {
    const { events, outcome } = await run('on-batch', ['success'], { name });
    expect(outcome.status).toBe('SUCCEEDED');
    expect(parametersOf(events).JobName).toBe(jobName);
    expect(jobName).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/);
  });

  test('startAt in the future is waited for, and in the past is not', async () => {
    const future = await run('on-batch', ['success'], {
      input: { job: 'on-batch', startAt: '2026-01-02T01:00:00+01:00', event: {} },
    });
    expect(future.waits).toContain(86_400);
    expect(entered(future.events)).toEqual(['Start', 'WaitForStart', 'Start', 'RunOnBatch']);
    const past = await run('on-batch', ['success'], {
      input: { job: 'on-batch', startAt: '2025-01-01T00:00:00Z', event: {} },
    });
    expect(entered(past.events)).toEqual(['Start', 'RunOnBatch']);
  });

  test.each([
    [{}, 'Job.Unknown', /names no job.*on-batch, on-ecs/],
    [[], 'Job.Unknown', /names no job/],
    ['text', 'Job.Unknown', /names no job/],
    [null, 'Job.Unknown', /names no job/],
    [{ job: 'x'.repeat(100_000) }, 'Job.Unknown', /^There is no job x{100} here/],
    [{ job: 'csv-reprot' }, 'Job.Unknown', /csv-reprot/],
    [{ job: 'constructor' }, 'Job.Unknown', /constructor/],
    [{ job: { name: 'on-batch' } }, 'Job.Unknown', /no job/],
    [{ job: 'on-batch', startAt: 'tomorrow' }, 'Job.Rejected', /startAt must be a time.*tomorrow/],
    [{ job: 'on-batch', startAt: 1767225600 }, 'Job.Rejected', /startAt must be a time/],
    [{ job: 'on-batch', startAt: '2027-01-01T00:00:00Z' }, 'Job.Rejected', /330 days/],
    [{ job: 'on-batch', startAt: '2026-12-01T00:00:00+99:00' }, 'Job.Rejected', /startAt must be a time.*99:00/],
    [{ job: 'on-batch', eventUri: 5 }, 'Job.Rejected', /eventUri must be the address.*5/],
    [{ job: 'on-batch', eventUri: 'event.json' }, 'Job.Rejected', /eventUri must be the address.*event\.json/],
    [{ job: 'on-batch', resumes: '../../other' }, 'Job.Rejected', /resumes must be the id/],
    [{ job: 'on-batch', resumes: null }, 'Job.Rejected', /resumes must be the id.*null/],
    [{ job: 'on-batch', resumes: 1 }, 'Job.Rejected', /resumes must be the id.*1/],
    [{ job: 'on-ecs', resumes: true }, 'Job.Rejected', /resumes must be the id.*true/],
    [{ job: 'on-batch', tags: 'sales' }, 'Job.Rejected', /tags must be at most 40 texts.*sales/],
    [{ job: 'on-batch', tags: null }, 'Job.Rejected', /tags must be/],
    [{ job: 'on-batch', tags: ['sales'] }, 'Job.Rejected', /tags must be.*sales/],
    [{ job: 'on-ecs', tags: { team: 'sales', floor: 7 } }, 'Job.Rejected', /tags must be.*7/],
    [{ job: 'on-ecs', tags: { team: { name: 'sales' } } }, 'Job.Rejected', /tags must be/],
    [{ job: 'on-ecs', tags: { team: [] } }, 'Job.Rejected', /tags must be/],
    [{ job: 'on-ecs', tags: manyTags }, 'Job.Rejected', /tags must be/],
    [{ job: 'on-batch', event: `not JSON ${'x'.repeat(7000)}` }, 'Job.Rejected', /must be JSON/],
  ])('%j ends as %s', async (input, error, reason) => {
    const { outcome, launches, failedJobs } = await run('on-batch', ['success'], { input });
    expect(outcome).toMatchObject({ status: 'FAILED', error });
    expect(JSON.parse((outcome as { cause: string }).cause).reason).toMatch(reason);
    expect(launches).toEqual([]);
    expect(failedJobs).toMatchObject([{ id: 'execution-1', error }]);
  });

  test('a large event of a direct start is spilled by the machine itself', async () => {
    const event = { text: '"\\'.repeat(4000) };
    const objects: Record<string, string> = {};
    const { launches } = await run('on-batch', ['success'], { input: { job: 'on-batch', event }, objects });
    expect(launches[0]?.environment.STP_TRIGGER_EVENT_URI).toBe('s3://artifacts/executions/execution-1/event.json');
    expect(JSON.parse(objects['executions/execution-1/event.json'] ?? '')).toEqual(event);
  });

  test('a large event that a trigger hands over is not spilled once more', async () => {
    const character = fc.constantFrom('a', '"', '\u0001', '\u007f', 'ü', '漢', '😀', '\ud800');
    const text = fc.array(character, { minLength: 200, maxLength: 7000, size: 'max' }).map((all) => all.join(''));
    const [id, artifacts] = ['x', 's3://artifacts/executions/x/'];
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 0, max: 6500 }), async (varied, plain) => {
        const event = JSON.stringify({ value: varied.slice(0, (6500 - plain) / 6) + 'a'.repeat(plain) });
        fc.pre(!mustSpill({ job: 'on-ecs', id, artifacts, event }));
        const { launches } = await run('on-ecs', ['success'], { input: { job: 'on-ecs', event } });
        expect(launches[0]?.environment.STP_TRIGGER_EVENT_DATA).toBe(event);
      }),
      { numRuns: 60 },
    );
  });

  test('the overrides stay under 8,192 characters, whatever the event contains', async () => {
    const character = fc.constantFrom('a', '"', '\\', '\n', '\u0001', 'ü', '漢', '😀', '\u2028');
    const text = fc.array(character, { minLength: 1, maxLength: 8000, size: 'max' }).map((all) => all.join(''));
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom('on-batch' as const, 'on-ecs' as const), async (value, job) => {
        const { events } = await run(job, ['success'], { name: 'n'.repeat(80), input: { job, event: { value } } });
        const { ContainerOverrides, Overrides } = parametersOf(events);
        const ascii = JSON.stringify(ContainerOverrides ?? Overrides).replace(/[^ -~]/g, '\\uffff');
        expect(ascii.length).toBeLessThan(8192);
      }),
      { numRuns: 60 },
    );
  });
});

describe('between attempts', () => {
  test('waits grow by the rate, are jittered down to a half, and stay under the maximum', async () => {
    const waitsWith = async (luck: number) =>
      (await run('on-batch', ['exit1', 'exit1', 'success'], { random: () => luck })).waits.filter(
        (wait) => wait < 1000,
      );
    expect(await waitsWith(0.999999)).toEqual([10, 20]);
    expect(await waitsWith(0)).toEqual([5, 10]);
  });

  test('an interruption is followed by a launch at once', async () => {
    const { waits } = await run('on-batch', ['interruption', 'success']);
    expect(waits).toEqual([]);
  });

  test.each([
    ['on-ecs', 'interruption'],
    ['on-ecs', 'exit0OnInterruption'],
    ['on-ecs', 'exit0OnMaintenance'],
    ['on-batch', 'exit0OnInterruption'],
    ['on-batch', 'exit0OnMaintenance'],
  ] as const)('the text of the service counts before the exit code 0: %s, %s', async (job, ending) => {
    const { outcome, launches } = await run(job, [ending, 'success']);
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: { attempts: 1, interruptions: 1 } });
    expect(launches).toHaveLength(2);
  });

  test.each(['on-ecs', 'on-batch'] as const)('so it does on demand, where it uses up attempts: %s', async (job) => {
    const { outcome } = await run(job, ['noCapacity'], {}, 'exit0OnMaintenance');
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'Job.Failed' });
    expect(JSON.parse((outcome as { cause: string }).cause).reason).toBe(
      'The capacity was taken away: the container was told to stop, and ended with exit code 0',
    );
  });
});

describe('the cause of a failure', () => {
  test('is what the job itself said, when it said it in this attempt of this execution', async () => {
    const error = { name: 'PermanentJobError', message: 'not a CSV file', attempt: 1, executionId: 'execution-1' };
    const { outcome, failedJobs } = await run('on-batch', ['exit65'], {
      objects: { 'executions/execution-1/error.json': JSON.stringify(error) },
    });
    const cause = {
      reason: 'not a CSV file',
      exitCode: 65,
      attempt: 1,
      interruptions: 0,
      log: { group: '/longhaul/longhaul/jobs', stream: 'on-batch/default/1' },
    };
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'Job.Rejected' });
    expect(JSON.parse((outcome as { cause: string }).cause)).toEqual(cause);
    expect(failedJobs).toEqual([{ id: 'execution-1', job: 'on-batch', error: 'Job.Rejected', cause }]);
  });

  test('is what is known without it, when what the job left is larger than a state may read', async () => {
    const { outcome, failedJobs } = await run('on-batch', ['exit65'], {
      objects: { 'executions/execution-1/error.json': JSON.stringify({ message: 'x'.repeat(300_000) }) },
    });
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'Job.Rejected' });
    expect(failedJobs).toMatchObject([{ error: 'Job.Rejected', cause: { exitCode: 65 } }]);
  });

  test.each([
    { attempt: 2, executionId: 'execution-1' },
    { attempt: 1, executionId: 'another' },
  ])('is not what an earlier container left behind: %j', async (of) => {
    const { outcome } = await run('on-batch', ['exit65'], {
      objects: { 'executions/execution-1/error.json': JSON.stringify({ message: 'old', ...of }) },
    });
    expect((outcome as { cause: string }).cause).not.toContain('old');
  });
});
