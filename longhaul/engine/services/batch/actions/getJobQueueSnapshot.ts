import type { GetJobQueueSnapshotCommandInput, GetJobQueueSnapshotResponse } from '@aws-sdk/client-batch';
import type { Batch } from '../batch.ts';
import { clientException } from '../error.ts';

/**
 * The first 100 RUNNABLE jobs of a queue, by the time of their submission. How long each has been at its place is not kept here,
 * and the queue's utilization is described for EC2 and EKS only.
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_GetJobQueueSnapshot.html
 */
export const getJobQueueSnapshot =
  (batch: Batch) =>
  ({ jobQueue }: GetJobQueueSnapshotCommandInput) => {
    if (!jobQueue) throw clientException('jobQueue must be provided');
    const queue = batch.definitions.queue(jobQueue).detail.jobQueueArn;
    const front = batch.store.ofQueue(queue, 'RUNNABLE').reverse().slice(0, 100);
    return {
      frontOfQueue: { jobs: front.map(({ jobArn }) => ({ jobArn })), lastUpdatedAt: Date.now() },
    } satisfies GetJobQueueSnapshotResponse;
  };
