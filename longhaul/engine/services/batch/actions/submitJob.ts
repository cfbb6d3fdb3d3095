import type { SubmitJobCommandInput, SubmitJobResponse } from '@aws-sdk/client-batch';
import type { Batch } from '../batch.ts';

export const submitJob = (batch: Batch) => (input: SubmitJobCommandInput) => {
  const { jobArn, jobId, jobName } = batch.submit(input);
  return { jobArn, jobId, jobName } satisfies SubmitJobResponse;
};
