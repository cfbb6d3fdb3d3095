import {
  BatchClient,
  CancelJobCommand,
  DescribeJobsCommand,
  GetJobQueueSnapshotCommand,
  type JobDetail,
  type JobStatus,
  paginateListJobs,
} from '@aws-sdk/client-batch';
import type { FrontJob } from './waiting.ts';

const client = new BatchClient({});

/** Ids that one DescribeJobs takes (its API reference). */
const AT_ONCE = 100;

/** The first jobs of a queue that wait, at most 100, in their order (GetJobQueueSnapshot: by the time of their submission). */
export async function frontOf(jobQueue: string): Promise<FrontJob[]> {
  const { frontOfQueue } = await client.send(new GetJobQueueSnapshotCommand({ jobQueue }));
  const ids = (frontOfQueue?.jobs ?? []).flatMap(({ jobArn }) => jobArn?.split('/').at(-1) ?? []);
  const jobs = new Map((await describe(ids)).map((job) => [job.jobId, job]));
  return ids.flatMap((jobId) => {
    const job = jobs.get(jobId);
    return job?.status === 'RUNNABLE' ? { jobId, vcpus: vcpusOf(job) } : [];
  });
}

/** What jobs of a queue use at the moment. */
export async function vcpusInUse(jobQueue: string): Promise<number> {
  const ids = await Promise.all((['STARTING', 'RUNNING'] as const).map((status) => idsOf(jobQueue, status)));
  // A job may have gone from one list to the other between the two.
  const jobs = await describe([...new Set(ids.flat())]);
  return jobs.reduce((sum, job) => sum + vcpusOf(job), 0);
}

/**
 * Cancels a job that still waits; `reason` becomes its status reason. A job that has reached STARTING meanwhile runs on: Batch
 * accepts the call and does nothing (CancelJob's API reference).
 */
export async function cancel(jobId: string, reason: string): Promise<void> {
  await client.send(new CancelJobCommand({ jobId, reason }));
}

async function idsOf(jobQueue: string, jobStatus: JobStatus): Promise<string[]> {
  const ids: string[] = [];
  for await (const { jobSummaryList = [] } of paginateListJobs({ client }, { jobQueue, jobStatus })) {
    ids.push(...jobSummaryList.flatMap(({ jobId }) => jobId ?? []));
  }
  return ids;
}

async function describe(ids: string[]): Promise<JobDetail[]> {
  const jobs: JobDetail[] = [];
  for (let first = 0; first < ids.length; first += AT_ONCE) {
    const answer = await client.send(new DescribeJobsCommand({ jobs: ids.slice(first, first + AT_ONCE) }));
    jobs.push(...(answer.jobs ?? []));
  }
  return jobs;
}

/** On Fargate the size is in `resourceRequirements`, of the container or of each container of the task (ResourceRequirement's reference). */
function vcpusOf({ container, ecsProperties }: JobDetail): number {
  const containers = ecsProperties?.taskProperties?.flatMap((task) => task.containers ?? []) ?? [container];
  return containers
    .flatMap((one) => one?.resourceRequirements ?? [])
    .filter(({ type }) => type === 'VCPU')
    .reduce((sum, { value }) => sum + Number(value), 0);
}
