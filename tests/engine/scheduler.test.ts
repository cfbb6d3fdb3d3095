import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { due, type ScheduleProject, scheduleProject } from './schedule-project.ts';

let app: ScheduleProject;
beforeEach(async () => {
  app = await scheduleProject();
});
afterEach(() => app.remove());

describe('a schedule', () => {
  test('with a rate begins at once and goes on at that rate', async () => {
    app.engine([await app.scheduled(due({ ScheduleExpression: 'rate(5 minutes)' }))]);
    expect(await app.sent()).toEqual(['2026-10-24T08:00:00Z']);
    expect(await app.run(2)).toEqual(['2026-10-24T08:00:00Z', '2026-10-24T08:05:00Z', '2026-10-24T08:10:00Z']);
  });

  test('with a cron expression keeps its time zone, over the end of summer time', async () => {
    const Properties = { ScheduleExpression: 'cron(0 12 ? * * *)', ScheduleExpressionTimezone: 'Europe/Berlin' };
    app.engine([await app.scheduled(due(Properties))]);
    expect(await app.sent()).toEqual([]);
    expect(await app.run(2)).toEqual(['2026-10-24T10:00:00Z', '2026-10-25T11:00:00Z']);
  });

  test('for one time runs once, and not again after a restart', async () => {
    const Properties = { ScheduleExpression: 'at(2026-10-24T20:00:00)', ScheduleExpressionTimezone: 'Asia/Tokyo' };
    const resource = await app.scheduled(due(Properties));
    app.engine([resource]);
    expect(await app.run(1)).toEqual(['2026-10-24T11:00:00Z']);
    await app.stop();
    app.engine([resource]);
    app.clock.advance(86_400);
    expect(await app.sent()).toHaveLength(1);
  });

  test('runs between its start and its end date, and not while it is disabled', async () => {
    app.engine([
      await app.scheduled({
        ...due({
          ScheduleExpression: 'rate(1 hour)',
          StartDate: '2026-10-24T09:30:00Z',
          EndDate: '2026-10-24T10:45:00Z',
        }),
        Off: { Type: 'ScheduleV2', Properties: { ScheduleExpression: 'rate(1 minute)', State: 'DISABLED' } },
      }),
    ]);
    expect(await app.run(2)).toEqual(['2026-10-24T09:30:00Z', '2026-10-24T10:30:00Z']);
    expect(app.clock.next()).toBeUndefined();
  });

  test('has the context attributes of its input replaced', async () => {
    const Input =
      '{"arn":"<aws.scheduler.schedule-arn>","time":"<aws.scheduler.scheduled-time>","id":"<aws.scheduler.execution-id>","attempt":"<aws.scheduler.attempt-number>"}';
    app.engine([await app.scheduled(due({ ScheduleExpression: 'rate(1 day)', Input }))]);
    expect(await app.sent()).toEqual([
      {
        arn: 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/TickDue',
        time: '2026-10-24T08:00:00Z',
        id: expect.stringMatching(/^[0-9a-f]{16}$/),
        attempt: '1',
      },
    ]);
  });

  test('without an input sends the event of its service: Scheduler, or a rule of EventBridge', async () => {
    app.engine([
      await app.scheduled({
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
    expect(await app.run(2)).toEqual([
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
    const tick = await app.scheduled({});
    const properties = {
      Name: 'nightly',
      ScheduleExpression: 'at(2026-10-24T09:00:00)',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
      Target: { Arn: tick.attributes.Arn, RoleArn: 'arn:aws:iam::000000000000:role/r', Input: '{"a":1}' },
    };
    const resource = { ...tick, logicalId: 'Nightly', path: 'Nightly', type: 'AWS::Scheduler::Schedule', properties };
    const queue = { ...properties, Target: { Arn: 'arn:aws:sqs:us-east-1:000000000000:q' } };
    app.engine([tick, resource, { ...resource, path: 'Other', logicalId: 'Other', properties: queue }]);
    expect(await app.run(1)).toEqual([{ a: 1 }]);
    expect(app.notices).toEqual([expect.stringContaining('Other: the target arn:aws:sqs:us-east-1:000000000000:q')]);
  });

  test('is fired now by its name, without touching its times', async () => {
    const sources = app.engine([
      await app.scheduled(due({ ScheduleExpression: 'cron(0 12 * * ? *)', State: 'DISABLED' })),
    ]);
    app.clock.advance(7);
    sources.fire('TickDue');
    expect(await app.sent()).toEqual(['2026-10-24T08:00:07Z']);
    expect(() => sources.fire('Tock')).toThrow('There is no schedule "Tock". There are: TickDue.');
  });

  test('is fired by its place in the template, and without the path where no other ends like it', async () => {
    const tick = await app.scheduled({});
    const inBlock = (block: string, event: string) => {
      const Properties = { ScheduleExpression: 'rate(1 day)', State: 'DISABLED', OmitName: true, Input: `"${block}"` };
      const properties = { ...tick.properties, Events: { [event]: { Type: 'ScheduleV2', Properties } } };
      return { ...tick, path: `${block}/Tick`, ref: `${block}-Tick`, properties };
    };
    const sources = app.engine([tick, inBlock('Daily', 'Due'), inBlock('Hourly', 'Due'), inBlock('Weekly', 'Late')]);
    for (const name of ['Hourly/TickDue', 'Daily/TickDue', 'TickLate', 'Weekly/TickLate']) sources.fire(name);
    expect((await app.sent()).sort()).toEqual(['Daily', 'Hourly', 'Weekly', 'Weekly']);
    expect(() => sources.fire('TickDue')).toThrow(
      'There are several schedules "TickDue": Daily/TickDue, Hourly/TickDue.',
    );
    expect(() => sources.fire('kDue')).toThrow('There is no schedule "kDue"');
  });

  test('that cannot be read is said, and the others run', async () => {
    app.engine([
      await app.scheduled({
        Bad: { Type: 'ScheduleV2', Properties: { ScheduleExpression: 'cron(0 8 * * * *)' } },
        ...due({ ScheduleExpression: 'rate(1 hour)' }),
      }),
    ]);
    expect(await app.sent()).toHaveLength(1);
    expect(app.notices).toEqual([
      'TickBad: cron(0 8 * * * *): one of day-of-month and day-of-week must be ?, and the other must not.',
    ]);
  });
});

describe('while the engine was off', () => {
  async function offFor(hours: number, properties: object): Promise<unknown[]> {
    const resource = await app.scheduled(due({ ScheduleExpression: 'cron(0 * * * ? *)', ...properties }));
    app.engine([resource]);
    const before = await app.run(1);
    await app.stop();
    app.clock.advance(hours * 3600 + 600);
    app.engine([resource]);
    return (await app.sent()).slice(before.length);
  }

  test('only the newest missed time is sent when it is back', async () => {
    expect(await offFor(5, {})).toEqual(['2026-10-24T14:00:00Z']);
    expect(app.clock.next()).toBe('2026-10-24T15:00:00.000Z');
  });

  test('nothing is sent when its retry policy has no retries', async () => {
    expect(await offFor(5, { RetryPolicy: { MaximumRetryAttempts: 0 } })).toEqual([]);
  });

  test('nothing is sent when the missed time is older than its retry policy allows', async () => {
    expect(await offFor(5, { RetryPolicy: { MaximumEventAgeInSeconds: 300 } })).toEqual([]);
  });

  test('a changed schedule in the template begins anew, and one that is gone is forgotten', async () => {
    app.engine([
      await app.scheduled({
        ...due({ ScheduleExpression: 'cron(0 9 * * ? *)' }),
        Gone: { Type: 'ScheduleV2', Properties: { ScheduleExpression: 'cron(0 9 * * ? *)' } },
      }),
    ]);
    await app.stop();
    app.engine([await app.scheduled(due({ ScheduleExpression: 'cron(0 20 * * ? *)' }))]);
    expect(await app.run(1)).toEqual(['2026-10-24T20:00:00Z']);
  });
});
