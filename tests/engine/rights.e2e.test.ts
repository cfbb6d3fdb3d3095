import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BatchClient, DescribeJobsCommand, SubmitJobCommand, TerminateJobCommand } from '@aws-sdk/client-batch';
import { CloudWatchLogsClient, FilterLogEventsCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, GetItemCommand, PutItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { DescribeStreamCommand, DynamoDBStreamsClient, ListStreamsCommand } from '@aws-sdk/client-dynamodb-streams';
import { ECSClient, RunTaskCommand, StopTaskCommand } from '@aws-sdk/client-ecs';
import { EventBridgeClient, PutEventsCommand, PutRuleCommand } from '@aws-sdk/client-eventbridge';
import { KinesisClient, PutRecordCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { GetFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DeleteScheduleCommand, GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { ReceiveMessageCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Engine, startEngine } from 'longhaul/engine';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';

const notices: string[] = [];
let lenient: Engine;
let strict: Engine;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'longhaul-rights-'));
  const start = (name: string, options: { strict: boolean; onNotice?(notice: string): void }) =>
    startEngine({
      projectDirectory: path.join(import.meta.dirname, 'rights-project'),
      dataDirectory: path.join(directory, name),
      port: 0,
      apiPort: 0,
      ...options,
    });
  lenient = await start('lenient', {
    strict: false,
    onNotice: (notice) => notice.startsWith('Missing right') && notices.push(notice),
  });
  strict = await start('strict', { strict: true });
});
afterAll(async () => {
  await lenient?.close();
  await strict?.close();
  await rm(directory, { recursive: true, force: true });
});

/** As whom the function of an engine acts; what a client of it is made with. */
async function asWorker({ aws, stack }: Engine) {
  const FunctionName = stack.resources.find(({ path }) => path === 'Worker')!.ref;
  const { Payload } = await new LambdaClient(aws).send(new InvokeCommand({ FunctionName }));
  return as({ aws }, JSON.parse(Payload!.transformToString()));
}

const as = ({ aws }: Pick<Engine, 'aws'>, accessKeyId: string) => ({
  ...aws,
  credentials: { ...aws.credentials, accessKeyId },
  maxAttempts: 1,
});

// biome-ignore lint/suspicious/noExplicitAny: a client and a command of any service
type Loose = any;
type Call = [Client: new (config: Loose) => Loose, command: object];
const Data = Buffer.from('x');
const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:000000000000:${rest}`;
const object = (Key: string) => ({ Bucket: 'files', Key });
const events = (EventBusName: string) =>
  new PutEventsCommand({ Entries: [{ EventBusName, Source: 's', DetailType: 't', Detail: '{}' }] });
const queue = (name: string) => `http://localhost/000000000000/${name}`;
const sent = (name: string) =>
  new SendMessageBatchCommand({ QueueUrl: queue(name), Entries: [{ Id: '1', MessageBody: 'x' }] });
const job = (jobQueue: string) => new SubmitJobCommand({ jobName: 'x', jobDefinition: 'mine', jobQueue });
const task = (cluster: string) => new RunTaskCommand({ taskDefinition: 'mine', cluster });

/** Of each service: what is allowed, an action that is not, a resource that is not; and the two rights that are missing. */
const services: [service: string, allowed: Call, action: Call, missing: string, resource: Call, missing: string][] = [
  [
    's3',
    [S3Client, new PutObjectCommand({ ...object('mine/a'), Body: 'x' })],
    [S3Client, new DeleteObjectCommand(object('mine/a'))],
    's3:DeleteObject on arn:aws:s3:::files/mine/a',
    [S3Client, new PutObjectCommand({ ...object('other'), Body: 'x' })],
    's3:PutObject on arn:aws:s3:::files/other',
  ],
  [
    'sqs',
    [SQSClient, sent('mine')],
    [SQSClient, new ReceiveMessageCommand({ QueueUrl: queue('mine') })],
    `sqs:ReceiveMessage on ${arn('sqs', 'mine')}`,
    [SQSClient, sent('other')],
    `sqs:SendMessage on ${arn('sqs', 'other')}`,
  ],
  [
    'sns',
    [SNSClient, new PublishCommand({ TopicArn: arn('sns', 'mine'), Message: 'x' })],
    [SNSClient, new SubscribeCommand({ TopicArn: arn('sns', 'mine'), Protocol: 'sqs' })],
    `sns:Subscribe on ${arn('sns', 'mine')}`,
    [SNSClient, new PublishCommand({ TopicArn: arn('sns', 'other'), Message: 'x' })],
    `sns:Publish on ${arn('sns', 'other')}`,
  ],
  [
    'dynamodb',
    [DynamoDBClient, new GetItemCommand({ TableName: 'mine', Key: { id: { S: 'x' } } })],
    [DynamoDBClient, new PutItemCommand({ TableName: 'mine', Item: { id: { S: 'x' } } })],
    `dynamodb:PutItem on ${arn('dynamodb', 'table/mine')}`,
    [
      DynamoDBClient,
      new TransactWriteItemsCommand({ TransactItems: [{ Delete: { TableName: 'other', Key: { id: { S: 'x' } } } }] }),
    ],
    `dynamodb:DeleteItem on ${arn('dynamodb', 'table/other')}`,
  ],
  [
    'dynamodb streams',
    [DynamoDBStreamsClient, new DescribeStreamCommand({ StreamArn: arn('dynamodb', 'table/mine/stream/1') })],
    [DynamoDBStreamsClient, new ListStreamsCommand({})],
    'dynamodb:ListStreams on *',
    [DynamoDBStreamsClient, new DescribeStreamCommand({ StreamArn: arn('dynamodb', 'table/other/stream/1') })],
    `dynamodb:DescribeStream on ${arn('dynamodb', 'table/other/stream/1')}`,
  ],
  [
    'kinesis',
    [KinesisClient, new PutRecordCommand({ StreamName: 'mine', Data, PartitionKey: 'x' })],
    [KinesisClient, new PutRecordsCommand({ StreamName: 'mine', Records: [{ Data, PartitionKey: 'x' }] })],
    `kinesis:PutRecords on ${arn('kinesis', 'stream/mine')}`,
    [KinesisClient, new PutRecordCommand({ StreamName: 'other', Data, PartitionKey: 'x' })],
    `kinesis:PutRecord on ${arn('kinesis', 'stream/other')}`,
  ],
  [
    'states',
    [SFNClient, new StartExecutionCommand({ stateMachineArn: arn('states', 'stateMachine:mine') })],
    [SFNClient, new StopExecutionCommand({ executionArn: arn('states', 'execution:mine:x') })],
    `states:StopExecution on ${arn('states', 'execution:mine:x')}`,
    [SFNClient, new StartExecutionCommand({ stateMachineArn: arn('states', 'stateMachine:other') })],
    `states:StartExecution on ${arn('states', 'stateMachine:other')}`,
  ],
  [
    'lambda',
    [LambdaClient, new InvokeCommand({ FunctionName: 'mine' })],
    [LambdaClient, new GetFunctionCommand({ FunctionName: 'mine' })],
    `lambda:GetFunction on ${arn('lambda', 'function:mine')}`,
    [LambdaClient, new InvokeCommand({ FunctionName: 'other' })],
    `lambda:InvokeFunction on ${arn('lambda', 'function:other')}`,
  ],
  [
    'events',
    [EventBridgeClient, events('mine')],
    [EventBridgeClient, new PutRuleCommand({ Name: 'rule', ScheduleExpression: 'rate(1 day)' })],
    `events:PutRule on ${arn('events', 'rule/rule')}`,
    [EventBridgeClient, events('other')],
    `events:PutEvents on ${arn('events', 'event-bus/other')}`,
  ],
  [
    'secretsmanager',
    [SecretsManagerClient, new GetSecretValueCommand({ SecretId: 'mine' })],
    [SecretsManagerClient, new DescribeSecretCommand({ SecretId: arn('secretsmanager', 'secret:mine-abcdef') })],
    `secretsmanager:DescribeSecret on ${arn('secretsmanager', 'secret:mine-abcdef')}`,
    [SecretsManagerClient, new GetSecretValueCommand({ SecretId: arn('secretsmanager', 'secret:other-abcdef') })],
    `secretsmanager:GetSecretValue on ${arn('secretsmanager', 'secret:other-abcdef')}`,
  ],
  [
    'logs',
    [CloudWatchLogsClient, new FilterLogEventsCommand({ logGroupName: 'mine' })],
    [
      CloudWatchLogsClient,
      new PutLogEventsCommand({
        logGroupName: 'mine',
        logStreamName: 'x',
        logEvents: [{ timestamp: 1, message: 'x' }],
      }),
    ],
    `logs:PutLogEvents on ${arn('logs', 'log-group:mine:log-stream:x')}`,
    [CloudWatchLogsClient, new FilterLogEventsCommand({ logGroupName: 'other' })],
    `logs:FilterLogEvents on ${arn('logs', 'log-group:other:')}`,
  ],
  [
    'scheduler',
    [SchedulerClient, new GetScheduleCommand({ Name: 'mine' })],
    [SchedulerClient, new DeleteScheduleCommand({ Name: 'mine' })],
    `scheduler:DeleteSchedule on ${arn('scheduler', 'schedule/default/mine')}`,
    [SchedulerClient, new GetScheduleCommand({ Name: 'other' })],
    `scheduler:GetSchedule on ${arn('scheduler', 'schedule/default/other')}`,
  ],
  [
    'batch',
    [BatchClient, job('mine')],
    [BatchClient, new TerminateJobCommand({ jobId: 'x', reason: 'x' })],
    `batch:TerminateJob on ${arn('batch', 'job/x')}`,
    [BatchClient, job('other')],
    `batch:SubmitJob on ${arn('batch', 'job-queue/other')}`,
  ],
  [
    'ecs',
    [ECSClient, task('mine')],
    [ECSClient, new StopTaskCommand({ cluster: 'mine', task: 'x' })],
    `ecs:StopTask on ${arn('ecs', 'task/mine/x')}`,
    [ECSClient, task('other')],
    `ecs:RunTask on ${arn('ecs', 'task-definition/mine')}`,
  ],
];

describe.each(services)('of %s', (_, allowed, action, missingAction, resource, missingResource) => {
  const call = async (engine: Engine, [Client, command]: Call): Promise<Error | undefined> =>
    new Client(await asWorker(engine)).send(command).then(
      () => undefined,
      (error: Error) => error,
    );

  it('the engine says which right a function lacks, action or resource, once', async () => {
    notices.length = 0;
    for (const one of [allowed, action, action, resource]) await call(lenient, one);
    expect(notices.map((notice) => notice.replace(/\. AWS refuses.*$/, ''))).toEqual([
      `Missing right: the role of Worker does not allow ${missingAction}`,
      `Missing right: the role of Worker does not allow ${missingResource}`,
    ]);
  });

  it('a strict engine refuses it, and nothing else', async () => {
    const name = expect.stringMatching(/^AccessDenied/);
    expect(await call(strict, allowed)).not.toMatchObject({ name });
    expect(await call(strict, action)).toMatchObject({ name });
    expect(await call(strict, resource)).toMatchObject({ name });
  });
});

test('a statement that denies outweighs one that allows', async () => {
  const s3 = new S3Client(await asWorker(strict));
  await expect(s3.send(new PutObjectCommand({ ...object('mine/locked/a'), Body: 'x' }))).rejects.toMatchObject({
    name: 'AccessDenied',
  });
});

test('a body is stored whole though its request was looked at', async () => {
  const config = await asWorker(strict);
  const Body = 'a'.repeat(300_000);
  const s3 = new S3Client(config);
  await s3.send(new PutObjectCommand({ ...object('mine/large'), Body }));
  expect(await (await s3.send(new GetObjectCommand(object('mine/large')))).Body!.transformToString()).toBe(Body);
  const MessageBody = 'b'.repeat(200_000);
  const { Successful } = await new SQSClient(config).send(
    new SendMessageBatchCommand({ QueueUrl: queue('mine'), Entries: [{ Id: '1', MessageBody }] }),
  );
  expect(Successful).toHaveLength(1);
});

test('a job acts by its role, on Batch and on ECS: one that may not list a bucket is told when an object is missing', async () => {
  notices.length = 0;
  const batch = new BatchClient(lenient.aws);
  const { jobId } = await batch.send(new SubmitJobCommand({ jobName: 'x', jobDefinition: 'job', jobQueue: 'queue' }));
  const ecs = new ECSClient(lenient.aws);
  const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-1'] } };
  await ecs.send(
    new RunTaskCommand({ taskDefinition: 'task', cluster: 'cluster', launchType: 'FARGATE', networkConfiguration }),
  );
  const logs = new CloudWatchLogsClient(lenient.aws);
  const key = (logGroupName: string) =>
    expect
      .poll(async () => {
        const { events = [] } = await logs
          .send(new FilterLogEventsCommand({ logGroupName }))
          .catch(() => ({ events: [] }));
        return /acts as (\S+)/.exec(events[0]?.message ?? '')?.[1];
      })
      .toBe('local-role-job');
  await key('/aws/batch/job');
  await key('/jobs/task');
  const ended = async () => (await batch.send(new DescribeJobsCommand({ jobs: [jobId!] }))).jobs?.[0]?.status;
  await expect.poll(ended).toBe('SUCCEEDED');

  const s3 = new S3Client(as(lenient, 'local-role-job'));
  await expect(s3.send(new GetObjectCommand(object('absent')))).rejects.toMatchObject({ name: 'NoSuchKey' });
  await expect
    .poll(() => notices)
    .toEqual([expect.stringContaining('the role of JobRole does not allow s3:ListBucket on arn:aws:s3:::files')]);
});

test('a state machine acts by its role', async () => {
  const machine = ({ stack }: Engine) => stack.resources.find(({ path }) => path === 'Machine')!.ref;
  const end = async (engine: Engine) => {
    const states = new SFNClient(engine.aws);
    const started = await states.send(new StartExecutionCommand({ stateMachineArn: machine(engine) }));
    const described = () => states.send(new DescribeExecutionCommand({ executionArn: started.executionArn }));
    await expect.poll(async () => (await described()).status).not.toBe('RUNNING');
    return described();
  };
  notices.length = 0;
  expect(await end(lenient)).toMatchObject({ status: 'SUCCEEDED' });
  expect(notices).toEqual([
    expect.stringContaining('the role of JobRole does not allow s3:PutObject on arn:aws:s3:::files/of-the-machine'),
  ]);
  expect(await end(strict)).toMatchObject({ status: 'FAILED', error: 'S3.AccessDeniedException' });
});
