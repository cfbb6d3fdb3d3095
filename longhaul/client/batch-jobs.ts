import { BatchClient, DescribeJobsCommand, type JobDetail } from '@aws-sdk/client-batch';
import type { AwsOptions } from './aws.ts';

/** AWS Batch, as far as an execution's container is looked at. */
export class BatchJobs {
  readonly #batch: BatchClient;

  constructor(options: AwsOptions) {
    this.#batch = new BatchClient(options);
  }

  /** Undefined when Batch has forgotten the job, which it does some days after its end. */
  async find(jobId: string): Promise<JobDetail | undefined> {
    const { jobs = [] } = await this.#batch.send(new DescribeJobsCommand({ jobs: [jobId] }));
    return jobs[0];
  }
}
