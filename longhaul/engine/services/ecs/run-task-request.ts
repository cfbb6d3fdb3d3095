import { randomBytes, randomUUID } from 'node:crypto';
import type { CapacityProviderStrategyItem, RunTaskCommandInput, Tag, Task } from '@aws-sdk/client-ecs';
import { OVERRIDE_CHARACTERS, OVERRIDE_TOO_LONG, overrideLength } from '../../fleet/override-size.ts';
import { TAG_TEXT } from '../tag-text.ts';
import type { LocalCluster, LocalDefinition } from './definitions.ts';
import { invalidParameter } from './error.ts';

// The texts are ECS's own where it has one: the SDKs and Step Functions show them as they are.

/**
 * The tasks that a request describes, as DescribeTasks shows them at first. Checks what ECS checks at once.
 *
 * @throws ServiceError InvalidParameterException
 */
export function requestedTasks(
  input: RunTaskCommandInput,
  { definition, cluster }: { definition: LocalDefinition; cluster: LocalCluster },
): Task[] {
  check(input, definition);
  const providers = placement(input, cluster);
  return providers.map((capacityProviderName) => task(input, definition, cluster, capacityProviderName));
}

/** For each task the capacity provider that it goes to: first the base, the others by weight. */
function placement(input: RunTaskCommandInput, cluster: LocalCluster): (string | undefined)[] {
  const count = input.count ?? 1;
  if (input.launchType !== undefined) return Array<undefined>(count).fill(undefined);
  const strategy = input.capacityProviderStrategy ?? cluster.defaultCapacityProviderStrategy ?? [];
  if (strategy.length === 0) {
    throw invalidParameter('No Container Instances were found in your cluster.');
  }
  const known = new Set(cluster.capacityProviders);
  if (strategy.some(({ capacityProvider }) => !known.has(capacityProvider!))) {
    throw invalidParameter(
      'The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Specify a valid capacity provider and try again.',
    );
  }
  const placed: string[] = [];
  const used = (item: CapacityProviderStrategyItem) => placed.filter((name) => name === item.capacityProvider).length;
  for (let index = 0; index < count; index++) {
    const base = strategy.find((item) => used(item) < (item.base ?? 0));
    const share = (item: CapacityProviderStrategyItem) => (used(item) - (item.base ?? 0) + 1) / (item.weight ?? 0);
    const [byWeight] = strategy.toSorted((a, b) => share(a) - share(b));
    placed.push((base ?? byWeight)!.capacityProvider!);
  }
  return placed;
}

function task(
  input: RunTaskCommandInput,
  definition: LocalDefinition,
  cluster: LocalCluster,
  capacityProviderName: string | undefined,
): Task {
  const { detail } = definition;
  const taskArn = `${cluster.clusterArn.replace(':cluster/', ':task/')}/${randomBytes(16).toString('hex')}`;
  const inherited = input.propagateTags === 'TASK_DEFINITION' ? definition.tags : {};
  const own = Object.fromEntries((input.tags ?? []).map(({ key = '', value = '' }) => [key, value]));
  const containers = (detail.containerDefinitions ?? []).map(({ name, image, cpu = 0 }) => ({
    containerArn: `${taskArn.replace(':task/', ':container/')}/${randomUUID()}`,
    taskArn,
    name,
    image,
    lastStatus: 'PENDING',
    networkInterfaces: [],
    healthStatus: 'UNKNOWN' as const,
    cpu: String(cpu),
  }));
  return {
    taskArn,
    clusterArn: cluster.clusterArn,
    taskDefinitionArn: detail.taskDefinitionArn,
    group: input.group ?? `family:${detail.family}`,
    ...(input.startedBy && { startedBy: input.startedBy }),
    launchType: 'FARGATE',
    ...(capacityProviderName && { capacityProviderName }),
    platformVersion: '1.4.0',
    platformFamily: 'Linux',
    lastStatus: 'PROVISIONING',
    desiredStatus: 'RUNNING',
    cpu: input.overrides?.cpu ?? detail.cpu ?? '256',
    memory: input.overrides?.memory ?? detail.memory ?? '512',
    overrides: { containerOverrides: [], inferenceAcceleratorOverrides: [], ...input.overrides },
    containers,
    attachments: [],
    attributes: [],
    createdAt: new Date(),
    enableExecuteCommand: input.enableExecuteCommand ?? false,
    tags: asTags({ ...inherited, ...own }),
    version: 1,
  };
}

function check(input: RunTaskCommandInput, { detail }: LocalDefinition): void {
  const { count = 1, launchType, capacityProviderStrategy, overrides = {}, networkConfiguration } = input;
  if (count < 1 || count > 10) throw invalidParameter('Task count must be between 1 and 10');
  if (launchType && capacityProviderStrategy?.length) {
    throw invalidParameter(
      'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    );
  }
  if (launchType && launchType !== 'FARGATE') {
    throw invalidParameter(`The local engine has no capacity of launch type ${launchType}; it has FARGATE.`);
  }
  if (detail.networkMode === 'awsvpc' && !networkConfiguration?.awsvpcConfiguration?.subnets?.length) {
    throw invalidParameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  }
  if (overrideLength(overrides) > OVERRIDE_CHARACTERS) throw invalidParameter(OVERRIDE_TOO_LONG);
  const names = new Set(detail.containerDefinitions?.map(({ name }) => name));
  const unknown = overrides.containerOverrides?.find(({ name }) => !names.has(name));
  if (unknown) {
    throw invalidParameter(`Override for container named ${unknown.name} is not a container in the TaskDefinition.`);
  }
  if (input.tags?.some(({ key = '', value = '' }) => !TAG_TEXT.test(key) || !TAG_TEXT.test(value))) {
    throw invalidParameter(
      'Some tags contain invalid characters. Valid characters: UTF-8 letters, spaces, numbers and _ . / = + - : @.',
    );
  }
  if ((input.startedBy ?? '').length > 128) throw invalidParameter('startedBy must be at most 128 characters');
  if (input.clientToken !== undefined && !/^[!-~]{1,64}$/.test(input.clientToken)) {
    throw invalidParameter('clientToken must be 1 to 64 characters in the range of 33 to 126');
  }
}

function asTags(tags: Record<string, string>): Tag[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}
