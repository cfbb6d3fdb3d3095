import type { DescribeJobsCommandInput, DescribeJobsResponse } from '@aws-sdk/client-batch';
import type { Batch } from '../batch.ts';
import { clientException } from '../error.ts';

/** By id or ARN; a job that is not there is left out. */
export const describeJobs =
  (batch: Batch) =>
  ({ jobs = [] }: DescribeJobsCommandInput) => {
    if (jobs.length > 100) throw clientException('Maximum number of jobs supported is  100');
    const found = jobs.map((job) => batch.store.get(job.slice(job.lastIndexOf('/') + 1)));
    return { jobs: found.filter((job) => job !== undefined) } satisfies DescribeJobsResponse;
  };
