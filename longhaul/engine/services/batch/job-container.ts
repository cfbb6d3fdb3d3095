import type {
  ContainerDetail,
  JobDetail,
  KeyValuePair,
  ResourceRequirement,
  TaskContainerDetails,
} from '@aws-sdk/client-batch';

/**
 * The container of a job whose end is the job's end. A definition with `containerProperties` has one; of one with
 * `ecsProperties` it is the first essential container, and the only one that is run here.
 */
export function jobContainer({
  container,
  ecsProperties,
}: Pick<JobDetail, 'container' | 'ecsProperties'>): ContainerDetail | TaskContainerDetails {
  const containers = ecsProperties?.taskProperties?.[0]?.containers;
  if (!containers) return container ?? {};
  return containers.find(({ essential }) => essential !== false) ?? containers[0]!;
}

export function taskArnOf(job: JobDetail): string | undefined {
  return job.ecsProperties?.taskProperties?.[0]?.taskArn ?? job.container?.taskArn;
}

/** Seconds between SIGTERM and SIGKILL: 30 where nothing else can be said (userguide/job_timeouts.html), 120 at most. */
export function stopTimeoutSeconds(job: JobDetail): number {
  const container = jobContainer(job);
  const wanted = 'stopTimeout' in container ? container.stopTimeout : undefined;
  return Math.min(wanted ?? 30, 120);
}

export function vcpus(job: JobDetail): number {
  const container = jobContainer(job);
  const required = container.resourceRequirements?.find(({ type }) => type === 'VCPU')?.value;
  return Number(required ?? ('vcpus' in container ? container.vcpus : undefined) ?? 1);
}

/** `Ref::name` in a command stands for the job's parameter of that name: userguide/job_definition_parameters.html */
export function command(job: JobDetail): string[] {
  const parameters = job.parameters ?? {};
  return (jobContainer(job).command ?? []).map((part) =>
    part.replace(/Ref::([A-Za-z0-9_-]+)/g, (whole, name: string) => parameters[name] ?? whole),
  );
}

/** The later wins. */
export function mergeEnvironment(
  base: KeyValuePair[] | undefined,
  overrides: KeyValuePair[] | undefined,
): KeyValuePair[] {
  const all = [...(base ?? []), ...(overrides ?? [])];
  return [...new Map(all.map((pair) => [pair.name, pair])).values()];
}

export function mergeRequirements(
  base: ResourceRequirement[] | undefined,
  overrides: ResourceRequirement[] | undefined,
): ResourceRequirement[] {
  const all = [...(base ?? []), ...(overrides ?? [])];
  return [...new Map(all.map((requirement) => [requirement.type, requirement])).values()];
}

/**
 * `/aws/batch/job`, stream `<job definition>/default/<task id>`, unless the awslogs driver is told otherwise.
 * https://docs.aws.amazon.com/batch/latest/userguide/using_awslogs.html
 */
export function logOf(job: JobDetail, definitionName: string, taskId: string): { group: string; stream: string } {
  const options = jobContainer(job).logConfiguration?.options ?? {};
  const prefix = options['awslogs-stream-prefix'] ?? definitionName;
  const container = jobContainer(job);
  const name = ('name' in container && container.name) || 'default';
  return { group: options['awslogs-group'] ?? '/aws/batch/job', stream: `${prefix}/${name}/${taskId}` };
}
