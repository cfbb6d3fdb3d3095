import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  paginateListSchedules,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Endpoint, startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { schedulerService } from '../../longhaul/engine/services/scheduler/index.ts';
import type { Resource } from '../../longhaul/engine/template/model.ts';
import { due, type ScheduleProject, scheduleProject } from './schedule-project.ts';

let app: ScheduleProject;
beforeEach(async () => {
  app = await scheduleProject();
});
afterEach(() => app.remove());

describe('the Scheduler API', () => {
  let endpoint: Endpoint;
  let client: SchedulerClient;
  let tick: Resource;

  beforeEach(async () => {
    tick = await app.scheduled(due({ ScheduleExpression: 'cron(0 12 * * ? *)', Description: 'at noon' }));
    const { scheduler } = app.engine([tick]);
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

  test('lists schedules page by page, of a group, a state or a prefix', async () => {
    const create = (Name: string, more: object = {}) =>
      client.send(new CreateScheduleCommand({ ...input(), Name, ...more }));
    await create('mine-1', { GroupName: 'other', State: 'DISABLED' });
    await create('mine-2');
    await create('mine-3', { GroupName: 'other' });
    const listed = async (query: object) => {
      const pages = await Array.fromAsync(paginateListSchedules({ client, pageSize: 1 }, query));
      return pages.flatMap(({ Schedules = [] }) => Schedules);
    };
    const names = async (query: object) => (await listed(query)).map(({ Name }) => Name);
    expect(await names({})).toEqual(['TickDue', 'mine-2', 'mine-1', 'mine-3']);
    expect(await names({ NamePrefix: 'mine' })).toEqual(['mine-2', 'mine-1', 'mine-3']);
    expect(await names({ GroupName: 'other' })).toEqual(['mine-1', 'mine-3']);
    expect(await listed({ State: 'DISABLED' })).toEqual([
      {
        Name: 'mine-1',
        GroupName: 'other',
        Arn: 'arn:aws:scheduler:us-east-1:000000000000:schedule/other/mine-1',
        State: 'DISABLED',
        Target: { Arn: tick.attributes.Arn },
        CreationDate: expect.any(Date),
        LastModificationDate: expect.any(Date),
      },
    ]);
    await expect(client.send(new ListSchedulesCommand({ MaxResults: 101 }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  test('says of one what its target is sent, when and in which time zone, and whether it is off', async () => {
    const declared = {
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      State: 'DISABLED',
      Input: '{"job":"nightly"}',
      RetryPolicy: { MaximumRetryAttempts: 2 },
      DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:000000000000:undelivered' },
    };
    app.engine([await app.scheduled(due(declared))]);
    const { ScheduleExpression, ScheduleExpressionTimezone, State, Target } = await client.send(
      new GetScheduleCommand({ Name: 'TickDue', GroupName: 'default' }),
    );
    const { Input, RetryPolicy, DeadLetterConfig, ...timing } = declared;
    expect({ ScheduleExpression, ScheduleExpressionTimezone, State }).toEqual(timing);
    expect(Target).toMatchObject({ Arn: tick.attributes.Arn, Input, RetryPolicy, DeadLetterConfig });
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
    expect(app.clock.next()).toBe('2026-10-24T10:00:00.000Z');
    expect(await app.run(1)).toEqual(['mine']);
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
