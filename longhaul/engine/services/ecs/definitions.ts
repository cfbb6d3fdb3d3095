import { dirname } from 'node:path';
import type { Cluster, ContainerDefinition, TaskDefinition } from '@aws-sdk/client-ecs';
import type { ContentCache } from '../../content-cache.ts';
import { ServiceError } from '../../endpoint/service.ts';
import { type CapacityKind, type Requirements, requirementsOf } from '../../fleet/index.ts';
import type { Resource, TemplateWarning } from '../../template/model.ts';
import { type FromTemplate, fromTemplate, tagsFromTemplate } from '../from-template.ts';
import { clientException } from './error.ts';

/** A task definition, and how its container is run here. */
export interface LocalDefinition {
  detail: TaskDefinition & { taskDefinitionArn: string; family: string };
  tags: Record<string, string>;
  /** The first essential container: the only one that is run here. */
  container: ContainerDefinition;
  /** Stands for the image and its entry point; without it the container's own command is run. */
  devCommand?: string;
  /** What that takes of this machine. */
  requires?: Requirements;
  /** Absolute path of the folder of the template that declares it. */
  directory: string;
}

export type LocalCluster = Cluster & { clusterArn: string; clusterName: string };

/** The capacity providers of Fargate: AmazonECS/latest/developerguide/fargate-capacity-providers.html */
export const PROVIDERS: Record<string, CapacityKind> = { FARGATE: 'on-demand', FARGATE_SPOT: 'spot' };

/** What the template declares for ECS, found by name or ARN as in its API. */
export class Definitions {
  readonly taskDefinitions: LocalDefinition[];
  readonly clusters: LocalCluster[];
  /** What of it is not run here. */
  readonly warnings: TemplateWarning[] = [];

  constructor(resources: Resource[], region: string, accountId: string, cache: ContentCache) {
    const convert = fromTemplate('@aws-sdk/client-ecs', cache);
    const prefix = `arn:aws:ecs:${region}:${accountId}`;
    const of = (type: string) => resources.filter((resource) => resource.type === `AWS::ECS::${type}`);
    this.taskDefinitions = of('TaskDefinition').flatMap((resource) => this.#taskDefinition(convert, resource, prefix));
    this.clusters = of('Cluster').map((resource) => cluster(convert, resource, prefix));
    for (const { properties } of of('ClusterCapacityProviderAssociations')) {
      Object.assign(this.cluster(properties.Cluster), convert<Partial<Cluster>>('Cluster$', properties));
    }
  }

  /** `family`, `family:revision` or ARN. @throws ServiceError ClientException, with ECS's text for the action */
  taskDefinition(wanted: string | undefined, notFound = 'TaskDefinition not found.'): LocalDefinition {
    const found = this.taskDefinitions.find(({ detail }) => {
      const { family, revision, taskDefinitionArn } = detail;
      return [family, `${family}:${revision}`, taskDefinitionArn].includes(wanted ?? '');
    });
    if (!found) throw clientException(notFound);
    return found;
  }

  /** By name or ARN; without either the cluster named `default`. @throws ServiceError ClusterNotFoundException */
  cluster(wanted = 'default'): LocalCluster {
    const found = this.clusters.find(({ clusterArn, clusterName }) => [clusterArn, clusterName].includes(wanted));
    if (!found) throw new ServiceError('ClusterNotFoundException', 'Cluster not found.');
    return found;
  }

  #taskDefinition(convert: FromTemplate, resource: Resource, prefix: string): LocalDefinition[] {
    const arn = resource.ref.startsWith('arn:') ? resource.ref : `${prefix}:task-definition/${resource.ref}`;
    const taskDefinitionArn = /:\d+$/.test(arn) ? arn : `${arn}:1`;
    const [, family, revision] = /([^/]+):(\d+)$/.exec(taskDefinitionArn)!;
    const detail = convert<TaskDefinition>('TaskDefinition$', resource.properties);
    const { containerDefinitions = [] } = detail;
    const container = containerDefinitions.find(({ essential }) => essential !== false);
    const others = containerDefinitions.filter((one) => one !== container).map(({ name }) => `"${name}"`);
    const warn = (message: string) => this.warnings.push({ path: resource.path, message });
    if (!container) {
      warn('A task definition needs an essential container; this one cannot be run.');
      return [];
    }
    if (others.length > 0) warn(`Only its first essential container is run here, not ${others.join(', ')}.`);
    const { DevCommand } = resource.metadata;
    const requires = requirementsOf(resource.metadata);
    return [
      {
        detail: { ...detail, taskDefinitionArn, family: family!, revision: Number(revision), status: 'ACTIVE' },
        tags: tagsFromTemplate(resource.properties.Tags),
        container,
        ...(DevCommand && { devCommand: String(DevCommand), ...(requires && { requires }) }),
        directory: dirname(resource.templateFile),
      },
    ];
  }
}

function cluster(convert: FromTemplate, resource: Resource, prefix: string): LocalCluster {
  const clusterName = resource.ref.slice(resource.ref.lastIndexOf('/') + 1);
  const tags = tagsFromTemplate(resource.properties.Tags);
  return {
    ...convert<Cluster>('Cluster$', resource.properties),
    clusterName,
    clusterArn: resource.attributes.Arn ?? `${prefix}:cluster/${clusterName}`,
    status: 'ACTIVE',
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
  };
}
