import { assert, property, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generatedName } from '../../longhaul/engine/template/physical-ids/names.ts';
import { load } from './template-load.ts';

const here = 'us-east-1:000000000000';

/** A resource alone in its stack, called `It`. */
function identity(type: string, properties = '{}', others = '') {
  const { warnings, named } = load(`Resources:\n  It: { Type: ${type}, Properties: ${properties} }\n${others}`);
  expect(warnings).toEqual([]);
  const { ref, attributes } = named('It')!;
  return { ref, attributes };
}

describe('Ref and GetAtt of a resource with a name', () => {
  it.each([
    [
      'AWS::S3::Bucket',
      'BucketName',
      'n',
      { Arn: 'arn:aws:s3:::n', DomainName: 'n.s3.amazonaws.com', RegionalDomainName: 'n.s3.us-east-1.amazonaws.com' },
    ],
    ['AWS::S3::BucketPolicy', 'Bucket', 'n', {}],
    [
      'AWS::SQS::Queue',
      'QueueName',
      'http://127.0.0.1:4566/000000000000/n',
      { Arn: `arn:aws:sqs:${here}:n`, QueueName: 'n', QueueUrl: 'http://127.0.0.1:4566/000000000000/n' },
    ],
    ['AWS::SNS::Topic', 'TopicName', `arn:aws:sns:${here}:n`, { TopicArn: `arn:aws:sns:${here}:n`, TopicName: 'n' }],
    ['AWS::DynamoDB::Table', 'TableName', 'n', { Arn: `arn:aws:dynamodb:${here}:table/n` }],
    ['AWS::IAM::Role', 'RoleName', 'n', { Arn: 'arn:aws:iam::000000000000:role/n' }],
    [
      'AWS::IAM::ManagedPolicy',
      'ManagedPolicyName',
      'arn:aws:iam::000000000000:policy/n',
      { PolicyArn: 'arn:aws:iam::000000000000:policy/n' },
    ],
    ['AWS::IAM::InstanceProfile', 'InstanceProfileName', 'n', { Arn: 'arn:aws:iam::000000000000:instance-profile/n' }],
    ['AWS::Logs::LogGroup', 'LogGroupName', 'n', { Arn: `arn:aws:logs:${here}:log-group:n:*` }],
    ['AWS::Lambda::Function', 'FunctionName', 'n', { Arn: `arn:aws:lambda:${here}:function:n` }],
    ['AWS::Serverless::Function', 'FunctionName', 'n', { Arn: `arn:aws:lambda:${here}:function:n` }],
    [
      'AWS::StepFunctions::StateMachine',
      'StateMachineName',
      `arn:aws:states:${here}:stateMachine:n`,
      { Arn: `arn:aws:states:${here}:stateMachine:n`, Name: 'n' },
    ],
    [
      'AWS::Serverless::StateMachine',
      'Name',
      `arn:aws:states:${here}:stateMachine:n`,
      { Arn: `arn:aws:states:${here}:stateMachine:n`, Name: 'n' },
    ],
    [
      'AWS::Batch::JobDefinition',
      'JobDefinitionName',
      `arn:aws:batch:${here}:job-definition/n:1`,
      { JobDefinitionArn: `arn:aws:batch:${here}:job-definition/n:1` },
    ],
    [
      'AWS::Batch::JobQueue',
      'JobQueueName',
      `arn:aws:batch:${here}:job-queue/n`,
      { JobQueueArn: `arn:aws:batch:${here}:job-queue/n` },
    ],
    [
      'AWS::Batch::ComputeEnvironment',
      'ComputeEnvironmentName',
      `arn:aws:batch:${here}:compute-environment/n`,
      { ComputeEnvironmentArn: `arn:aws:batch:${here}:compute-environment/n` },
    ],
    [
      'AWS::Batch::SchedulingPolicy',
      'Name',
      `arn:aws:batch:${here}:scheduling-policy/n`,
      { Arn: `arn:aws:batch:${here}:scheduling-policy/n` },
    ],
    ['AWS::ECS::Cluster', 'ClusterName', 'n', { Arn: `arn:aws:ecs:${here}:cluster/n` }],
    ['AWS::ECS::ClusterCapacityProviderAssociations', 'Cluster', 'n', {}],
    [
      'AWS::ECS::TaskDefinition',
      'Family',
      `arn:aws:ecs:${here}:task-definition/n:1`,
      { TaskDefinitionArn: `arn:aws:ecs:${here}:task-definition/n:1` },
    ],
    [
      'AWS::ECS::Service',
      'ServiceName',
      `arn:aws:ecs:${here}:service/default/n`,
      { Name: 'n', ServiceArn: `arn:aws:ecs:${here}:service/default/n` },
    ],
    ['AWS::Events::Rule', 'Name', 'n', { Arn: `arn:aws:events:${here}:rule/n` }],
    ['AWS::Events::EventBus', 'Name', 'n', { Arn: `arn:aws:events:${here}:event-bus/n`, Name: 'n' }],
    ['AWS::Scheduler::Schedule', 'Name', 'n', { Arn: `arn:aws:scheduler:${here}:schedule/default/n` }],
    ['AWS::Scheduler::ScheduleGroup', 'Name', 'n', { Arn: `arn:aws:scheduler:${here}:schedule-group/n` }],
    ['AWS::Kinesis::Stream', 'Name', 'n', { Arn: `arn:aws:kinesis:${here}:stream/n` }],
    ['AWS::CloudWatch::Alarm', 'AlarmName', 'n', { Arn: `arn:aws:cloudwatch:${here}:alarm:n` }],
    ['AWS::CloudWatch::Dashboard', 'DashboardName', 'n', {}],
    ['AWS::ApiGatewayV2::Stage', 'StageName', 'n', {}],
    ['AWS::SSM::Parameter', 'Name', 'n', {}],
    [
      'AWS::ECR::Repository',
      'RepositoryName',
      'n',
      { Arn: `arn:aws:ecr:${here}:repository/n`, RepositoryUri: '000000000000.dkr.ecr.us-east-1.amazonaws.com/n' },
    ],
  ])('%s', (type, nameProperty, ref, attributes) => {
    expect(identity(type, `{ ${nameProperty}: n }`)).toMatchObject({ ref, attributes });
  });
});

describe('Ref and GetAtt that depend on properties', () => {
  it.each([
    [
      'AWS::IAM::Role',
      '{ RoleName: n, Path: /longhaul/app/ }',
      { attributes: { Arn: 'arn:aws:iam::000000000000:role/longhaul/app/n' } },
    ],
    [
      'AWS::SQS::Queue',
      '{ FifoQueue: true }',
      { attributes: { QueueName: expect.stringMatching(/^longhaul-It-[A-Z0-9]{12}\.fifo$/) } },
    ],
    [
      'AWS::DynamoDB::Table',
      '{ TableName: n, StreamSpecification: { StreamViewType: NEW_IMAGE } }',
      { attributes: { StreamArn: expect.stringMatching(/:table\/n\/stream\/\d{4}-\d\d-\d\dT/) } },
    ],
    [
      'AWS::Events::Rule',
      '{ Name: n, EventBusName: orders }',
      { ref: 'orders|n', attributes: { Arn: `arn:aws:events:${here}:rule/orders/n` } },
    ],
    [
      'AWS::Scheduler::Schedule',
      '{ Name: n, GroupName: g }',
      { ref: 'n', attributes: { Arn: `arn:aws:scheduler:${here}:schedule/g/n` } },
    ],
    [
      'AWS::ECS::Service',
      `{ ServiceName: n, Cluster: "arn:aws:ecs:${here}:cluster/c" }`,
      { attributes: { ServiceArn: `arn:aws:ecs:${here}:service/c/n` } },
    ],
    [
      'AWS::EC2::Subnet',
      '{ VpcId: vpc-1, CidrBlock: 10.0.0.0/24, AvailabilityZone: us-east-1b }',
      { attributes: { VpcId: 'vpc-1', CidrBlock: '10.0.0.0/24', AvailabilityZone: 'us-east-1b' } },
    ],
    ['AWS::EC2::VPCGatewayAttachment', '{ VpcId: vpc-1, InternetGatewayId: igw-1 }', { ref: 'IGW|vpc-1' }],
    [
      'AWS::SSM::Parameter',
      '{ Name: n, Type: String, Value: v }',
      { ref: 'n', attributes: { Type: 'String', Value: 'v' } },
    ],
    ['AWS::SecretsManager::Secret', '{ Name: n }', { ref: expect.stringMatching(/:secret:n-[A-Z0-9]{6}$/) }],
    [
      'AWS::Lambda::Version',
      `{ FunctionName: f }`,
      { ref: `arn:aws:lambda:${here}:function:f:1`, attributes: { Version: '1' } },
    ],
    ['AWS::Lambda::Alias', `{ FunctionName: f, Name: live }`, { ref: `arn:aws:lambda:${here}:function:f:live` }],
    [
      'AWS::SNS::Subscription',
      `{ TopicArn: "arn:aws:sns:${here}:t" }`,
      { ref: expect.stringMatching(/:t:[0-9a-f-]{36}$/) },
    ],
  ])('%s %s', (type, properties, expected) => {
    expect(identity(type, properties)).toMatchObject(expected);
  });
});

describe('Ref of what AWS gives an id', () => {
  it.each([
    ['AWS::EC2::VPC', /^vpc-[0-9a-f]{17}$/],
    ['AWS::EC2::Subnet', /^subnet-[0-9a-f]{17}$/],
    ['AWS::EC2::RouteTable', /^rtb-[0-9a-f]{17}$/],
    ['AWS::EC2::Route', /^r-[0-9a-f]{17}$/],
    ['AWS::EC2::InternetGateway', /^igw-[0-9a-f]{17}$/],
    ['AWS::EC2::SubnetRouteTableAssociation', /^rtbassoc-[0-9a-f]{17}$/],
    ['AWS::EC2::SecurityGroup', /^sg-[0-9a-f]{17}$/],
    ['AWS::EC2::VPCEndpoint', /^vpce-[0-9a-f]{17}$/],
    ['AWS::EC2::LaunchTemplate', /^lt-[0-9a-f]{17}$/],
    ['AWS::Cognito::UserPool', /^us-east-1_[A-Z0-9]{9}$/],
    ['AWS::Cognito::UserPoolClient', /^[a-z0-9]{26}$/],
    ['AWS::KMS::Key', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/],
    ['AWS::ElasticLoadBalancingV2::LoadBalancer', /:loadbalancer\/app\/longhaul-It-[A-Z0-9]{12}\/[0-9a-f]{16}$/],
    ['AWS::ElasticLoadBalancingV2::TargetGroup', /:targetgroup\/longhaul-It-[A-Z0-9]{12}\/[0-9a-f]{16}$/],
    ['AWS::Serverless::HttpApi', /^[a-z0-9]{10}$/],
    ['AWS::ApiGatewayV2::Api', /^[a-z0-9]{10}$/],
    ['AWS::ApiGatewayV2::Route', /^[a-z0-9]{7}$/],
    ['AWS::Lambda::EventSourceMapping', /^[0-9a-f-]{36}$/],
    ['AWS::SQS::QueuePolicy', /^longhaul-It-[A-Z0-9]{12}$/],
    ['AWS::IAM::Policy', /^longhaul-It-[A-Z0-9]{12}$/],
    ['AWS::IAM::RolePolicy', /^longhaul-It-[A-Z0-9]{12}$/],
    ['AWS::Lambda::Permission', /^longhaul-It-[A-Z0-9]{12}$/],
  ])('%s', (type, pattern) => {
    expect(identity(type).ref).toMatch(pattern);
    expect(identity(type)).toEqual(identity(type));
  });

  it("an ELB listener stands under its balancer's ARN", () => {
    const balancer = 'Balancer: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Name: b } }';
    const { ref } = identity(
      'AWS::ElasticLoadBalancingV2::Listener',
      '{ LoadBalancerArn: !Ref Balancer }',
      `  ${balancer}`,
    );
    expect(ref).toMatch(/:listener\/app\/b\/[0-9a-f]{16}\/[0-9a-f]{16}$/);
  });

  it('a list that GetAtt gives can be selected from', () => {
    const { outputs } = load(`
Resources: { Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } } }
Outputs:
  V4: { Value: !Select [1, !Cidr [!GetAtt Vpc.CidrBlock, 2, 8]] }
  V6: { Value: !Select [0, !Cidr [!Select [0, !GetAtt Vpc.Ipv6CidrBlocks], 1, 64]] }`);
    expect(outputs.V4).toBe('10.0.1.0/24');
    expect(outputs.V6).toMatch(/^2600:1f18:[0-9a-f:]+::\/64$/);
  });
});

describe('generated names', () => {
  it('are lower case where the service wants it', () => {
    expect(identity('AWS::S3::Bucket').ref).toMatch(/^longhaul-it-[a-z0-9]{12}$/);
    expect(identity('AWS::ECR::Repository').ref).toMatch(/^longhaul-it-[a-z0-9]{12}$/);
  });

  it('fit, differ, begin with the stack and show the resource, however long both are', () => {
    const names = stringMatching(/^[A-Za-z][A-Za-z0-9]{0,127}$/);
    assert(
      property(names, names, names, (stack, one, other) => {
        const name = generatedName(stack, one, 63);
        expect(name.length).toBeLessThanOrEqual(63);
        expect(name.startsWith(stack.slice(0, 20))).toBe(true);
        expect(name).toContain(`-${one.slice(0, 20)}`);
        if (one !== other) expect(name).not.toBe(generatedName(stack, other, 63));
      }),
    );
  });
});
