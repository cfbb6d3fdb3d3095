import type { CancelJobCommandInput, CancelJobResponse } from '@aws-sdk/client-batch';
import type { Batch } from '../batch.ts';
import { checkEnd } from './terminateJob.ts';

/** A job that is STARTING or RUNNING is left alone, and that is no error. */
export const cancelJob =
  (batch: Batch) =>
  ({ jobId, reason }: CancelJobCommandInput) => {
    checkEnd(jobId, reason);
    batch.cancel(jobId!, reason!);
    return {} satisfies CancelJobResponse;
  };
