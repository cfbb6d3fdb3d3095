import type { ListTasksCommandInput, ListTasksResponse, Task } from '@aws-sdk/client-ecs';
import { page } from '../../page.ts';
import type { Ecs } from '../ecs.ts';
import { invalidParameter } from '../error.ts';

/** Stopped tasks appear for at least an hour: API_ListTasks.html */
const STOPPED_FOR_MS = 3_600_000;

/** Those that are meant to run, unless `desiredStatus` says STOPPED. */
export const listTasks = (ecs: Ecs) => (input: ListTasksCommandInput) => {
  const { cluster, family, startedBy, desiredStatus = 'RUNNING', launchType, maxResults, nextToken } = input;
  const { clusterArn } = ecs.definitions.cluster(cluster);
  if (startedBy !== undefined && family !== undefined) {
    throw invalidParameter('startedBy must be the only filter; family was given as well.');
  }
  const stopped = desiredStatus === 'STOPPED' ? ecs.store.ofCluster(clusterArn, 'stopped').filter(isRecent) : [];
  const tasks = [...ecs.store.ofCluster(clusterArn, 'alive'), ...stopped]
    .filter((task) => task.desiredStatus === desiredStatus)
    .filter((task) => family === undefined || task.taskDefinitionArn!.includes(`/${family}:`))
    .filter((task) => startedBy === undefined || task.startedBy === startedBy)
    .filter((task) => launchType === undefined || task.launchType === launchType);
  const { items, ...next } = page(tasks, maxResults, nextToken);
  return { taskArns: items.map(({ taskArn }) => taskArn!), ...next } satisfies ListTasksResponse;
};

function isRecent({ stoppedAt }: Task): boolean {
  return Date.now() - (stoppedAt?.getTime() ?? 0) < STOPPED_FOR_MS;
}
