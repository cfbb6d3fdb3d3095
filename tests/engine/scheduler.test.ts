import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Endpoint, startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import type { Functions } from '../../longhaul/engine/functions/index.ts';
import { schedulerService } from '../../longhaul/engine/services/scheduler/index.ts';
import { parseTimetable, type Sources, startSources } from '../../longhaul/engine/sources/index.ts';
import type { Resource } from '../../longhaul/engine/template/model.ts';
import { type Project, project } from './functions-project.ts';
import { ManualClock } from './manual-clock.ts';

let app: Project;
let clock: ManualClock;
let running: { sources: Sources; functions: Functions }[] = [];

beforeEach(async () => {
  app = await project();
  clock = new ManualClock('2026-10-24T08:00:00Z');
});
afterEach(async () => {
  await stop();
  await app.remove();
});

const objectStore = { onEvent: () => () => {} };

/** An engine's schedules; its functions only collect what they are sent. */
function engine(resources: Resource[]): Sources {
  const functions = app.start(resources, { clock });
  const onNotice = (message: string) => void app.notices.push(message);
  const sources = startSources({ resources, functions, objectStore, db: app.db, clock, onNotice });
  running.push({ sources, functions });
  return sources;
}

async function stop(): Promise<void> {
  const all = running;
  running = [];
  for (const { sources } of all) sources.close();
  await Promise.all(all.map(({ functions }) => functions.close()));
}

async function scheduled(events: Record<string, object>): Promise<Resource> {
  const file = JSON.stringify(join(app.directory, 'events'));
  const source = `import { appendFileSync } from 'node:fs';
export const handler = async (event: object) => appendFileSync(${file}, JSON.stringify(event) + '\\n');`;
  return app.function('Tick', source, { Events: events });
}

/** One event per scheduled time, which it names. */
function at(properties: object): { Due: object } {
  return { Due: { Type: 'ScheduleV2', Properties: { Input: '"<aws.scheduler.scheduled-time>"', ...properties } } };
}

/** Everything that was sent so far, once it has been delivered. */
async function sent(): Promise<unknown[]> {
  await vi.waitFor(
    () => expect(app.db.prepare('SELECT count(*) AS n FROM lambda_async_events').get()).toMatchObject({ n: 0 }),
    { timeout: 20_000 },
  );
  const text = await readFile(join(app.directory, 'events'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** Turns the clock to each time at which the schedule wakes up, so often. */
async function run(times: number): Promise<unknown[]> {
  for (let turn = 0; turn < times; turn++) {
    await sent();
    await vi.waitFor(() => expect(clock.next()).toBeDefined());
    clock.set(clock.next()!);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return sent();
}

describe('a schedule', () => {
  test('with a rate begins at once and goes on at that rate', async () => {
    engine([await scheduled(at({ ScheduleExpression: 'rate(5 minutes)' }))]);
    expect(await sent()).toEqual(['2026-10-24T08:00:00Z']);
    expect(await run(2)).toEqual(['2026-10-24T08:00:00Z', '2026-10-24T08:05:00Z', '2026-10-24T08:10:00Z']);
  });

  test('with a cron expression keeps its time zone, over the end of summer time', async () => {
    const Properties = { ScheduleExpression: 'cron(0 12 ? * * *)', ScheduleExpressionTimezone: 'Europe/Berlin' };
    engine([await scheduled(at(Properties))]);
    expect(await sent()).toEqual([]);
    expect(await run(2)).toEqual(['2026-10-24T10:00:00Z', '2026-10-25T11:00:00Z']);
  });

  test('for one time runs once, and not again after a restart', async () => {
    const Properties = { ScheduleExpression: 'at(2026-10-24T20:00:00)', ScheduleExpressionTimezone: 'Asia/Tokyo' };
    const resource = await scheduled(at(Properties));
    engine([resource]);
    expect(await run(1)).toEqual(['2026-10-24T11:00:00Z']);
    await stop();
    engine([resource]);
    clock.advance(86_400);
    expect(await sent()).toHaveLength(1);
  });

  test('runs between its start and its end date, and not while it is disabled', async () => {
    engine([
      await scheduled({
        ...at({
          ScheduleExpression: 'rate(1 hour)',
          StartDate: '2026-10-24T09:30:00Z',
          EndDate: '2026-10-24T10:45:00Z',
        }),
        Off: { Type: 'ScheduleV2', Properties: { ScheduleExpression: 'rate(1 minute)', State: 'DISABLED' } },
      }),
    ]);
    expect(await run(2)).toEqual(['2026-10-24T09:30:00Z', '2026-10-24T10:30:00Z']);
    expect(clock.next()).toBeUndefined();
  });

  test('has the context attributes of its input replaced', async () => {
    const Input =
      '{"arn":"<aws.scheduler.schedule-arn>","time":"<aws.scheduler.scheduled-time>","id":"<aws.scheduler.execution-id>","attempt":"<aws.scheduler.attempt-number>"}';
    engine([await scheduled(at({ ScheduleExpression: 'rate(1 day)', Input }))]);
    expect(await sent()).toEqual([
      {
        arn: 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/TickDue',
        time: '2026-10-24T08:00:00Z',
        id: expect.stringMatching(/^[0-9a-f]{16}$/),
        attempt: '1',
      },
    ]);
  });

  test('without an input sends the event of its service: Scheduler, or a rule of EventBridge', async () => {
    engine([
      await scheduled({
        New: { Type: 'ScheduleV2', Properties: { ScheduleExpression: 'at(2026-10-24T09:00:00)' } },
        Old: { Type: 'Schedule', Properties: { Schedule: 'rate(2 hours)', Name: 'old' } },
      }),
    ]);
    const common = {
      version: '0',
      id: expect.any(String),
      'detail-type': 'Scheduled Event',
      account: '000000000000',
      region: 'us-east-1',
    };
    expect(await run(2)).toEqual([
      {
        ...common,
        source: 'aws.scheduler',
        time: '2026-10-24T09:00:00Z',
        resources: ['arn:aws:scheduler:us-east-1:000000000000:schedule/default/TickNew'],
        detail: '{}',
      },
      {
        ...common,
        source: 'aws.events',
        // A rule's rate counts from its creation.
        time: '2026-10-24T10:00:00Z',
        resources: ['arn:aws:events:us-east-1:000000000000:rule/old'],
        detail: {},
      },
    ]);
  });

  test('can be a resource of its own, with a function as its target', async () => {
    const tick = await scheduled({});
    const properties = {
      Name: 'nightly',
      ScheduleExpression: 'at(2026-10-24T09:00:00)',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
      Target: { Arn: tick.attributes.Arn, RoleArn: 'arn:aws:iam::000000000000:role/r', Input: '{"a":1}' },
    };
    const resource = { ...tick, logicalId: 'Nightly', path: 'Nightly', type: 'AWS::Scheduler::Schedule', properties };
    const queue = { ...properties, Target: { Arn: 'arn:aws:sqs:us-east-1:000000000000:q' } };
    engine([tick, resource, { ...resource, path: 'Other', logicalId: 'Other', properties: queue }]);
    expect(await run(1)).toEqual([{ a: 1 }]);
    expect(app.notices).toEqual([expect.stringContaining('Other: the target arn:aws:sqs:us-east-1:000000000000:q')]);
  });

  test('is fired now by its name, without touching its times', async () => {
    const sources = engine([await scheduled(at({ ScheduleExpression: 'cron(0 12 * * ? *)', State: 'DISABLED' }))]);
    clock.advance(7);
    sources.fire('TickDue');
    expect(await sent()).toEqual(['2026-10-24T08:00:07Z']);
    expect(() => sources.fire('Tock')).toThrow('There is no schedule "Tock". There are: TickDue.');
  });

  test('that cannot be read is said, and the others run', async () => {
    engine([
      await scheduled({
        Bad: { Type: 'ScheduleV2', Properties: { ScheduleExpression: 'cron(0 8 * * * *)' } },
        ...at({ ScheduleExpression: 'rate(1 hour)' }),
      }),
    ]);
    expect(await sent()).toHaveLength(1);
    expect(app.notices).toEqual([
      'TickBad: cron(0 8 * * * *): one of day-of-month and day-of-week must be ?, and the other must not.',
    ]);
  });
});

describe('while the engine was off', () => {
  async function offFor(hours: number, properties: object): Promise<unknown[]> {
    const resource = await scheduled(at({ ScheduleExpression: 'cron(0 * * * ? *)', ...properties }));
    engine([resource]);
    const before = await run(1);
    await stop();
    clock.advance(hours * 3600 + 600);
    engine([resource]);
    return (await sent()).slice(before.length);
  }

  test('only the newest missed time is sent when it is back', async () => {
    expect(await offFor(5, {})).toEqual(['2026-10-24T14:00:00Z']);
    expect(clock.next()).toBe('2026-10-24T15:00:00.000Z');
  });

  test('nothing is sent when its retry policy has no retries', async () => {
    expect(await offFor(5, { RetryPolicy: { MaximumRetryAttempts: 0 } })).toEqual([]);
  });

  test('nothing is sent when the missed time is older than its retry policy allows', async () => {
    expect(await offFor(5, { RetryPolicy: { MaximumEventAgeInSeconds: 300 } })).toEqual([]);
  });

  test('a changed schedule in the template begins anew, and one that is gone is forgotten', async () => {
    engine([
      await scheduled({
        ...at({ ScheduleExpression: 'cron(0 9 * * ? *)' }),
        Gone: { Type: 'ScheduleV2', Properties: { ScheduleExpression: 'cron(0 9 * * ? *)' } },
      }),
    ]);
    await stop();
    engine([await scheduled(at({ ScheduleExpression: 'cron(0 20 * * ? *)' }))]);
    expect(await run(1)).toEqual(['2026-10-24T20:00:00Z']);
  });
});

describe('an expression', () => {
  const times = (expression: string, timezone: string, from: string, count = 3) => {
    const timetable = parseTimetable(expression, timezone);
    const found: string[] = [];
    let time = timetable.first(Date.parse(from), false);
    while (time !== undefined && found.length < count) {
      found.push(new Date(time).toISOString().slice(0, 16));
      time = timetable.after(time);
    }
    return found;
  };

  // 2026-02-01 is a Sunday.
  test.each([
    ['cron(15 12 ? * 2 *)', ['2026-02-02T12:15', '2026-02-09T12:15', '2026-02-16T12:15']],
    ['cron(0 8 ? * SUN,7 *)', ['2026-02-01T08:00', '2026-02-07T08:00', '2026-02-08T08:00']],
    ['cron(0 18 ? * MON-FRI *)', ['2026-02-02T18:00', '2026-02-03T18:00', '2026-02-04T18:00']],
    ['cron(0 8 L * ? *)', ['2026-02-28T08:00', '2026-03-31T08:00', '2026-04-30T08:00']],
    ['cron(0 8 15W * ? *)', ['2026-02-16T08:00', '2026-03-16T08:00', '2026-04-15T08:00']],
    ['cron(0 8 ? * 6#3 *)', ['2026-02-20T08:00', '2026-03-20T08:00', '2026-04-17T08:00']],
    ['cron(0 8 ? * 5L *)', ['2026-02-26T08:00', '2026-03-26T08:00', '2026-04-30T08:00']],
    ['cron(0 8 ? * L *)', ['2026-02-07T08:00', '2026-02-14T08:00', '2026-02-21T08:00']],
    ['cron(40/15 8 ? * * *)', ['2026-02-01T08:40', '2026-02-01T08:55', '2026-02-02T08:40']],
    ['cron(0 0 1 1 ? 2028-2029)', ['2028-01-01T00:00', '2029-01-01T00:00']],
    ['at(2026-12-24T08:00:00)', ['2026-12-24T08:00']],
    ['at(2026-01-24T08:00:00)', []],
    ['rate(36 hours)', ['2026-02-01T00:00', '2026-02-02T12:00', '2026-02-04T00:00']],
  ])('%s means %j', (expression, expected) => {
    expect(times(expression, 'UTC', '2026-02-01T00:00:00Z')).toEqual(expected);
  });

  test('skips local times that do not exist, and runs once at those that come twice', () => {
    expect(times('cron(30 2 * * ? *)', 'Europe/Berlin', '2026-03-28T12:00:00Z', 1)).toEqual(['2026-03-30T00:30']);
    expect(times('cron(0/30 2 * * ? *)', 'Europe/Berlin', '2026-10-24T12:00:00Z', 3)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T00:30',
      '2026-10-26T01:00',
    ]);
  });

  test.each([
    ['every day', 'UTC', 'rate(…), cron(…) and at(…) are'],
    ['rate(0 minutes)', 'UTC', 'positive number'],
    ['rate(5 weeks)', 'UTC', 'minutes, hours or days'],
    ['cron(0 8 * * ?)', 'UTC', 'has 5 fields; it needs 6'],
    ['cron(0 25 * * ? *)', 'UTC', 'cron(0 25 * * ? *)'],
    ['at(tomorrow)', 'UTC', 'yyyy-mm-ddThh:mm:ss'],
    ['rate(1 day)', 'Berlin', '"Berlin" is no time zone'],
  ])('%s (%s) is refused: %s', (expression, timezone, text) => {
    expect(() => parseTimetable(expression, timezone)).toThrow(text);
  });
});

describe('the Scheduler API', () => {
  let endpoint: Endpoint;
  let client: SchedulerClient;
  let tick: Resource;

  beforeEach(async () => {
    tick = await scheduled(at({ ScheduleExpression: 'cron(0 12 * * ? *)', Description: 'at noon' }));
    const { scheduler } = engine([tick]);
    endpoint = await startEndpoint({ port: 0, services: [schedulerService(scheduler)] });
    const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
    client = new SchedulerClient({ endpoint: endpoint.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  });

  afterEach(async () => {
    client.destroy();
    await endpoint.close();
  });

  const input = () => ({
    Name: 'mine',
    ScheduleExpression: 'at(2026-10-24T09:00:00)',
    FlexibleTimeWindow: { Mode: 'OFF' as const },
    Target: { Arn: tick.attributes.Arn, RoleArn: 'arn:aws:iam::000000000000:role/r', Input: '"mine"' },
  });

  test("shows the template's schedules", async () => {
    const { Schedules } = await client.send(new ListSchedulesCommand({}));
    expect(Schedules).toMatchObject([{ Name: 'TickDue', State: 'ENABLED', GroupName: 'default' }]);
    expect(await client.send(new GetScheduleCommand({ Name: 'TickDue' }))).toMatchObject({
      Arn: 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/TickDue',
      CreationDate: new Date('2026-10-24T08:00:00Z'),
      Description: 'at noon',
      ScheduleExpression: 'cron(0 12 * * ? *)',
      ScheduleExpressionTimezone: 'UTC',
      Target: { Arn: tick.attributes.Arn },
    });
  });

  test('creates a schedule that runs, updates and deletes it', async () => {
    await client.send(new CreateScheduleCommand(input()));
    const later = {
      ...input(),
      ScheduleExpression: 'at(2026-10-24T10:00:00)',
      StartDate: new Date('2026-10-24T09:00:00Z'),
    };
    await client.send(new UpdateScheduleCommand({ ...later, ActionAfterCompletion: 'DELETE' }));
    const { StartDate } = await client.send(new GetScheduleCommand({ Name: 'mine' }));
    expect(StartDate).toEqual(new Date('2026-10-24T09:00:00Z'));
    expect(clock.next()).toBe('2026-10-24T10:00:00.000Z');
    expect(await run(1)).toEqual(['mine']);
    await expect(client.send(new GetScheduleCommand({ Name: 'mine' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await client.send(new CreateScheduleCommand({ ...input(), ScheduleExpression: 'rate(1 hour)', State: 'DISABLED' }));
    await client.send(new DeleteScheduleCommand({ Name: 'mine' }));
    expect((await client.send(new ListSchedulesCommand({ NamePrefix: 'mi' }))).Schedules).toEqual([]);
  });

  test('refuses what it does not have or cannot read', async () => {
    await client.send(new CreateScheduleCommand(input()));
    const create = (change: object) => client.send(new CreateScheduleCommand({ ...input(), ...change }));
    await expect(create({})).rejects.toMatchObject({ name: 'ConflictException' });
    await expect(create({ Name: 'x', ScheduleExpression: 'cron(1)' })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('it needs 6'),
    });
    await expect(client.send(new DeleteScheduleCommand({ Name: 'nobody' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
