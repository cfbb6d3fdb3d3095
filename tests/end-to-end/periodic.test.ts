import { GetScheduleCommand, ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import type { Engine } from 'longhaul/engine';
import { describe, expect, test } from 'vitest';
import { changedTemplate } from './changed-template.ts';
import { app, engineOf, temporaryDirectory, until } from './engine.ts';
import { jobLog, startedBy } from './executions.ts';

/** An engine with one more schedule of hello-world; it is closed by the caller. */
async function periodic(dataDirectory: string, expression: string): Promise<Engine> {
  const resources = `
Nightly:
  Type: AWS::Serverless::Application
  DependsOn: StateMachine
  Properties:
    Location: functions/triggers/schedule/template.yaml
    Parameters:
      App: !Ref AWS::StackName
      Job: hello-world
      ScheduleExpression: ${expression}
      Timezone: Europe/Berlin
      Input: '{"region":"north"}'
`;
  return engineOf(app, { dataDirectory, template: await changedTemplate({ resources }) });
}

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString().slice(0, 19);

describe('a block with a schedule', () => {
  test('starts its job with its input, once for the time that is due, and once more for the next', async () => {
    const engine = await periodic(await temporaryDirectory(), `at(${inAnHour()})`);
    try {
      engine.fire('Nightly/ScheduleTriggerDue');
      const [started] = await until(async () => {
        const all = await startedBy(engine, 'schedule');
        return all.length > 0 && all;
      });
      expect(started?.id).toMatch(/^hello-world-[0-9a-f]{32}$/);
      expect(started?.event).toEqual({
        scheduleArn: expect.stringMatching(/^arn:aws:scheduler:.*:schedule\/default\/longhaul-Nightly-.*-Due$/),
        scheduledTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        region: 'north',
      });
      expect(await until(() => jobLog(engine, started!.id))).toContain(started?.event.scheduledTime);
      // Its time has seconds: the next one is another.
      await new Promise((resolve) => setTimeout(resolve, 1100));
      engine.fire('Nightly/ScheduleTriggerDue');
      await until(async () => (await startedBy(engine, 'schedule')).length === 2);
    } finally {
      await engine.close();
    }
  });

  test('starts it at the time itself, and survives a restart of the engine', async () => {
    const dataDirectory = await temporaryDirectory();
    // The time comes when an engine has seen it, however long it takes to start here.
    const begun = Date.now();
    await (await periodic(dataDirectory, `at(${inAnHour()})`)).close();
    const soon = new Date(Date.now() + 5 * (Date.now() - begun));
    const berlin = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Europe/Berlin',
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    const expression = `at(${berlin.format(soon).replace(' ', 'T')})`;
    await (await periodic(dataDirectory, expression)).close();
    const engine = await periodic(dataDirectory, expression);
    try {
      const started = await until(async () => (await startedBy(engine, 'schedule'))[0]);
      expect(started.event.scheduledTime).toBe(soon.toISOString().replace(/\.\d{3}Z$/, 'Z'));
      expect(started.startDate.getTime()).toBeGreaterThanOrEqual(Date.parse(started.event.scheduledTime));
    } finally {
      await engine.close();
    }
  });

  test('names a function that is there and what keeps a time that did not reach it; that of the app is off', async () => {
    const dataDirectory = await temporaryDirectory();
    const off = await engineOf(app, { dataDirectory });
    try {
      expect(() => off.fire('Nightly/ScheduleTriggerDue')).toThrow('There is no schedule');
      const { Schedules = [] } = await new SchedulerClient(off.aws).send(new ListSchedulesCommand({}));
      const ofTriggers = Schedules.filter(({ Name }) => Name?.includes('-ScheduleTrigger-'));
      expect(ofTriggers).toMatchObject([{ Name: expect.stringContaining('-Daily-'), State: 'DISABLED' }]);
    } finally {
      await off.close();
    }
    const engine = await periodic(dataDirectory, 'rate(30 days)');
    try {
      const scheduler = new SchedulerClient(engine.aws);
      const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({}));
      const { Name } = Schedules.find(({ Name }) => Name?.includes('-Nightly-'))!;
      const { Target, ScheduleExpressionTimezone } = await scheduler.send(new GetScheduleCommand({ Name }));
      const resource = (id: string) =>
        engine.stack.resources.find(({ path }) => path === `Nightly/${id}`)?.attributes.Arn;
      expect(ScheduleExpressionTimezone).toBe('Europe/Berlin');
      expect(Target).toMatchObject({
        Arn: resource('ScheduleTrigger'),
        RoleArn: resource('ScheduleRole'),
        DeadLetterConfig: { Arn: resource('Undelivered') },
      });
    } finally {
      await engine.close();
    }
  });
});
