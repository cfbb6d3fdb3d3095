import { randomBytes, randomUUID } from 'node:crypto';
import type { JobDetail } from '@aws-sdk/client-batch';
import type { ContainerSpec } from '../../fleet/index.ts';
import { roleKey } from '../../rights/index.ts';
import type { Environment, LocalDefinition, Queue } from './definitions.ts';
import { command, jobContainer, logOf, stopTimeoutSeconds, taskArnOf } from './job-container.ts';

/** The next attempt's container. Names its task and its log stream in the job. */
export function launchSpec(
  job: JobDetail,
  definition: LocalDefinition,
  queue: Queue,
  environment: Environment,
): ContainerSpec {
  const taskId = randomBytes(16).toString('hex');
  const log = logOf(job, definition.detail.jobDefinitionName, taskId);
  const cluster = `${environment.detail.computeEnvironmentName}_Batch_${randomUUID()}`;
  const taskArn = definition.detail.jobDefinitionArn
    .replace(':batch:', ':ecs:')
    .replace(/:job-definition\/.*$/, `:task/${cluster}/${taskId}`);
  const container = jobContainer(job);
  Object.assign(container, { logStreamName: log.stream, exitCode: undefined, reason: undefined });
  Object.assign(job.ecsProperties?.taskProperties?.[0] ?? container, { taskArn });

  const own = Object.fromEntries((container.environment ?? []).map(({ name, value }) => [name!, value ?? '']));
  const [program = '', ...rest] = command(job);
  return {
    id: taskArn,
    capacity: environment.capacity,
    // DevCommand stands for the image with its entry point and command: only what the caller put in the command's place is left.
    command: definition.devCommand
      ? { shell: definition.devCommand, arguments: isOverridden(job, definition) ? command(job) : [] }
      : { program, arguments: rest },
    directory: definition.directory,
    ...(definition.requires && { requires: definition.requires }),
    environment: { ...identityOf(job), ...own, ...batchVariables(job, queue, environment) },
    log,
    stopTimeoutSeconds: stopTimeoutSeconds(job),
  };
}

/** The credentials of the job's role. A job without one acts as the engine. */
function identityOf({ container, ecsProperties }: JobDetail): Record<string, string> {
  const role = ecsProperties?.taskProperties?.[0]?.taskRoleArn ?? container?.jobRoleArn;
  return role ? { AWS_ACCESS_KEY_ID: roleKey(role) } : {};
}

/** https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html */
export function batchVariables(job: JobDetail, queue: Queue, environment: Environment): Record<string, string> {
  return {
    AWS_BATCH_CE_NAME: environment.detail.computeEnvironmentName,
    AWS_BATCH_JOB_ATTEMPT: String((job.attempts?.length ?? 0) + 1),
    AWS_BATCH_JOB_ID: job.jobId!,
    AWS_BATCH_JQ_NAME: queue.detail.jobQueueName,
  };
}

/** The compute environment of the job's newest attempt, by the name that its task's cluster begins with. */
export function environmentOf(job: JobDetail, queue: Queue): Environment {
  const cluster = taskArnOf(job)?.split('/')[1] ?? '';
  const name = cluster.replace(/_Batch_[^_]*$/, '');
  return queue.environments.find(({ detail }) => detail.computeEnvironmentName === name) ?? queue.environments[0]!;
}

function isOverridden(job: JobDetail, { detail }: LocalDefinition): boolean {
  const declared = jobContainer({ ecsProperties: detail.ecsProperties, container: detail.containerProperties });
  return JSON.stringify(declared.command) !== JSON.stringify(jobContainer(job).command);
}
