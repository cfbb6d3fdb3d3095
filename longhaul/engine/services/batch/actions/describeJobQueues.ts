import type { DescribeJobQueuesCommandInput, DescribeJobQueuesResponse } from '@aws-sdk/client-batch';
import { page } from '../../page.ts';
import type { Batch } from '../batch.ts';

export const describeJobQueues =
  (batch: Batch) =>
  ({ jobQueues, maxResults, nextToken }: DescribeJobQueuesCommandInput) => {
    const all = batch.definitions.queues.map(({ detail }) => detail);
    const wanted = jobQueues?.length
      ? all.filter((queue) => jobQueues.includes(queue.jobQueueArn) || jobQueues.includes(queue.jobQueueName))
      : all;
    const { items, ...next } = page(wanted, maxResults, nextToken);
    return { jobQueues: items, ...next } satisfies DescribeJobQueuesResponse;
  };
