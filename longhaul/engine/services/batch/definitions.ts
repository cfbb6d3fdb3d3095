import { dirname } from 'node:path';
import type { ComputeEnvironmentDetail, JobDefinition, JobQueueDetail } from '@aws-sdk/client-batch';
import type { ContentCache } from '../../content-cache.ts';
import { type CapacityKind, type Requirements, requirementsOf } from '../../fleet/index.ts';
import type { Resource, TemplateWarning } from '../../template/model.ts';
import { type FromTemplate, fromTemplate, tagsFromTemplate } from '../from-template.ts';
import { clientException } from './error.ts';
import { jobContainer } from './job-container.ts';

/** A job definition, and how its container is run here. */
export interface LocalDefinition {
  detail: JobDefinition & { jobDefinitionArn: string; jobDefinitionName: string };
  /** Stands for the image and its entry point; without it the container's own command is run. */
  devCommand?: string;
  /** What that takes of this machine. */
  requires?: Requirements;
  /** Absolute path of the folder of the template that declares it. */
  directory: string;
}

export interface Environment {
  detail: ComputeEnvironmentDetail & { computeEnvironmentArn: string; computeEnvironmentName: string };
  capacity: CapacityKind;
  host: 'fargate' | 'ec2';
}

export interface Queue {
  detail: JobQueueDetail & { jobQueueArn: string; jobQueueName: string };
  /** In the order in which they are tried. */
  environments: Environment[];
}

/** What the template declares for Batch, found by name or ARN as in its API. */
export class Definitions {
  readonly jobDefinitions: LocalDefinition[] = [];
  readonly environments: Environment[] = [];
  readonly queues: Queue[] = [];
  /** What of it is not run here. */
  readonly warnings: TemplateWarning[] = [];

  constructor(resources: Resource[], region: string, accountId: string, cache: ContentCache) {
    const convert = fromTemplate('@aws-sdk/client-batch', cache);
    const arn = ({ ref }: Resource, type: string) =>
      ref.startsWith('arn:') ? ref : `arn:aws:batch:${region}:${accountId}:${type}/${ref}`;
    const of = (type: string) => resources.filter((resource) => resource.type === `AWS::Batch::${type}`);

    for (const resource of of('JobDefinition')) {
      const definition = jobDefinition(convert, resource, withRevision(arn(resource, 'job-definition')));
      this.jobDefinitions.push(definition);
      this.warnings.push(...notRun(resource.path, definition));
    }
    for (const resource of of('ComputeEnvironment')) {
      this.environments.push(environment(convert, resource, arn(resource, 'compute-environment')));
    }
    for (const resource of of('JobQueue')) this.queues.push(this.#queue(convert, resource, arn(resource, 'job-queue')));
  }

  /** By ARN or name, with or without a revision. @throws ServiceError ClientException */
  jobDefinition(wanted: string): LocalDefinition {
    const found = this.jobDefinitions.find(({ detail }) => {
      const name = `${detail.jobDefinitionName}:${detail.revision}`;
      const arn = detail.jobDefinitionArn;
      return [detail.jobDefinitionName, name, arn, arn.replace(/:\d+$/, '')].includes(wanted);
    });
    if (!found) throw clientException(`JobDefinition ${wanted} not found`);
    return found;
  }

  /** By ARN or name. @throws ServiceError ClientException */
  queue(wanted: string): Queue {
    const found = this.queues.find(({ detail }) => [detail.jobQueueArn, detail.jobQueueName].includes(wanted));
    if (!found) throw clientException(`JobQueue ${wanted} not found`);
    return found;
  }

  environment(wanted: string): Environment | undefined {
    return this.environments.find(({ detail }) =>
      [detail.computeEnvironmentArn, detail.computeEnvironmentName].includes(wanted),
    );
  }

  #queue(convert: FromTemplate, resource: Resource, jobQueueArn: string): Queue {
    const { ComputeEnvironmentOrder = [] } = resource.properties;
    const order = [...ComputeEnvironmentOrder]
      .sort((a, b) => Number(a.Order) - Number(b.Order))
      .flatMap(({ Order, ComputeEnvironment }: Record<string, unknown>) => {
        const known = this.environment(String(ComputeEnvironment));
        if (known) return [{ order: Number(Order), known }];
        const message = `The template has no compute environment "${ComputeEnvironment}": nothing runs on it.`;
        this.warnings.push({ path: resource.path, message });
        return [];
      });
    return {
      detail: {
        ...convert<JobQueueDetail>('JobQueueDetail$', { State: 'ENABLED', Priority: 1, ...resource.properties }),
        jobQueueName: lastPart(jobQueueArn),
        jobQueueArn,
        status: 'VALID',
        statusReason: 'JobQueue Healthy',
        computeEnvironmentOrder: order.map(({ order, known }) => ({
          order,
          computeEnvironment: known.detail.computeEnvironmentArn,
        })),
        tags: tagsFromTemplate(resource.properties.Tags),
      },
      environments: order.map(({ known }) => known),
    };
  }
}

function jobDefinition(convert: FromTemplate, resource: Resource, jobDefinitionArn: string): LocalDefinition {
  const [, name, revision] = /([^/]+):(\d+)$/.exec(jobDefinitionArn)!;
  const { DevCommand } = resource.metadata;
  const requires = requirementsOf(resource.metadata);
  return {
    detail: {
      ...convert<JobDefinition>('JobDefinition$', resource.properties),
      jobDefinitionName: name!,
      jobDefinitionArn,
      revision: Number(revision),
      status: 'ACTIVE',
      type: 'container',
      containerOrchestrationType: 'ECS',
      tags: tagsFromTemplate(resource.properties.Tags),
    },
    ...(DevCommand && { devCommand: String(DevCommand), ...(requires && { requires }) }),
    directory: dirname(resource.templateFile),
  };
}

function notRun(path: string, { detail }: LocalDefinition): TemplateWarning[] {
  if (detail.nodeProperties || detail.eksProperties) {
    return [{ path, message: 'Jobs with nodeProperties or eksProperties are not run here, only containers on ECS.' }];
  }
  const container = jobContainer({ ecsProperties: detail.ecsProperties, container: detail.containerProperties });
  const others = detail.ecsProperties?.taskProperties?.[0]?.containers?.filter((one) => one !== container) ?? [];
  const names = others.map(({ name }) => `"${name}"`).join(', ');
  return names ? [{ path, message: `Only its first essential container is run here, not ${names}.` }] : [];
}

function environment(convert: FromTemplate, resource: Resource, computeEnvironmentArn: string): Environment {
  const properties = { State: 'ENABLED', ...resource.properties };
  const detail = convert<ComputeEnvironmentDetail>('ComputeEnvironmentDetail$', properties);
  const type = detail.computeResources?.type ?? 'FARGATE';
  return {
    detail: {
      ...detail,
      computeEnvironmentName: lastPart(computeEnvironmentArn),
      computeEnvironmentArn,
      status: 'VALID',
      statusReason: 'ComputeEnvironment Healthy',
      containerOrchestrationType: 'ECS',
      tags: tagsFromTemplate(resource.properties.Tags),
    },
    capacity: type === 'SPOT' || type === 'FARGATE_SPOT' ? 'spot' : 'on-demand',
    host: type === 'FARGATE' || type === 'FARGATE_SPOT' ? 'fargate' : 'ec2',
  };
}

function withRevision(arn: string): string {
  return /:\d+$/.test(arn) ? arn : `${arn}:1`;
}

function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
