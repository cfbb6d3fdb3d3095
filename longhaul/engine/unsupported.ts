import { isKnownType, type Resource, type TemplateWarning } from './template/index.ts';

/** Types that the engine runs. */
const RUN = [
  'AWS::Batch::ComputeEnvironment',
  'AWS::Batch::JobDefinition',
  'AWS::Batch::JobQueue',
  'AWS::DynamoDB::Table',
  'AWS::Cognito::UserPool',
  'AWS::Cognito::UserPoolClient',
  'AWS::ECS::Cluster',
  'AWS::ECS::ClusterCapacityProviderAssociations',
  'AWS::ECS::TaskDefinition',
  'AWS::Events::EventBus',
  'AWS::Events::Rule',
  'AWS::Kinesis::Stream',
  'AWS::ElasticLoadBalancingV2::Listener',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::ElasticLoadBalancingV2::TargetGroup',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Logs::LogGroup',
  'AWS::Logs::SubscriptionFilter',
  'AWS::S3::Bucket',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
  'AWS::Scheduler::Schedule',
  'AWS::SecretsManager::Secret',
  'AWS::Serverless::Application',
  'AWS::Serverless::Function',
  'AWS::Serverless::HttpApi',
  'AWS::Serverless::StateMachine',
  'AWS::StepFunctions::StateMachine',
  'AWS::CloudFormation::Stack',
];

/** Services of which nothing has to run here: rights are only looked at, and everything is on this machine's own network. */
const NOTHING_TO_RUN =
  /^AWS::(IAM|EC2|KMS|CloudWatch)::|Policy$|^AWS::Lambda::Permission$|^AWS::CloudFormation::WaitConditionHandle$/;

/** Types of a function's `Events` that reach it here. */
const DELIVERED = [
  'CloudWatchEvent',
  'CloudWatchLogs',
  'DynamoDB',
  'EventBridgeRule',
  'HttpApi',
  'Kinesis',
  'S3',
  'SNS',
  'SQS',
  'Schedule',
  'ScheduleV2',
];

/** Of a state machine's. */
const STARTING = ['EventBridgeRule', 'CloudWatchEvent'];

/** A warning for each resource, and for each event source of one, that the engine knows but does not run. */
export function unsupported(resources: Resource[]): TemplateWarning[] {
  return resources.flatMap((resource) => {
    const { path, type } = resource;
    if (RUN.includes(type) || NOTHING_TO_RUN.test(type)) return undelivered(resource);
    // Of any other type the template's loader has said so already.
    if (!isKnownType(type)) return [];
    return [{ path, message: `the engine does not run ${type}; everything else is started` }];
  });
}

function undelivered({ path, type, properties }: Resource): TemplateWarning[] {
  if (type === 'AWS::Lambda::EventSourceMapping') return notRead(path, String(properties.EventSourceArn));
  if (!/^AWS::Serverless::(Function|StateMachine)$/.test(type)) return [];
  const delivered = type === 'AWS::Serverless::Function' ? DELIVERED : STARTING;
  return Object.entries<{ Type: string }>(properties.Events ?? {})
    .filter(([, event]) => !delivered.includes(event.Type))
    .map(([name, event]) => ({
      path,
      message: `the engine delivers no events of type ${event.Type} to it (${name}); to functions it delivers ${DELIVERED.join(', ')}`,
    }));
}

/** Of Kafka, MQ and DocumentDB, of which some have no ARN. */
function notRead(path: string, source: string): TemplateWarning[] {
  if (/^arn:[^:]+:(sqs|dynamodb|kinesis):/.test(source)) return [];
  return [
    { path, message: 'the engine takes records to functions from SQS, DynamoDB and Kinesis only, not from this' },
  ];
}
