import { PermanentJobError } from '../client/validate-input.ts';

export { type InputProblem, InvalidInputError, PermanentJobError } from '../client/validate-input.ts';

/** Something that may go better next time: the attempt fails and is tried again while attempts are left (exit code 1). */
export class TransientJobError extends Error {
  override name = 'TransientJobError';
}

/** A value that would not come back as it was. */
export class UnsavableValueError extends PermanentJobError {
  override name = 'UnsavableValueError';
  /** `.columns[3].mean`; empty for the value itself. */
  readonly path: string;
  constructor(path: string, what: string, options?: ErrorOptions) {
    super(`The checkpoint cannot be saved: ${path ? `its ${path}` : 'it'} ${what}`, options);
    this.path = path;
  }
}

/** The container was not given what a job needs. */
export class EnvironmentError extends PermanentJobError {
  override name = 'EnvironmentError';
}

/** `signal.reason` after SIGTERM or SIGINT: the capacity goes away, or somebody stopped the execution. */
export class JobInterruptedError extends Error {
  override name = 'JobInterruptedError';
}

/** `signal.reason` when the attempt ran for its `STP_TIMEOUT_SECONDS`. */
export class JobTimeoutError extends Error {
  override name = 'JobTimeoutError';
}

/** `signal.reason` when a newer start of the same execution has taken over: this one must not write any more. */
export class SupersededError extends Error {
  override name = 'SupersededError';
}
