import { join } from 'node:path';
import type { Resource } from '../../longhaul/engine/template/model.ts';

/** What `template.yaml` would declare for one job. */
export interface Job {
  /** As `Metadata.DevCommand`. */
  run?: string;
  /** Of the container. */
  container?: Record<string, unknown>;
  /** Of the job or task definition. */
  definition?: Record<string, unknown>;
}

/** By name; each becomes a job definition and a task definition. */
export type Jobs = Record<string, Job>;

/** The maximum of each compute environment. */
export const MAX_VCPUS = 2;

/** Compute as the app's own template has it, and the given jobs for both services. */
export function templateResources(folder: string, jobs: Jobs): Resource[] {
  const resource = (type: string, name: string, properties: object, DevCommand?: string): Resource => ({
    logicalId: name,
    path: name,
    type,
    properties,
    metadata: DevCommand === undefined ? {} : { DevCommand },
    ref: name,
    attributes: {},
    templateFile: join(folder, 'template.yaml'),
  });
  const environment = (name: string, Type: string) =>
    resource('AWS::Batch::ComputeEnvironment', name, {
      Type: 'MANAGED',
      ComputeResources: { Type, MaxvCpus: String(MAX_VCPUS), Subnets: ['subnet-1'] },
    });
  const queue = (name: string, ComputeEnvironment: string) =>
    resource('AWS::Batch::JobQueue', name, {
      Priority: 1,
      ComputeEnvironmentOrder: [{ Order: 1, ComputeEnvironment }],
      JobStateTimeLimitActions: [
        'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY',
        'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE',
      ].map((Reason) => ({ Reason, State: 'RUNNABLE', MaxTimeSeconds: '600', Action: 'CANCEL' })),
    });
  return [
    environment('fargate-spot', 'FARGATE_SPOT'),
    environment('fargate', 'FARGATE'),
    environment('ec2-spot', 'SPOT'),
    queue('spot', 'fargate-spot'),
    queue('on-demand', 'fargate'),
    queue('ec2', 'ec2-spot'),
    resource('AWS::ECS::Cluster', 'jobs', { CapacityProviders: ['FARGATE', 'FARGATE_SPOT'] }),
    ...Object.entries(jobs).flatMap(([name, { run, container, definition }]) => [
      resource(
        'AWS::Batch::JobDefinition',
        name,
        { Type: 'container', ContainerProperties: { Image: 'image', ...container }, ...definition },
        run,
      ),
      resource(
        'AWS::ECS::TaskDefinition',
        name,
        {
          Cpu: 256,
          Memory: '512',
          NetworkMode: 'awsvpc',
          ContainerDefinitions: [
            {
              Name: 'job',
              Image: 'image',
              LogConfiguration: {
                LogDriver: 'awslogs',
                Options: { 'awslogs-group': '/jobs', 'awslogs-stream-prefix': 'run' },
              },
              ...container,
            },
          ],
          ...definition,
        },
        run,
      ),
    ]),
  ];
}
