import type { ExecutionStatus } from '@aws-sdk/client-sfn';

/** There is no such job here. */
export class UnknownJobError extends Error {
  override readonly name = 'UnknownJobError';
  readonly job: string;
  constructor(job: string, deployed: readonly string[] = [], options?: ErrorOptions) {
    super(`There is no job '${job}' here${deployed.length > 0 ? `; there is ${deployed.join(', ')}` : ''}`, options);
    this.job = job;
  }
}

/** There is no such execution here, or its history has been deleted: Step Functions keeps it for 90 days after its end. */
export class UnknownExecutionError extends Error {
  override readonly name = 'UnknownExecutionError';
  readonly id: string;
  constructor(id: string, options?: ErrorOptions) {
    super(`There is no execution '${id}'; an execution is forgotten 90 days after its end`, options);
    this.id = id;
  }
}

/** With `onDuplicate: 'reject'`: this event has an execution already. */
export class DuplicateExecutionError extends Error {
  override readonly name = 'DuplicateExecutionError';
  /** Of the execution that is there. */
  readonly id: string;
  constructor(id: string, options?: ErrorOptions) {
    super(`This event has started the execution '${id}' before`, options);
    this.id = id;
  }
}

/** The execution is in no state for this: running, succeeded, or its container is still stopping. */
export class ExecutionStateError extends Error {
  override readonly name = 'ExecutionStateError';
  readonly id: string;
  /** True when it only has to be asked again a little later. */
  readonly retryable: boolean;
  constructor(
    id: string,
    message: string,
    { retryable = false, ...options }: ErrorOptions & { retryable?: boolean } = {},
  ) {
    super(message, options);
    this.id = id;
    this.retryable = retryable;
  }
}

/** From `wait`: the execution has ended without success. */
export class JobFailedError extends Error {
  override readonly name = 'JobFailedError';
  readonly id: string;
  readonly status: ExecutionStatus;
  /** `Job.Failed`, `Job.Rejected`, `Job.TimedOut`, … as the execution ended with it. */
  readonly error: string | undefined;
  /** Why, in the job's own words where it left any. */
  readonly reason: string | undefined;
  constructor({ id, status, error, reason }: { id: string; status: ExecutionStatus; error?: string; reason?: string }) {
    super(`${id} ended ${status}: ${[error, reason].filter(Boolean).join(': ') || 'no reason was given'}`);
    this.id = id;
    this.status = status;
    this.error = error;
    this.reason = reason;
  }
}

/** The HTTP API refused for a reason that no other class says: no right to call it (403), too large (413), out of order (5xx). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** Of the answer. */
  readonly status: number;
  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}
