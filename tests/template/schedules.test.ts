import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { loadStack } from '../../longhaul/engine/template/index.ts';
import { deployment } from '../engine/template-load.ts';
import { read, resources, root } from './templates.ts';

const schedules = globSync('containers/*/template.yaml', { cwd: root })
  .sort()
  .flatMap((file) => resources(file, 'AWS::Scheduler::Schedule').map(([name, one]) => [file, name, one] as const));

test('hello-world shows how a job has a schedule in its own folder', () => {
  expect(schedules.map(([file]) => dirname(file))).toContain('containers/hello-world');
});

test.each(schedules)(
  'the schedule in %s (%s) names its job, and keeps a time that does not reach the trigger',
  (file, _name, { Properties }) => {
    const { Arn, RoleArn, DeadLetterConfig, Input } = Properties.Target;
    const which = {
      job: dirname(file).split('/')[1],
      scheduleArn: '<aws.scheduler.schedule-arn>',
      scheduledTime: '<aws.scheduler.scheduled-time>',
    };
    expect(JSON.parse(Input)).toMatchObject(which); // and what else a job takes, which hello-world does not
    if (which.job === 'hello-world') expect(JSON.parse(Input)).toEqual(which);
    const { FunctionName } = read('template.yaml').Resources.ScheduleTrigger.Properties;
    expect(Arn).toMatch(/:function:\$\{App\}-ScheduleTrigger$/);
    expect(FunctionName).toMatch(/^\$\{AWS::StackName\}-ScheduleTrigger$/);
    expect([RoleArn, DeadLetterConfig.Arn]).toEqual(['ScheduleRoleArn', 'UndeliveredSchedulesArn']);
  },
);

test('no schedule that starts a job is on unless a parameter says so', () => {
  const { stack } = loadStack(`${root}/template.yaml`, { ...deployment, parameters: {} });
  expect(stack.resources.filter(({ type }) => type === 'AWS::Scheduler::Schedule')).toEqual([]);
  for (const { properties, logicalId } of stack.resources) {
    for (const event of Object.values<{ Type: string; Properties?: { State?: string } }>(properties.Events ?? {})) {
      if (event.Type === 'ScheduleV2') expect(event.Properties?.State, logicalId).toBe('DISABLED');
    }
  }
});
