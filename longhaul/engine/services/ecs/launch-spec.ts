import type { ContainerOverride, KeyValuePair, Task } from '@aws-sdk/client-ecs';
import type { CapacityKind, ContainerSpec } from '../../fleet/index.ts';
import { roleKey } from '../../rights/index.ts';
import type { LocalDefinition } from './definitions.ts';

/**
 * The task's container. On Fargate the stop timeout is 30 seconds without another value, 120 at most; the awslogs driver
 * writes to `prefix/container/task id`.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html (stopTimeout)
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
 */
export function launchSpec(task: Task, definition: LocalDefinition, capacity: CapacityKind): ContainerSpec {
  const { container, devCommand, directory, requires } = definition;
  const override: ContainerOverride =
    task.overrides?.containerOverrides?.find(({ name }) => name === container.name) ?? {};
  const [program = '', ...rest] = [...(container.entryPoint ?? []), ...(override.command ?? container.command ?? [])];
  const log = logOf(task, definition);
  const role = task.overrides?.taskRoleArn ?? definition.detail.taskRoleArn;
  // A task without a role acts as the engine.
  const identity: Record<string, string> = role ? { AWS_ACCESS_KEY_ID: roleKey(role) } : {};
  return {
    id: task.taskArn!,
    capacity,
    command: devCommand ? { shell: devCommand, arguments: override.command ?? [] } : { program, arguments: rest },
    directory,
    ...(requires && { requires }),
    environment: { ...identity, ...variables(container.environment), ...variables(override.environment) },
    ...(log && { log }),
    stopTimeoutSeconds: Math.min(container.stopTimeout ?? 30, 120),
  };
}

/** Undefined without the awslogs driver: the output goes nowhere. */
export function logOf(task: Task, { container }: LocalDefinition): { group: string; stream: string } | undefined {
  const { logDriver, options = {} } = container.logConfiguration ?? {};
  const group = options['awslogs-group'];
  if (logDriver !== 'awslogs' || !group) return undefined;
  const taskId = task.taskArn!.slice(task.taskArn!.lastIndexOf('/') + 1);
  const prefix = options['awslogs-stream-prefix'];
  return { group, stream: prefix ? `${prefix}/${container.name}/${taskId}` : taskId };
}

function variables(pairs: KeyValuePair[] = []): Record<string, string> {
  return Object.fromEntries(pairs.map(({ name, value }) => [name!, value ?? '']));
}
