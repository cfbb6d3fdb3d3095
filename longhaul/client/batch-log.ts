import { BatchClient, DescribeJobsCommand } from '@aws-sdk/client-batch';

let client: BatchClient | undefined;

/**
 * Where a Batch job that has not ended writes. Batch names the stream when the container starts; before, and after a day
 * or so when Batch has forgotten the job, there is none to name.
 */
export async function batchLog(jobId: string): Promise<{ group: string; stream: string } | undefined> {
  client ??= new BatchClient({});
  const { jobs = [] } = await client.send(new DescribeJobsCommand({ jobs: [jobId] }));
  const container = jobs[0]?.container;
  if (!container?.logStreamName) return undefined;
  // Without a group of its own a Batch job logs to this one (Batch user guide, "Using CloudWatch Logs with AWS Batch").
  return {
    group: container.logConfiguration?.options?.['awslogs-group'] ?? '/aws/batch/job',
    stream: container.logStreamName,
  };
}
