import { jobOfExecution } from './identity.ts';

/** An execution that failed, as the `FailedJobs` queue tells of it. */
export interface FailedJob {
  /** The execution's id. */
  id: string;
  /** Undefined when the execution has a name of somebody's own, and nobody but Step Functions could report it. */
  job?: string;
  /** `Job.Failed`, `Execution.ABORTED`, … (docs/state-machine.md, "Errors") */
  error: string;
  cause: { reason?: string; [detail: string]: unknown };
}

/**
 * Reads the body of a message of `FailedJobs`.
 *
 * An execution that was stopped or timed out is reported by a rule of EventBridge, which cannot take a name apart (EventBridge user
 * guide, "Input transformation"). So such a message has no job, and it is read from the execution's id.
 *
 * ```ts
 * for (const { text } of decodeSqs(event)) {
 *   const { id, job, error, cause } = decodeFailedJob(text);
 * }
 * ```
 *
 * @throws TypeError when it is not such a message
 */
export function decodeFailedJob(body: string): FailedJob {
  const { id, job, error, cause } = JSON.parse(body) as { [member: string]: unknown };
  if (typeof id !== 'string' || typeof error !== 'string') {
    throw new TypeError('This is not a message of FailedJobs: it has no id and error');
  }
  const named = typeof job === 'string' ? job : jobOfExecution(id);
  return { id, ...(named !== undefined && { job: named }), error, cause: (cause ?? {}) as FailedJob['cause'] };
}
