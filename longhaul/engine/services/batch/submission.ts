import { randomUUID } from 'node:crypto';
import type {
  ContainerOverrides,
  JobDetail,
  RetryStrategy,
  SubmitJobCommandInput,
  TaskContainerOverrides,
} from '@aws-sdk/client-batch';
import { ServiceError } from '../../endpoint/service.ts';
import { TAG_TEXT } from '../tag-text.ts';
import type { LocalDefinition, Queue } from './definitions.ts';
import { clientException } from './error.ts';
import { jobContainer, mergeEnvironment, mergeRequirements } from './job-container.ts';

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_JobTimeout.html */
const MINIMUM_TIMEOUT_SECONDS = 60;

const NOT_HERE = [
  'arrayProperties',
  'consumableResourcePropertiesOverride',
  'dependsOn',
  'eksPropertiesOverride',
  'nodeOverrides',
] as const;

/**
 * The job that a request describes, as DescribeJobs shows it at first. Checks what Batch checks at once.
 *
 * @throws ServiceError ClientException, BadRequestException for tags
 */
export function submission(
  input: SubmitJobCommandInput,
  { definition, queue }: { definition: LocalDefinition; queue: Queue },
  minimumTimeoutSeconds = MINIMUM_TIMEOUT_SECONDS,
): JobDetail {
  check(input, minimumTimeoutSeconds);
  const { detail } = definition;
  const jobId = randomUUID();
  const timeout = input.timeout ?? detail.timeout;
  const job: JobDetail = {
    jobArn: detail.jobDefinitionArn.replace(/:job-definition\/.*$/, `:job/${jobId}`),
    jobId,
    jobName: input.jobName,
    jobQueue: queue.detail.jobQueueArn,
    jobDefinition: detail.jobDefinitionArn,
    status: 'SUBMITTED',
    createdAt: Date.now(),
    startedAt: undefined,
    attempts: [],
    dependsOn: [],
    parameters: { ...detail.parameters, ...input.parameters },
    retryStrategy: { attempts: 1, evaluateOnExit: [], ...detail.retryStrategy, ...input.retryStrategy },
    ...(timeout && { timeout }),
    tags: { ...(input.propagateTags && detail.tags), ...input.tags },
    platformCapabilities: detail.platformCapabilities ?? ['FARGATE'],
    isCancelled: false,
    isTerminated: false,
  };
  // A copy: what the job becomes is not to be seen in its definition.
  if (detail.ecsProperties) job.ecsProperties = structuredClone(detail.ecsProperties);
  else job.container = { ...structuredClone(detail.containerProperties), networkInterfaces: [] };
  const overrides = overridesFor(input, job);
  const container = jobContainer(job);
  if (overrides?.command) container.command = overrides.command;
  container.environment = mergeEnvironment(container.environment, overrides?.environment);
  container.resourceRequirements = mergeRequirements(container.resourceRequirements, overrides?.resourceRequirements);
  return job;
}

/** What Batch hands on to ECS as the task's overrides. */
export function taskOverride(
  input: SubmitJobCommandInput,
  job: JobDetail,
  batchEnvironment: Record<string, string>,
): unknown {
  const { environment, ...others } = overridesFor(input, job) ?? {};
  const added = Object.entries(batchEnvironment).map(([name, value]) => ({ name, value }));
  return { containerOverrides: [{ name: 'default', ...others, environment: [...(environment ?? []), ...added] }] };
}

function overridesFor(
  input: SubmitJobCommandInput,
  job: JobDetail,
): ContainerOverrides | TaskContainerOverrides | undefined {
  if (!job.ecsProperties) return input.containerOverrides;
  if (input.containerOverrides) {
    throw clientException('containerOverrides is not applicable for ecsProperties, use ecsPropertiesOverride');
  }
  const overrides = input.ecsPropertiesOverride?.taskProperties?.[0]?.containers;
  const container = jobContainer(job);
  return overrides?.find(({ name }) => 'name' in container && name === container.name);
}

function check(input: SubmitJobCommandInput, minimumTimeoutSeconds: number): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(input.jobName ?? '')) {
    throw clientException(
      `Job name must be up to 128 letters, digits, hyphens and underscores, beginning with a letter or digit: "${input.jobName}"`,
    );
  }
  const seconds = input.timeout?.attemptDurationSeconds;
  if (seconds !== undefined && seconds < minimumTimeoutSeconds) {
    throw clientException(`attemptDurationSeconds must be at least ${minimumTimeoutSeconds} seconds, got ${seconds}`);
  }
  checkRetry(input.retryStrategy);
  const reserved = input.containerOverrides?.environment?.find(({ name }) => name?.startsWith('AWS_BATCH'));
  if (reserved) throw clientException(`Environment variables cannot start with "AWS_BATCH": ${reserved.name}`);
  checkTags(input.tags);
  const unknown = NOT_HERE.find((member) => input[member] !== undefined);
  if (unknown) throw clientException(`${unknown} is not supported by the local engine`);
}

function checkTags(tags: Record<string, string> = {}): void {
  const refused = (text: string, member: string) =>
    new ServiceError(
      'BadRequestException',
      `'${text}' is not a valid value for ${member} - it contains illegal characters`,
      400,
    );
  for (const [name, value] of Object.entries(tags)) {
    if (!TAG_TEXT.test(name)) throw refused(name, 'TagKey');
    if (!TAG_TEXT.test(value)) throw refused(value, 'TagValue');
  }
}

function checkRetry(strategy: RetryStrategy | undefined): void {
  if (!strategy) return;
  const { attempts, evaluateOnExit = [] } = strategy;
  if (attempts === undefined) throw clientException('RetryAttempts must be provided with retry strategy');
  if (attempts < 1 || attempts > 10) throw clientException(`RetryAttempts must be between 1 and 10, got ${attempts}`);
  if (evaluateOnExit.length > 5) {
    throw clientException(`evaluateOnExit must have at most 5 entries, got ${evaluateOnExit.length}`);
  }
}
