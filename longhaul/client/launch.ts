import type { HistoryEvent } from '@aws-sdk/client-sfn';

/** The newest start of an execution's container, as its history tells it. */
export interface Launch {
  attempt: number;
  maxAttempts: number;
  interruptions: number;
  /** Batch: the queue's ARN. ECS: the capacity provider. */
  place: string;
  /** Batch: the job's id. ECS: the task's ARN. Undefined until the service has accepted the launch. */
  work?: { backend: 'batch'; jobId: string } | { backend: 'ecs'; taskArn: string };
}

/** Of a job's spec, what is needed to say where its container runs and logs. */
export interface Spec {
  queues?: { spot?: string; onDemand?: string };
  container?: string;
  logGroup?: string;
  logStreamPrefix?: string;
}

interface Variable {
  Name: string;
  Value: string;
}
interface Parameters {
  JobQueue?: string;
  CapacityProviderStrategy?: { CapacityProvider: string }[];
  ContainerOverrides?: { Environment?: Variable[] };
  Overrides?: { ContainerOverrides?: { Environment?: Variable[] }[] };
}

/** The newest launch among events that come newest first; undefined when the container was not launched among them. */
export function newestLaunch(events: Iterable<HistoryEvent>): Launch | undefined {
  let work: Launch['work'];
  for (const event of events) {
    const submitted = event.taskSubmittedEventDetails;
    if (submitted?.output) work ??= workOf(JSON.parse(submitted.output));
    const scheduled = event.taskScheduledEventDetails;
    if (!scheduled?.parameters) continue;
    const parameters = JSON.parse(scheduled.parameters) as Parameters;
    const override = parameters.ContainerOverrides ?? parameters.Overrides?.ContainerOverrides?.[0];
    if (!override?.Environment) continue; // a call of the machine itself: it stores, reads, reports
    const number = (name: string): number => Number(override.Environment?.find(({ Name }) => Name === name)?.Value);
    return {
      attempt: number('STP_CURRENT_ATTEMPT'),
      maxAttempts: number('STP_MAXIMUM_ATTEMPTS'),
      interruptions: number('STP_INTERRUPTIONS'),
      place: parameters.JobQueue ?? parameters.CapacityProviderStrategy?.[0]?.CapacityProvider ?? '',
      ...(work && { work }),
    };
  }
  return undefined;
}

function workOf(answer: { JobId?: string; Tasks?: { TaskArn?: string }[] }): Launch['work'] {
  const taskArn = answer.Tasks?.[0]?.TaskArn;
  if (answer.JobId) return { backend: 'batch', jobId: answer.JobId };
  return taskArn ? { backend: 'ecs', taskArn } : undefined;
}

/** The job's spec, which the first state of the machine assigns to a variable. */
export function specOf(events: Iterable<HistoryEvent>): Spec | undefined {
  for (const { stateExitedEventDetails } of events) {
    const spec = stateExitedEventDetails?.assignedVariables?.spec;
    if (spec) return JSON.parse(spec) as Spec;
  }
  return undefined;
}

/** Whether a launch runs on Spot capacity. */
export function capacityOf(launch: Launch, spec: Spec | undefined): 'spot' | 'onDemand' | undefined {
  if (launch.place === 'FARGATE_SPOT' || launch.place === spec?.queues?.spot) return 'spot';
  return launch.place === 'FARGATE' || launch.place === spec?.queues?.onDemand ? 'onDemand' : undefined;
}

/** The log stream of an ECS task: prefix/container/task id (ECS developer guide, `awslogs-stream-prefix`). */
export function taskLog(taskArn: string, spec: Spec | undefined): { group: string; stream: string } | undefined {
  if (!spec?.logGroup || !spec.logStreamPrefix || !spec.container) return undefined;
  return { group: spec.logGroup, stream: `${spec.logStreamPrefix}/${spec.container}/${taskArn.split('/').at(-1)}` };
}
