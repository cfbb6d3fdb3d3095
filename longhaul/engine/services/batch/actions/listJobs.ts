import type {
  JobDetail,
  JobSummary,
  KeyValuesPair,
  ListJobsCommandInput,
  ListJobsResponse,
} from '@aws-sdk/client-batch';
import { page } from '../../page.ts';
import type { Batch } from '../batch.ts';
import { clientException } from '../error.ts';
import { jobContainer } from '../job-container.ts';

/**
 * Running jobs, unless a status or a filter says otherwise; with a filter the status is ignored.
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html
 */
export const listJobs =
  (batch: Batch) =>
  ({ jobQueue, jobStatus, filters = [], maxResults, nextToken }: ListJobsCommandInput) => {
    if (!jobQueue) throw clientException('jobQueue must be provided: the local engine has no array or multi-node jobs');
    if (filters.length > 1) throw clientException(`Only one filter can be used at a time, got ${filters.length}`);
    const queue = batch.definitions.queue(jobQueue).detail.jobQueueArn;
    const [filter] = filters;
    const jobs = filter
      ? batch.store.ofQueue(queue).filter(accepts(filter))
      : batch.store.ofQueue(queue, jobStatus ?? 'RUNNING');
    const { items, ...next } = page(jobs, maxResults, nextToken);
    return { jobSummaryList: items.map(summary), ...next } satisfies ListJobsResponse;
  };

function accepts({ name, values = [] }: KeyValuesPair): (job: JobDetail) => boolean {
  switch (name) {
    case 'JOB_NAME':
      return ({ jobName }) => values.some((value) => matches(value.toLowerCase(), jobName!.toLowerCase()));
    case 'JOB_DEFINITION':
      return ({ jobDefinition }) => {
        const definitionName = /([^/]+):\d+$/.exec(jobDefinition!)?.[1] ?? '';
        return values.some((value) => value === jobDefinition || matches(value, definitionName));
      };
    case 'BEFORE_CREATED_AT':
      return ({ createdAt }) => values.some((value) => createdAt! < Number(value));
    case 'AFTER_CREATED_AT':
      return ({ createdAt }) => values.some((value) => createdAt! > Number(value));
    default:
      throw clientException(
        `Filter ${name} is not supported: JOB_NAME, JOB_DEFINITION, BEFORE_CREATED_AT and AFTER_CREATED_AT are`,
      );
  }
}

function matches(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}

function summary(job: JobDetail): JobSummary {
  const { jobArn, jobId, jobName, jobDefinition, createdAt, startedAt, stoppedAt, status, statusReason } = job;
  const { exitCode, reason } = jobContainer(job);
  const container = { exitCode, reason };
  return { jobArn, jobId, jobName, jobDefinition, createdAt, startedAt, stoppedAt, status, statusReason, container };
}
