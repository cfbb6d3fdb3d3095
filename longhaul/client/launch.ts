import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { objectIn } from './json.ts';

/** A start of an execution's container, as its history tells it. */
export interface Launch {
  attempt: number;
  maxAttempts: number;
  interruptions: number;
  /** What the container is told: `STP_…`. */
  variables: Record<string, string>;
  /** Batch: the queue's ARN. ECS: the capacity provider. */
  place: string;
  /** Undefined until the service has accepted the launch. */
  work?: Work;
  /** Undefined while the state machine waits for it. */
  end?: LaunchEnd;
}

/** What the service started: a Batch job or an ECS task. */
export type Work = { backend: 'batch'; jobId: string } | { backend: 'ecs'; taskArn: string };

export interface LaunchEnd {
  /** The job or task as the service described it, in PascalCase; undefined when there was none, or it was not waited for. */
  work?: Record<string, unknown>;
  /** What the state machine got as the error. */
  error?: string;
  /** The cause, where it is no description. */
  cause?: string;
}

/** Of a job's spec, what is needed to say where its container runs and logs. */
export interface Spec {
  queues?: { spot?: string; onDemand?: string };
  capacity?: 'spot' | 'onDemand';
  maxInterruptions?: number;
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

/**
 * The launches in a history, or in its newest part, whose events come oldest first. One state machine does one thing after the
 * other, so what follows a launch's beginning belongs to it until the next one begins.
 */
export function launchesIn(events: Iterable<HistoryEvent>): Launch[] {
  const launches: Launch[] = [];
  let current: Launch | undefined;
  for (const event of events) {
    const scheduled = event.taskScheduledEventDetails;
    if (scheduled) {
      current = launchOf(scheduled.parameters);
      if (current) launches.push(current);
    }
    if (!current) continue;
    const submitted = event.taskSubmittedEventDetails;
    if (submitted) current.work ??= workOf(objectIn(submitted.output));
    const end = endOf(event);
    if (end) {
      current.end = end;
      current = undefined;
    }
  }
  return launches;
}

/** Undefined for a call of the machine itself: it stores, reads, reports. */
function launchOf(json: string | undefined): Launch | undefined {
  const parameters = objectIn(json) as Parameters;
  const override = parameters.ContainerOverrides ?? parameters.Overrides?.ContainerOverrides?.[0];
  if (!override?.Environment) return undefined;
  const variables = Object.fromEntries(override.Environment.map(({ Name, Value }) => [Name, Value]));
  return {
    attempt: Number(variables.STP_CURRENT_ATTEMPT),
    maxAttempts: Number(variables.STP_MAXIMUM_ATTEMPTS),
    interruptions: Number(variables.STP_INTERRUPTIONS),
    variables,
    place: parameters.JobQueue ?? parameters.CapacityProviderStrategy?.[0]?.CapacityProvider ?? '',
  };
}

function workOf(answer: { JobId?: string; Tasks?: { TaskArn?: string }[] }): Work | undefined {
  const taskArn = answer.Tasks?.[0]?.TaskArn;
  if (answer.JobId) return { backend: 'batch', jobId: answer.JobId };
  return taskArn ? { backend: 'ecs', taskArn } : undefined;
}

function endOf(event: HistoryEvent): LaunchEnd | undefined {
  const succeeded = event.taskSucceededEventDetails;
  if (succeeded) return { work: objectIn(succeeded.output) };
  const failed =
    event.taskFailedEventDetails ??
    event.taskSubmitFailedEventDetails ??
    event.taskStartFailedEventDetails ??
    event.taskTimedOutEventDetails;
  if (!failed) return undefined;
  const { error, cause } = failed;
  const work = error === 'States.TaskFailed' ? objectIn(cause) : {};
  const isDescription = Object.keys(work).length > 0;
  return {
    ...(error !== undefined && { error }),
    ...(isDescription ? { work } : cause !== undefined && { cause }),
  };
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
