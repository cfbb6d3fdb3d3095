import type { TerminateJobCommandInput, TerminateJobResponse } from '@aws-sdk/client-batch';
import type { Batch } from '../batch.ts';
import { clientException } from '../error.ts';

/** A running job becomes FAILED when its container has stopped; a job that has ended stays as it is. */
export const terminateJob =
  (batch: Batch) =>
  ({ jobId, reason }: TerminateJobCommandInput) => {
    checkEnd(jobId, reason);
    batch.terminate(jobId!, reason!);
    return {} satisfies TerminateJobResponse;
  };

/** Both are required: API_TerminateJob.html, API_CancelJob.html (reason: at most 1,024 characters). */
export function checkEnd(jobId: string | undefined, reason: string | undefined): void {
  if (!jobId) throw clientException('jobId must be provided');
  if (!reason) throw clientException('reason must be provided');
  if (reason.length > 1024) throw clientException(`reason must be at most 1024 characters, got ${reason.length}`);
}
