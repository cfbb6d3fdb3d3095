import { CloudFormationClient, DescribeStacksCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import {
  GetScheduleCommand,
  type GetScheduleCommandOutput,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { jobsCommand } from '../../longhaul/cli/jobs.ts';
import { mocked } from '../mocked.ts';
import { inProcess } from './in-process.ts';

const sfn = mocked(SFNClient);
const scheduler = mocked(SchedulerClient);
const cloudFormation = mocked(CloudFormationClient);

beforeEach(() => {
  for (const client of [sfn, scheduler, cloudFormation]) client.reset();
  scheduler.on(ListSchedulesCommand).resolves({ Schedules: [] });
});

const outputs = {
  StateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:jobs',
  ArtifactsBucketName: 'artifacts',
};
const defaults = "{'capacity':'spot','maxAttempts':3,'timeoutSeconds':60}";
const literal =
  "{'by-hand':{'backend':'batch'},'follower':{'backend':'ecs'},'hourly':{'backend':'ecs','maxAttempts':1},'nightly':{'backend':'ecs'}}";

/** `longhaul jobs`, where the state machine and the API know these jobs. */
function jobs(...args: string[]) {
  const Choices = [
    { Condition: `{% $not($states.input.job in $keys(${literal})) %}` },
    { Assign: { spec: `{% $merge([${defaults}, $lookup(${literal}, $states.input.job)]) %}` } },
  ];
  const definition = JSON.stringify({ StartAt: 'Start', States: { Start: { Choices } } });
  sfn.on(DescribeStateMachineCommand).resolves({ definition });
  const known = [{ name: 'follower', input: true, after: 'by-hand' }];
  vi.stubGlobal('fetch', async () => Response.json({ jobs: known }));
  onTestFinished(() => void vi.unstubAllGlobals());
  return inProcess(jobsCommand(), args, { outputs });
}

const functionArn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

/** Schedules by name, each on a page of its own. */
function schedules(all: Record<string, { job?: string; target?: string } & Partial<GetScheduleCommandOutput>>) {
  const names = Object.keys(all);
  for (const [index, [Name, { job, target = 'daily', ...more }]] of Object.entries(all).entries()) {
    const Arn = functionArn(target);
    const next = names[index + 1];
    scheduler
      .on(ListSchedulesCommand, index === 0 ? {} : { NextToken: Name })
      .resolves({ Schedules: [{ Name, GroupName: 'mine', Target: { Arn } }], ...(next && { NextToken: next }) });
    const Input =
      job === undefined ? 'no JSON' : JSON.stringify({ job, scheduledTime: '<aws.scheduler.scheduled-time>' });
    scheduler.on(GetScheduleCommand, { Name, GroupName: 'mine' }).resolves({
      State: 'ENABLED',
      ScheduleExpressionTimezone: 'UTC',
      Target: { Arn, RoleArn: 'arn:aws:iam::000000000000:role/r', Input },
      ...more,
    });
  }
}

const several = {
  each: { job: 'hourly', ScheduleExpression: 'rate(1 hour)' },
  night: { job: 'nightly', ScheduleExpression: 'cron(0 3 * * ? *)', ScheduleExpressionTimezone: 'Europe/Berlin' },
  noon: { job: 'nightly', ScheduleExpression: 'cron(0 12 * * ? *)', State: 'DISABLED' as const },
  sweep: { ScheduleExpression: 'rate(1 hour)' },
};

test('jobs says what starts a job by itself: another job, or times', async () => {
  schedules(several);
  const { said } = await jobs();
  expect(said).toMatch(/^by-hand +Batch, Spot +3 +60 s$/m);
  expect(said).toMatch(/^follower .* after by-hand +any JSON$/m);
  expect(said).toMatch(/^hourly +ECS, Spot +1 .* rate\(1 hour\)$/m);
  expect(said).toMatch(/^nightly .* cron\(0 3 \* \* \? \*\) Europe\/Berlin, cron\(0 12 \* \* \? \*\) UTC \(off\)$/m);
});

test('jobs --json has it as members', async () => {
  schedules(several);
  const [byHand, follower, hourly, nightly] = JSON.parse((await jobs('--json')).said);
  expect(byHand).toEqual({ name: 'by-hand', backend: 'batch', capacity: 'spot', maxAttempts: 3, timeoutSeconds: 60 });
  expect(follower).toEqual({ ...byHand, name: 'follower', backend: 'ecs', input: true, after: 'by-hand' });
  expect(hourly).toMatchObject({ maxAttempts: 1, schedules: [{ expression: 'rate(1 hour)', enabled: true }] });
  expect(nightly.schedules).toEqual([
    { expression: 'cron(0 3 * * ? *)', timezone: 'Europe/Berlin', enabled: true },
    { expression: 'cron(0 12 * * ? *)', timezone: 'UTC', enabled: false },
  ]);
});

test('on AWS only schedules of functions that the stack puts out are its own', async () => {
  cloudFormation.on(DescribeStacksCommand).resolves({
    Stacks: [{ Outputs: named(outputs), StackName: 's', CreationTime: new Date(), StackStatus: 'CREATE_COMPLETE' }],
  });
  cloudFormation.on(DescribeStacksCommand, { StackName: 'arn:daily' }).resolves({
    Stacks: [
      {
        Outputs: named({ FunctionName: 'longhaul-Daily' }),
        StackName: 'longhaul-Daily',
        CreationTime: new Date(),
        StackStatus: 'CREATE_COMPLETE',
      },
    ],
  });
  cloudFormation.on(ListStackResourcesCommand).resolves({});
  cloudFormation.on(ListStackResourcesCommand, { StackName: 'longhaul' }).resolves({
    StackResourceSummaries: [
      {
        LogicalResourceId: 'Daily',
        PhysicalResourceId: 'arn:daily',
        ResourceType: 'AWS::CloudFormation::Stack',
        ResourceStatus: 'CREATE_COMPLETE',
        LastUpdatedTimestamp: new Date(),
      },
    ],
  });
  schedules({
    ours: { job: 'nightly', target: 'longhaul-Daily', ScheduleExpression: 'rate(1 day)' },
    theirs: { job: 'nightly', target: 'longhaul-staging-Daily', ScheduleExpression: 'rate(1 hour)' },
  });
  const found = JSON.parse((await jobs('--json', '--stack', 'longhaul', '--region', 'us-east-1')).said);
  expect(found.at(-1).schedules).toEqual([{ expression: 'rate(1 day)', enabled: true }]);
  expect(scheduler.commandCalls(GetScheduleCommand)).toHaveLength(1);
});

const named = (values: Record<string, string>) =>
  Object.entries(values).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));

test('without the right to list schedules, the rest is shown', async () => {
  const denied = Object.assign(new Error('not authorized to perform: scheduler:ListSchedules'), {
    name: 'AccessDeniedException',
  });
  scheduler.on(ListSchedulesCommand).rejects(denied);
  const { said, code } = await jobs();
  expect(said).toContain('Schedules are not shown: not authorized to perform: scheduler:ListSchedules\n');
  expect(said).toMatch(/^nightly +ECS, Spot/m);
  expect(code).toBe(0);
});

test('of more schedules than 5,000 the first are looked at', async () => {
  scheduler.on(ListSchedulesCommand).resolves({ Schedules: [], NextToken: 'more' });
  const { said } = await jobs();
  expect(said).toContain('This account has more than 5000 schedules: the others were not looked at.');
  expect(scheduler.commandCalls(ListSchedulesCommand)).toHaveLength(50);
});
