import { expect, test } from 'vitest';
import { everywhere, functions, list, read, resources, statements, templates } from './templates.ts';

/** Actions for which AWS knows no narrower resource (Service Authorization Reference), or a condition is the limit. */
const UNBOUND = new Set([
  'batch:DescribeJobs',
  'batch:ListJobs',
  'dynamodb:ListStreams',
  'ecr:GetAuthorizationToken',
  'ecs:ListTasks',
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
]);

/** Resources whose names nobody can know when the stack is deployed, or that belong to the account; conditions are the limit. */
const OF_THE_ACCOUNT = [
  /:ecr:.*:repository\/\*$/, // an image may lie in any of them
  /:batch:.*:job\/\*$/, // Batch gives jobs their ids; the tag longhaul:stack tells whose they are
  /:targetgroup\/\*$/,
  /:rule\/StepFunctionsGetEventsFor(BatchJobs|ECSTask)Rule$/, // Step Functions makes them for the whole account
];

const all = templates.flatMap((template) =>
  statements(read(template)).map(({ path, statement }) => ({ path: `${template}${path}`, statement })),
);
const allows = all.filter(({ statement }) => statement.Effect === 'Allow' && !statement.Principal);
const named = allows.map(({ path, statement }) => [path, statement] as const);
const ours = functions();

/** A boundary gives nothing: all but its subject may be in it. */
const isBoundary = (path: string) => path.startsWith('infrastructure/permissions.yaml/Resources/FunctionBoundary/');

test.each(named)('%s names its actions one by one', (path, statement) => {
  if (isBoundary(path)) return expect(statement.NotAction ?? 'none').toMatch(/^(logs:\*|none)$/);
  expect(statement).not.toHaveProperty('NotAction');
  for (const action of list(statement.Action)) expect(action).toMatch(/^[a-z0-9-]+:[A-Z][A-Za-z]+$/);
});

test.each(named)('%s reaches no further than AWS forces it to', (path, statement) => {
  if (isBoundary(path) && statement.NotAction) return expect(statement.NotAction).toBe('logs:*');
  if (!list(statement.Resource).includes('*')) return expect(list(statement.Resource)).not.toHaveLength(0);
  for (const action of list(statement.Action)) expect(UNBOUND).toContain(action);
});

test.each(named)('%s names something of this stack before any wildcard', (_, statement) => {
  for (const resource of list(statement.Resource)) {
    if (!resource.startsWith('arn:') || OF_THE_ACCOUNT.some((one) => one.test(resource))) continue;
    const [before = ''] = resource.replaceAll(/\$\{AWS::(Partition|Region|AccountId)\}/g, '').split('*');
    expect(before, resource).toContain('${');
  }
});

test('no function may write to a log that is not theirs, whatever SAM lets it do', () => {
  const { FunctionBoundary, FunctionLogs } = read('infrastructure/permissions.yaml').Resources;
  // samtranslator/model/sam_resources.py: AWSLambdaBasicExecutionRole, which is for all log groups of the account.
  const { ManagedPolicyName, Path, Description } = FunctionBoundary.Properties;
  const boundary = `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:policy${Path}${ManagedPolicyName}`;
  for (const { path, resource } of ours) expect(resource.Properties.PermissionsBoundary, path).toBe(boundary);
  // A changed description would replace the policy, under a name that is taken.
  expect(Description).toBeUndefined();
  for (const { path, resource } of ours) {
    expect(resource.Properties.LoggingConfig.LogGroup, path).toBe(FunctionLogs.Properties.LogGroupName);
  }
  expect(statements(FunctionBoundary).map(({ statement }) => statement)).toEqual([
    { Effect: 'Allow', NotAction: 'logs:*', Resource: '*' },
    { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: 'FunctionLogs.Arn' },
    {
      Effect: 'Allow',
      Action: 'logs:GetLogEvents',
      Resource: expect.stringMatching(/:log-group:\/longhaul\/\$\{App\}\/jobs:log-stream:\*$/),
    },
  ]);
});

test('tasks are found in our own cluster only', () => {
  const finders = allows.filter(({ statement }) => list(statement.Action).includes('ecs:ListTasks'));
  expect(finders).toHaveLength(1);
  expect(finders[0]?.statement.Condition).toEqual({ ArnEquals: { 'ecs:cluster': 'ClusterArn' } });
});

test('only jobs of this stack can be stopped, and tags are for what is being started', () => {
  const allowing = (action: string) =>
    allows.filter(({ statement }) => list(statement.Action).includes(action)).map(({ statement }) => statement);
  for (const action of ['batch:TerminateJob', 'batch:CancelJob']) {
    expect(allowing(action)).toMatchObject([
      { Condition: { StringEquals: { 'aws:ResourceTag/longhaul:stack': 'App' } } },
    ]);
  }
  // Were it a job's own ARN, whoever has the role could make any job of the account one that it may stop.
  expect(allowing('batch:TagResource')).toEqual(allowing('batch:SubmitJob'));
  expect(
    allowing('batch:TagResource')
      .flatMap(({ Resource }) => Resource)
      .join(),
  ).not.toContain(':job/');
  expect(allowing('ecs:TagResource')).toMatchObject([
    { Condition: { StringEquals: { 'ecs:CreateAction': 'RunTask' } } },
  ]);
});

test('roles are handed to tasks only, and only those of this stack', () => {
  const passes = allows.filter(({ statement }) => list(statement.Action).includes('iam:PassRole'));
  expect(passes).toHaveLength(1);
  expect(passes[0]?.statement).toMatchObject({
    Resource: expect.stringMatching(/:role\/longhaul\/\$\{App\}\/\*$/),
    Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
  });
});

const takingMessages = ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];
const keepingAnswers = [
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
  's3:PutObject',
  'states:StartExecution',
];
const keepingRecords = ['s3:ListBucket', 's3:PutObject', 's3:PutObject', 'states:StartExecution'];

test('no function has an event for which SAM would let it read every queue and stream of the account', () => {
  // samtranslator/model/eventsources/pull.py: AWSLambdaSQSQueueExecutionRole and its like, which are for all resources.
  for (const { resource } of ours) {
    for (const { Type } of Object.values<{ Type: string }>(resource.Properties.Events ?? {})) {
      expect(['SQS', 'DynamoDB', 'Kinesis']).not.toContain(Type);
    }
  }
});

const rights = [
  ['S3Trigger', ['s3:PutObject', 'states:StartExecution']],
  ['ScheduleTrigger', ['s3:PutObject', 'states:StartExecution']],
  ['AfterTrigger', ['s3:GetObject', 's3:ListBucket', 'states:DescribeExecution', 'states:StartExecution']],
  [
    'AfterSweep',
    [
      's3:GetObject',
      's3:GetObject',
      's3:ListBucket',
      's3:PutObject',
      'states:DescribeExecution',
      'states:ListExecutions',
      'states:StartExecution',
    ],
  ],
  [
    'SpotWait',
    [
      'batch:CancelJob',
      'batch:DescribeJobs',
      'batch:GetJobQueueSnapshot',
      'batch:ListJobs',
      's3:GetObject',
      's3:ListBucket',
      's3:PutObject',
    ],
  ],
  ['EventBridgeTrigger', ['s3:PutObject', 'states:StartExecution']],
  ['LogsTrigger', ['s3:PutObject', 'states:StartExecution']],
  ['SqsTrigger', ['kms:Decrypt', 's3:PutObject', ...takingMessages, 'sqs:SendMessage', 'states:StartExecution']],
  ['SnsTrigger', ['s3:PutObject', 'states:StartExecution']],
  [
    'DynamoDbTrigger',
    [
      'dynamodb:DescribeStream',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      'dynamodb:ListStreams',
      'kms:Decrypt',
      ...keepingRecords,
    ],
  ],
  [
    'KinesisTrigger',
    [
      'kinesis:DescribeStream',
      'kinesis:DescribeStreamSummary',
      'kinesis:GetRecords',
      'kinesis:GetShardIterator',
      'kinesis:ListShards',
      'kms:Decrypt',
      ...keepingRecords,
    ],
  ],
  ['ListJobs', []],
  ['RunJob', keepingAnswers],
  ['ListExecutions', ['states:DescribeExecution', 'states:ListExecutions']],
  [
    'GetExecution',
    [
      'batch:DescribeJobs',
      'ecs:DescribeTasks',
      's3:GetObject',
      's3:ListBucket',
      'states:DescribeExecution',
      'states:GetExecutionHistory',
    ],
  ],
  ['GetLogs', ['batch:DescribeJobs', 'ecs:DescribeTasks', 'logs:GetLogEvents', 'states:GetExecutionHistory']],
  ['StopExecution', ['states:StopExecution']],
  [
    'ResumeExecution',
    [
      'batch:DescribeJobs',
      'ecs:DescribeTasks',
      'states:DescribeExecution',
      'states:GetExecutionHistory',
      'states:StartExecution',
    ],
  ],
  ['GetOpenApi', []],
  ['HttpTrigger', keepingAnswers],
  ['StripeTrigger', ['s3:PutObject', 'secretsmanager:GetSecretValue', 'states:StartExecution']],
  ['GithubTrigger', ['s3:PutObject', 'secretsmanager:GetSecretValue', 'states:StartExecution']],
  ['UserTrigger', keepingAnswers],
  ['PartnerTrigger', keepingAnswers],
  ['ApiKeyAuthorizer', ['secretsmanager:GetSecretValue']],
  ['AlbTrigger', ['s3:PutObject', 'states:StartExecution']],
] as const;

test.each(rights)('%s may do what it does and nothing else', (name, actions) => {
  for (const { resource } of ours.filter((one) => one.name === name)) {
    const allowed = statements(resource.Properties.Policies).flatMap(({ statement }) => list(statement.Action));
    expect(allowed.sort()).toEqual(actions);
  }
});

test('every function is in the list above', () => {
  const names = new Set(ours.map(({ name }) => name));
  expect([...names].sort()).toEqual(rights.map(([name]) => name).sort());
});

test('every role of a job can be used by tasks of this account only', () => {
  const ofJobs = templates.filter((template) => template.startsWith('containers/'));
  const roles = [...ofJobs, 'infrastructure/jobs.yaml'].flatMap((template) => resources(template, 'AWS::IAM::Role'));
  expect(roles.length).toBeGreaterThan(0);
  for (const [, { Properties }] of roles) {
    expect(Properties.Path).toMatch(/^\/longhaul\/\$\{App\}\/$/);
    expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'ecs-tasks.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:SourceAccount': 'AWS::AccountId' } },
      },
    ]);
  }
});

test("Step Functions runs the state machine with a role that no other account's machine can take", () => {
  const { AssumeRolePolicyDocument } = read('statemachines/template.yaml').Resources.Role.Properties;
  expect(AssumeRolePolicyDocument.Statement).toEqual([
    {
      Effect: 'Allow',
      Principal: { Service: 'states.amazonaws.com' },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'aws:SourceAccount': 'AWS::AccountId' } },
    },
  ]);
});

const schedules = [
  ['schedule', 'ScheduleRole', 'ScheduleTrigger', ['Undelivered.Arn']],
  ['after', 'SweepRole', 'AfterSweep', []],
] as const;

test.each(schedules)('a schedule of %s may invoke its own function, and nothing else', (source, role, name, queues) => {
  const { Properties } = read(`functions/triggers/${source}/template.yaml`).Resources[role];
  expect(statements(Properties.Policies).map(({ statement }) => statement)).toEqual([
    { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: `${name}.Arn` },
    ...queues.map((Resource) => ({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource })),
  ]);
});

const buckets = resources('template.yaml', 'AWS::S3::Bucket');

test.each(buckets)('bucket %s is encrypted, private and speaks TLS only', (name, { Properties }) => {
  expect(Properties.BucketEncryption.ServerSideEncryptionConfiguration).toHaveLength(1);
  expect(Object.values(Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
  const policies = resources('template.yaml', 'AWS::S3::BucketPolicy').filter(
    ([, one]) => one.Properties.Bucket === name,
  );
  expect(policies.flatMap(([, one]) => one.Properties.PolicyDocument.Statement)).toEqual([
    {
      Sid: 'TlsOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [`${name}.Arn`, `\${${name}.Arn}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ]);
});

const queues = everywhere('AWS::SQS::Queue');

test.each(queues)('%s keeps what is in it as long as SQS can', (_, queue) => {
  expect(queue.Properties.MessageRetentionPeriod).toBe(14 * 24 * 60 * 60);
});

test.each(queues)('%s is encrypted and speaks TLS only', (path, queue, template) => {
  expect(queue.Properties.SqsManagedSseEnabled).toBe(true);
  const [, name = ''] = path.split(': ');
  const policies = resources(template, 'AWS::SQS::QueuePolicy').filter(([, { Properties }]) =>
    Properties.Queues.flat().includes(name),
  );
  // Of two policies for one queue only the last would count.
  expect(policies).toHaveLength(1);
  const Resource = expect.toBeOneOf(['*', `${name}.Arn`]);
  expect(policies[0]?.[1].Properties.PolicyDocument.Statement).toContainEqual({
    Sid: 'TlsOnly',
    Effect: 'Deny',
    Principal: '*',
    Action: 'sqs:*',
    Resource,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  });
});
