import {
  CloudFormationClient,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  type ResourceStatus,
} from '@aws-sdk/client-cloudformation';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, test } from 'vitest';
import { findDeployment } from '../../longhaul/cli/deployment.ts';
import { DeadLetters } from '../../longhaul/client/dead-letters.ts';
import { mocked } from '../mocked.ts';

const sqs = mocked(SQSClient);
const cloudFormation = mocked(CloudFormationClient);
const source = 'arn:aws:sqs:eu-central-1:123456789012:orders';
const trigger = { DeadLettersUrl: 'https://sqs/dead', QueueArn: source, FunctionName: 'orders-trigger' };

beforeEach(() => {
  sqs.reset();
  cloudFormation.reset();
  sqs.on(ReceiveMessageCommand).resolves({});
});

describe('a stack on AWS', () => {
  const described = (StackName: string, outputs: Record<string, string>) =>
    cloudFormation.on(DescribeStacksCommand, { StackName }).resolves({
      Stacks: [
        {
          StackName,
          CreationTime: new Date(),
          StackStatus: 'UPDATE_COMPLETE',
          Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
        },
      ],
    });
  const resource = (
    LogicalResourceId: string,
    PhysicalResourceId: string,
    ResourceType = 'AWS::CloudFormation::Stack',
    ResourceStatus: ResourceStatus = 'CREATE_COMPLETE',
  ) => ({ LogicalResourceId, PhysicalResourceId, ResourceType, ResourceStatus, LastUpdatedTimestamp: new Date() });

  beforeEach(() => void cloudFormation.on(ListStackResourcesCommand).resolves({}));

  test('is found by its name, with its outputs', async () => {
    described('production', { StateMachineArn: 'arn' });
    expect(
      await findDeployment({ stack: 'production', region: 'eu-central-1', data: '.aws-sam/longhaul' }),
    ).toMatchObject({
      outputs: { StateMachineArn: 'arn' },
      aws: { region: 'eu-central-1' },
    });
    expect(cloudFormation.calls()).toHaveLength(1);
  });

  test('has nested stacks at any depth, on many pages', async () => {
    described('production', {});
    const listed = (input: object, ...StackResourceSummaries: ReturnType<typeof resource>[]) =>
      cloudFormation.on(ListStackResourcesCommand, input).resolves({ StackResourceSummaries });
    cloudFormation.on(ListStackResourcesCommand, { StackName: 'production' }).resolves({
      StackResourceSummaries: [resource('Uploads', 'uploads', 'AWS::S3::Bucket'), resource('Orders', 'arn:orders')],
      NextToken: 'more',
    });
    listed(
      { StackName: 'production', NextToken: 'more' },
      resource('Sales', 'arn:sales'),
      resource('Former', 'arn:former', undefined, 'DELETE_COMPLETE'),
    );
    listed({ StackName: 'arn:sales' }, resource('Events', 'arn:events'));
    described('arn:orders', trigger);
    described('arn:sales', {});
    described('arn:events', { FunctionName: 'events', UndeliveredUrl: 'https://sqs/undelivered' });
    const { outputs, nested } = await findDeployment({ stack: 'production', data: '.aws-sam/longhaul' });
    expect(await nested()).toEqual({
      Orders: trigger,
      Sales: {},
      'Sales/Events': { FunctionName: 'events', UndeliveredUrl: 'https://sqs/undelivered' },
    });
    await new DeadLetters({ outputs, nested: await nested() }).list();
    const read = sqs.commandCalls(ReceiveMessageCommand).map(({ args }) => args[0].input.QueueUrl);
    expect(read).toEqual(['https://sqs/dead', 'https://sqs/undelivered']);
  });

  test('is asked for few of its nested stacks at a time', async () => {
    described('production', {});
    const names = Array.from({ length: 20 }, (_, index) => `Trigger${index}`);
    cloudFormation
      .on(ListStackResourcesCommand, { StackName: 'production' })
      .resolves({ StackResourceSummaries: names.map((name) => resource(name, name)) });
    let open = 0;
    let most = 0;
    cloudFormation.on(DescribeStacksCommand).callsFake(async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return { Stacks: [{ Outputs: [] }] };
    });
    const { nested } = await findDeployment({ stack: 'production', data: '.aws-sam/longhaul' });
    expect(Object.keys(await nested())).toEqual(names);
    expect(most).toBe(4);
  });

  test('that is not there is an error in the words of CloudFormation', async () => {
    cloudFormation.on(DescribeStacksCommand).rejects(new Error('Stack with id nope does not exist'));
    await expect(findDeployment({ stack: 'nope', data: '.aws-sam/longhaul' })).rejects.toThrow('nope does not exist');
  });
});
