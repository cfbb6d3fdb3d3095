import type { DescribeTasksCommandInput, DescribeTasksResponse, Failure, Task } from '@aws-sdk/client-ecs';
import type { Ecs } from '../ecs.ts';
import { invalidParameter } from '../error.ts';

/** By ids or ARNs, at most 100; a task that is not there is a failure with the reason MISSING. */
export const describeTasks =
  (ecs: Ecs) =>
  ({ cluster, tasks: wanted = [], include = [] }: DescribeTasksCommandInput) => {
    const { clusterArn } = ecs.definitions.cluster(cluster);
    if (wanted.length === 0) throw invalidParameter('Tasks cannot be empty.');
    if (wanted.length > 100)
      throw invalidParameter(`At most 100 tasks can be described at once, got ${wanted.length}.`);
    const tasks: Task[] = [];
    const failures: Failure[] = [];
    for (const one of wanted) {
      const task = ecs.findTask(clusterArn, one);
      if (!task) {
        const arn = one.startsWith('arn:') ? one : `${clusterArn.replace(':cluster/', ':task/')}/${one}`;
        failures.push({ arn, reason: 'MISSING' });
      } else {
        tasks.push(include.includes('TAGS') ? task : { ...task, tags: [] });
      }
    }
    return { tasks, failures } satisfies DescribeTasksResponse;
  };
