import type { Resource, TemplateWarning } from './template/index.ts';

/** Types that the engine runs. */
const RUN = [
  'AWS::Batch::ComputeEnvironment',
  'AWS::Batch::JobDefinition',
  'AWS::Batch::JobQueue',
  'AWS::ECS::Cluster',
  'AWS::ECS::ClusterCapacityProviderAssociations',
  'AWS::ECS::TaskDefinition',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::Serverless::Application',
  'AWS::Serverless::Function',
  'AWS::Serverless::HttpApi',
  'AWS::Serverless::StateMachine',
  'AWS::StepFunctions::StateMachine',
  'AWS::CloudFormation::Stack',
];

/** Services of which nothing has to run here: everybody on this machine may do everything, on its own network. */
const NOTHING_TO_RUN =
  /^AWS::(IAM|EC2|KMS|CloudWatch)::|Policy$|^AWS::Lambda::Permission$|^AWS::CloudFormation::WaitConditionHandle$/;

/** A warning for each resource that the engine knows but does not run. */
export function unsupported(resources: Resource[]): TemplateWarning[] {
  return resources
    .filter(({ type }) => !RUN.includes(type) && !NOTHING_TO_RUN.test(type))
    .map(({ path, type }) => ({ path, message: `the engine does not run ${type}; everything else is started` }));
}
