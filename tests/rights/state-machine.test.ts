import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { list, resources, root, statements } from '../template/templates.ts';

/**
 * What the role of a state machine needs for its tasks, by their resource.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-batch.html and connect-ecs.html; tags are authorized apart from what they are put on.
 */
const NEEDED: Record<string, string[]> = {
  'batch:submitJob.sync': [
    'batch:SubmitJob',
    'batch:TagResource',
    'batch:DescribeJobs',
    'batch:TerminateJob',
    'events:PutTargets',
    'events:PutRule',
    'events:DescribeRule',
  ],
  'ecs:runTask.sync': [
    'ecs:RunTask',
    'ecs:TagResource',
    'ecs:DescribeTasks',
    'ecs:StopTask',
    'iam:PassRole',
    'events:PutTargets',
    'events:PutRule',
    'events:DescribeRule',
  ],
  'aws-sdk:batch:listJobs': ['batch:ListJobs'],
  'aws-sdk:batch:describeJobs': ['batch:DescribeJobs'],
  'aws-sdk:batch:terminateJob': ['batch:TerminateJob'],
  'aws-sdk:ecs:listTasks': ['ecs:ListTasks'],
  'aws-sdk:ecs:describeTasks': ['ecs:DescribeTasks'],
  'aws-sdk:ecs:stopTask': ['ecs:StopTask'],
  'aws-sdk:s3:putObject': ['s3:PutObject'],
  'aws-sdk:s3:getObject': ['s3:GetObject'],
  'sqs:sendMessage': ['sqs:SendMessage'],
};

/** https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html */
const FOR_ITS_LOG = /^logs:/;

const { States } = parse(readFileSync(`${root}/statemachines/job.asl.yaml`, 'utf8')) as {
  States: Record<string, { Type: string; Resource?: string }>;
};
const tasks = Object.values(States).flatMap(({ Resource }) =>
  Resource === undefined ? [] : [Resource.replace(/^arn:[^:]+:states:::/, '')],
);
const [[, role] = []] = resources('statemachines/template.yaml', 'AWS::IAM::Role');

test('the state machine may do all that its tasks do, and nothing else', () => {
  const allowed = statements(role?.Properties.Policies).flatMap(({ statement }) => list(statement.Action));
  const needed = tasks.flatMap((task) => NEEDED[task] ?? [`Which rights does ${task} need? Say it here.`]);
  const unique = (actions: string[]) => [...new Set(actions)].sort();
  expect(unique(allowed.filter((action) => !FOR_ITS_LOG.test(action)))).toEqual(unique(needed));
});

test('it learns of the end of jobs and of tasks by the rules that Step Functions keeps for that', () => {
  const rules = statements(role?.Properties.Policies).find(({ statement }) =>
    list(statement.Action).includes('events:PutRule'),
  );
  expect(list(rules?.statement.Resource).map((arn) => arn.split('/').at(-1))).toEqual([
    'StepFunctionsGetEventsForBatchJobsRule',
    'StepFunctionsGetEventsForECSTaskRule',
  ]);
});
