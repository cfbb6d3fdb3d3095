import { type IdentityTable, lastPart, nameOf, text } from './identity.ts';
import { arn } from './names.ts';

/** Batch and ECS. A definition's revision is always 1: the engine keeps no older ones. */
export const compute: IdentityTable = {
  'AWS::Batch::JobDefinition': (resource, deployment) => {
    const name = nameOf(resource, deployment, 'JobDefinitionName', 128);
    const JobDefinitionArn = arn(deployment, 'batch', `job-definition/${name}:1`);
    return { ref: JobDefinitionArn, attributes: { JobDefinitionArn } };
  },
  'AWS::Batch::JobQueue': (resource, deployment) => {
    const JobQueueArn = arn(deployment, 'batch', `job-queue/${nameOf(resource, deployment, 'JobQueueName', 128)}`);
    return { ref: JobQueueArn, attributes: { JobQueueArn } };
  },
  'AWS::Batch::ComputeEnvironment': (resource, deployment) => {
    const name = nameOf(resource, deployment, 'ComputeEnvironmentName', 128);
    const ComputeEnvironmentArn = arn(deployment, 'batch', `compute-environment/${name}`);
    return { ref: ComputeEnvironmentArn, attributes: { ComputeEnvironmentArn } };
  },
  'AWS::Batch::SchedulingPolicy': (resource, deployment) => {
    const Arn = arn(deployment, 'batch', `scheduling-policy/${nameOf(resource, deployment, 'Name', 128)}`);
    return { ref: Arn, attributes: { Arn } };
  },
  'AWS::ECS::Cluster': (resource, deployment) => {
    const name = nameOf(resource, deployment, 'ClusterName', 255);
    return { ref: name, attributes: { Arn: arn(deployment, 'ecs', `cluster/${name}`) } };
  },
  'AWS::ECS::ClusterCapacityProviderAssociations': (resource, deployment) => ({
    ref: nameOf(resource, deployment, 'Cluster', 255),
    attributes: {},
  }),
  'AWS::ECS::CapacityProvider': (resource, deployment) => ({
    ref: nameOf(resource, deployment, 'Name', 255),
    attributes: {},
  }),
  'AWS::ECS::TaskDefinition': (resource, deployment) => {
    const family = nameOf(resource, deployment, 'Family', 255);
    const TaskDefinitionArn = arn(deployment, 'ecs', `task-definition/${family}:1`);
    return { ref: TaskDefinitionArn, attributes: { TaskDefinitionArn } };
  },
  'AWS::ECS::Service': (resource, deployment) => {
    const Name = nameOf(resource, deployment, 'ServiceName', 255);
    const cluster = lastPart(text(resource, 'Cluster') ?? 'default');
    const ServiceArn = arn(deployment, 'ecs', `service/${cluster}/${Name}`);
    return { ref: ServiceArn, attributes: { Name, ServiceArn } };
  },
};
