import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ListStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nestedOutputs } from '../../longhaul/client/nested-outputs.ts';
import { type Endpoint, startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { cloudFormationService } from '../../longhaul/engine/services/cloudformation/index.ts';
import { deployment, load } from './template-load.ts';

const ARN = 'arn:aws:cloudformation:us-east-1:000000000000:stack';
const template = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Uploads: { Type: AWS::S3::Bucket, Properties: { BucketName: uploads } }
  Queue: { Type: AWS::Serverless::Application, Properties: { Location: queue.yaml } }
Outputs:
  UploadsBucketName: { Value: !Ref Uploads }
  Sign: { Value: "a < b & \\"c\\"" }
`;
const queue = `
Resources:
  Inner: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: inner.yaml } }
Outputs:
  QueueUrl: { Value: "http://queue" }
`;
const inner = 'Resources: { Role: { Type: AWS::IAM::Role } }\nOutputs: { RoleName: { Value: !Ref Role } }';

let endpoint: Endpoint;
let client: CloudFormationClient;
beforeAll(async () => {
  const stack = load(template, { files: { 'queue.yaml': queue, 'inner.yaml': inner } });
  // As a stack beside the app's is loaded.
  Object.assign(stack.nested, { orders: { QueueUrl: 'http://orders' } });
  endpoint = await startEndpoint({ port: 0, services: [cloudFormationService(stack, deployment)] });
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  client = new CloudFormationClient({ endpoint: endpoint.url, region: 'us-east-1', credentials, maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  await endpoint.close();
});

const described = async (StackName?: string) =>
  (await client.send(new DescribeStacksCommand({ ...(StackName && { StackName }) }))).Stacks ?? [];

test('a stack is described by its name and by its ARN, with its outputs', async () => {
  const [stack] = await described('longhaul');
  expect(stack).toMatchObject({
    StackName: 'longhaul',
    StackId: expect.stringMatching(`^${ARN}/longhaul/[0-9a-f-]{36}$`),
    StackStatus: 'CREATE_COMPLETE',
    CreationTime: expect.any(Date),
    Outputs: [
      { OutputKey: 'UploadsBucketName', OutputValue: 'uploads' },
      { OutputKey: 'Sign', OutputValue: 'a < b & "c"' },
    ],
  });
  expect(await described(stack?.StackId)).toEqual([stack]);
});

test('all stacks are listed: the app’s, those nested in it, and those beside it', async () => {
  const names = [/^longhaul$/, /^longhaul-Queue-\w+$/, /^longhaul-Queue-\w+-Inner-\w+$/, /^orders$/];
  const { StackSummaries = [] } = await client.send(new ListStacksCommand({}));
  for (const list of [await described(), StackSummaries]) {
    expect(list.map(({ StackName }) => StackName)).toEqual(names.map((name) => expect.stringMatching(name)));
    expect(list.map(({ ParentId }) => ParentId)).toEqual([undefined, list[0]?.StackId, list[1]?.StackId, undefined]);
  }
  const filtered = async (...StackStatusFilter: ('CREATE_COMPLETE' | 'DELETE_COMPLETE' | 'ROLLBACK_COMPLETE')[]) =>
    (await client.send(new ListStacksCommand({ StackStatusFilter }))).StackSummaries?.length ?? 0;
  expect(await filtered('DELETE_COMPLETE', 'CREATE_COMPLETE')).toBe(4);
  expect(await filtered('DELETE_COMPLETE', 'ROLLBACK_COMPLETE')).toBe(0);
});

test('the resources of a stack are described as what SAM makes of them', async () => {
  const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName: 'longhaul' }));
  expect(Object.fromEntries(StackResources.map((one) => [one.LogicalResourceId, one]))).toMatchObject({
    Uploads: { ResourceType: 'AWS::S3::Bucket', PhysicalResourceId: 'uploads', ResourceStatus: 'CREATE_COMPLETE' },
    Queue: {
      ResourceType: 'AWS::CloudFormation::Stack',
      PhysicalResourceId: expect.stringMatching(`^${ARN}/longhaul-Queue-`),
    },
  });
  const byResource = await client.send(new DescribeStackResourcesCommand({ PhysicalResourceId: 'uploads' }));
  expect(byResource.StackResources).toEqual(StackResources);
});

test('the outputs of nested stacks are found as on AWS', async () => {
  expect(await nestedOutputs(client, 'longhaul')).toEqual({
    Queue: { QueueUrl: 'http://queue' },
    'Queue/Inner': { RoleName: expect.any(String) },
  });
});

test('a stack that is not there, and an action that is not here, are refused', async () => {
  await expect(described('other')).rejects.toMatchObject({
    name: 'ValidationError',
    message: 'Stack with id other does not exist',
  });
  const response = await fetch(endpoint.url, {
    method: 'POST',
    headers: { authorization: 'Credential=a/20260101/us-east-1/cloudformation/aws4_request' },
    body: new URLSearchParams({ Action: 'CreateStack' }),
  });
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('the local engine does not have the action &#34;CreateStack&#34;');
});
