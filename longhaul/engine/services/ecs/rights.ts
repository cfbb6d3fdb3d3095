import { type Asked, arn, type Right } from '../../rights/index.ts';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html */
export function ecsRights({ action: operation, input }: Asked): Right[] {
  const action = `ecs:${operation}`;
  const named = (kind: string, name: string) => (name.startsWith('arn:') ? name : arn('ecs', `${kind}/${name}`));
  const cluster = named('cluster', String(input.cluster ?? 'default'));
  const context = { 'ecs:cluster': cluster };
  const task = (id: string) => ({ action, resource: named(`task/${cluster.split('/').at(-1)}`, id), context });
  switch (operation) {
    case 'RunTask':
      return [{ action, resource: named('task-definition', String(input.taskDefinition)), context }];
    case 'StopTask':
      return [task(String(input.task))];
    case 'DescribeTasks':
      return [input.tasks ?? []].flat().map(task);
    case 'DescribeClusters':
      return [input.clusters ?? 'default'].flat().map((name) => ({ action, resource: named('cluster', name) }));
    default:
      return [{ action, resource: '*', context }];
  }
}
