import { jsonService, type Service } from '../../endpoint/index.ts';
import { describeClusters } from './actions/describeClusters.ts';
import { describeTaskDefinition } from './actions/describeTaskDefinition.ts';
import { describeTasks } from './actions/describeTasks.ts';
import { listClusters } from './actions/listClusters.ts';
import { listTasks } from './actions/listTasks.ts';
import { runTask } from './actions/runTask.ts';
import { stopTask } from './actions/stopTask.ts';
import type { Ecs } from './ecs.ts';
import { ecsRights } from './rights.ts';

export { Ecs, type EcsOptions } from './ecs.ts';

/** Amazon ECS, as far as an application uses it: standalone tasks on the clusters of the template. */
export function ecsService(ecs: Ecs): Service {
  const service = jsonService('ecs', 'AmazonEC2ContainerServiceV20141113', '1.1', {
    RunTask: runTask(ecs),
    StopTask: stopTask(ecs),
    DescribeTasks: describeTasks(ecs),
    ListTasks: listTasks(ecs),
    DescribeTaskDefinition: describeTaskDefinition(ecs),
    DescribeClusters: describeClusters(ecs),
    ListClusters: listClusters(ecs),
  });
  return { ...service, rights: ecsRights };
}
