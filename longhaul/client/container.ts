import type { JobDetail } from '@aws-sdk/client-batch';
import type { Task } from '@aws-sdk/client-ecs';
import type { AwsClients } from './aws.ts';
import type { Launch, Spec, Work } from './launch.ts';
import { jobWaitsFor, taskWaitsFor } from './waiting.ts';

/** What Batch or ECS say of a container. */
export interface ContainerDescription {
  backend: 'batch' | 'ecs';
  /** Batch: the job's id. ECS: the task's ARN. */
  id: string;
  /** As the service has it: `RUNNABLE`, `RUNNING`, `SUCCEEDED`, … of Batch; `PROVISIONING`, `RUNNING`, `STOPPED`, … of ECS. */
  status: string;
  /** Why it does not run yet, in words. */
  waitingFor?: string;
  /** The container instance's ARN, where it runs on EC2. */
  instance?: string;
  exitCode?: number;
  /** What the service says of its end. */
  reason?: string;
  /** ISO 8601, UTC. */
  createdAt?: string;
  startedAt?: string;
  stoppedAt?: string;
}

export interface Log {
  group: string;
  stream: string;
}

/** A container as it was seen, and where it logs. */
export interface SeenContainer extends ContainerDescription {
  log?: Log;
  hasEnded: boolean;
}

/**
 * The container of a launch: by the history where it has ended, else by asking Batch or ECS. Undefined when none was started, or
 * the service has forgotten it.
 */
export async function containerOf(
  { work, end }: Pick<Launch, 'work' | 'end'>,
  spec: Spec | undefined,
  clients: AwsClients,
): Promise<SeenContainer | undefined> {
  if (!work) return undefined;
  const seen = end?.work && (camelCase(end.work) as JobDetail & Task);
  if (work.backend === 'batch') {
    const job = seen ?? (await (await clients.batch()).find(work.jobId));
    return job && batchContainer(work.jobId, job);
  }
  const task = seen ?? (await (await clients.ecs()).find(work.taskArn));
  return task && ecsContainer(work.taskArn, task, spec);
}

/** Whether nothing of it can run any more. What the service has forgotten has ended long ago. */
export async function hasEnded(work: Work, clients: AwsClients): Promise<boolean> {
  return (await containerOf({ work }, undefined, clients))?.hasEnded ?? true;
}

function batchContainer(id: string, job: JobDetail): SeenContainer {
  const { container = {}, status = '', statusReason } = job;
  const hasEnded = status === 'SUCCEEDED' || status === 'FAILED';
  const waitingFor = jobWaitsFor(job);
  return {
    backend: 'batch',
    id,
    status,
    hasEnded,
    ...(waitingFor && { waitingFor }),
    ...(container.containerInstanceArn && { instance: container.containerInstanceArn }),
    ...(hasEnded && ending(container.exitCode, [statusReason, container.reason])),
    ...times(job),
    // Without a group of its own a Batch job logs to this one (Batch user guide, "Using CloudWatch Logs with AWS Batch").
    ...(container.logStreamName && {
      log: {
        group: container.logConfiguration?.options?.['awslogs-group'] ?? '/aws/batch/job',
        stream: container.logStreamName,
      },
    }),
  };
}

function ecsContainer(id: string, task: Task, spec: Spec | undefined): SeenContainer {
  const { containers = [], lastStatus = '', stoppedReason, containerInstanceArn } = task;
  const container = containers.find(({ name }) => name === spec?.container) ?? containers[0];
  const hasEnded = lastStatus === 'STOPPED';
  const waitingFor = taskWaitsFor(task);
  const log = taskLog({ backend: 'ecs', taskArn: id }, spec);
  return {
    backend: 'ecs',
    id,
    status: lastStatus,
    hasEnded,
    ...(waitingFor && { waitingFor }),
    ...(containerInstanceArn && { instance: containerInstanceArn }),
    ...(hasEnded && ending(container?.exitCode, [stoppedReason, container?.reason])),
    ...times(task),
    ...(log && { log }),
  };
}

/** The log stream of an ECS task: prefix/container/task id (ECS developer guide, `awslogs-stream-prefix`). */
export function taskLog(work: Work | undefined, spec: Spec | undefined): Log | undefined {
  if (work?.backend !== 'ecs' || !spec?.logGroup || !spec.logStreamPrefix || !spec.container) return undefined;
  const taskId = work.taskArn.split('/').at(-1);
  return { group: spec.logGroup, stream: `${spec.logStreamPrefix}/${spec.container}/${taskId}` };
}

function ending(exitCode: number | undefined, reasons: (string | undefined)[]) {
  const reason = reasons.filter(Boolean).join('; ');
  return { ...(exitCode !== undefined && { exitCode }), ...(reason && { reason }) };
}

type Time = number | Date | undefined;

/** Batch has milliseconds since the epoch, ECS dates; in a history both are milliseconds. */
function times(seen: { createdAt?: Time; startedAt?: Time; stoppedAt?: Time }) {
  const { createdAt, startedAt, stoppedAt } = seen;
  const given = Object.entries({ createdAt, startedAt, stoppedAt }).filter(([, time]) => time);
  return Object.fromEntries(given.map(([name, time]) => [name, new Date(time!).toISOString()]));
}

/** Step Functions begins the names of all members with a capital letter. */
function camelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key.charAt(0).toLowerCase() + key.slice(1), camelCase(inner)]),
  );
}
