import type { StopTaskCommandInput, StopTaskResponse } from '@aws-sdk/client-ecs';
import type { Ecs } from '../ecs.ts';

/** Answers while the container is still stopping; a task that has stopped stays as it is. */
export const stopTask =
  (ecs: Ecs) =>
  ({ cluster, task = '', reason }: StopTaskCommandInput) => {
    const { clusterArn } = ecs.definitions.cluster(cluster);
    return { task: ecs.stopTask(clusterArn, task, reason) } satisfies StopTaskResponse;
  };
