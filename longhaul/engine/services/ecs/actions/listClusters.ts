import type { ListClustersCommandInput, ListClustersResponse } from '@aws-sdk/client-ecs';
import { page } from '../../page.ts';
import type { Ecs } from '../ecs.ts';

export const listClusters =
  (ecs: Ecs) =>
  ({ maxResults, nextToken }: ListClustersCommandInput) => {
    const arns = ecs.definitions.clusters.map(({ clusterArn }) => clusterArn);
    const { items, ...next } = page(arns, maxResults, nextToken);
    return { clusterArns: items, ...next } satisfies ListClustersResponse;
  };
