import {
  DescribeJobsCommand,
  type JobDetail,
  SubmitJobCommand,
  type SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import { expect } from 'vitest';
import { startTestEngine, temporaryFolder, until } from './fleet-fixture.ts';
import type { Jobs } from './fleet-resources.ts';

type Options = Partial<Omit<Parameters<typeof startTestEngine>[0], 'jobs'>>;

/** An engine with these jobs, and what a caller of Batch does with it. */
export async function startBatch(jobs: Jobs, options: Options = {}) {
  const engine = await startTestEngine({ folder: temporaryFolder(), jobs, ...options });
  const client = engine.batchClient;
  const submit = async (jobDefinition: string, input: Partial<SubmitJobCommandInput> = {}) => {
    const command = new SubmitJobCommand({ jobName: 'test', jobQueue: 'spot', jobDefinition, ...input });
    return (await client.send(command)).jobId!;
  };
  const describeJob = async (jobId: string) => {
    const { jobs = [] } = await client.send(new DescribeJobsCommand({ jobs: [jobId] }));
    return jobs[0]!;
  };
  const reaches = (jobId: string, ...statuses: JobDetail['status'][]) =>
    until(async () => {
      const job = await describeJob(jobId);
      expect(statuses).toContain(job.status);
      return job;
    });
  const ends = (jobId: string) => reaches(jobId, 'SUCCEEDED', 'FAILED');
  const says = (line: string) => until(() => expect(engine.logs.lines()).toContain(line));
  return { ...engine, client, submit, describeJob, reaches, ends, says };
}
