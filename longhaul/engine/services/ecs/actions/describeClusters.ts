import type { DescribeClustersCommandInput, DescribeClustersResponse } from '@aws-sdk/client-ecs';
import type { Ecs } from '../ecs.ts';

/** By names or ARNs; a cluster that is not there is a failure with the reason MISSING. */
export const describeClusters =
  (ecs: Ecs) =>
  ({ clusters = ['default'] }: DescribeClustersCommandInput) => {
    const all = ecs.definitions.clusters;
    const isIt = (wanted: string) => (one: (typeof all)[number]) => [one.clusterArn, one.clusterName].includes(wanted);
    const found = clusters.flatMap((wanted) => all.filter(isIt(wanted)));
    const missing = clusters.filter((wanted) => !all.some(isIt(wanted)));
    return {
      clusters: found.map((cluster) => {
        const alive = ecs.store.ofCluster(cluster.clusterArn, 'alive');
        const runningTasksCount = alive.filter(({ lastStatus }) => lastStatus === 'RUNNING').length;
        return { ...cluster, runningTasksCount, pendingTasksCount: alive.length - runningTasksCount };
      }),
      failures: missing.map((arn) => ({ arn, reason: 'MISSING' })),
    } satisfies DescribeClustersResponse;
  };
