import { hash } from 'node:crypto';

/** Of an execution, in characters (StartExecution, `name`). */
export const LONGEST_NAME = 80;

/** What a job may be called: it becomes part of names that Step Functions, Batch, ECS and S3 accept. */
const JOB_NAME = /^[a-z0-9][a-z0-9-]{0,46}$/;

/**
 * The name of the execution for one event of one job: `<job>-<first 32 hex digits of a SHA-256>`.
 *
 * Step Functions refuses a second execution of the same name for 90 days (StartExecution, `name`), which makes this name
 * the guard against duplicates: the same identity always gives the same name, another identity another one.
 *
 * @param identity what tells this event from all others of its source: `['s3', bucket, key, …]`. The parts are hashed
 *   as a JSON array, so that `['a', 'b']` and `['ab']` differ.
 * @throws RangeError for a job name over 47 characters (the whole may have 80) or with characters other than a-z, 0-9 and -.
 */
export function executionName(job: string, identity: readonly string[]): string {
  if (!JOB_NAME.test(job)) {
    throw new RangeError(
      `A job's name has 1 to 47 characters of a-z, 0-9 and -, and begins with no hyphen; it is '${job}'`,
    );
  }
  if (identity.length === 0) throw new RangeError(`An event of ${job} has no identity: at least one part is needed`);
  return `${job}-${hash('sha256', JSON.stringify(identity)).slice(0, 32)}`;
}

/**
 * Whether `id` can be the name of an execution. Starts by hand may use more characters than ours do; what Step Functions
 * refuses (StartExecution, `name`) is refused here as well.
 */
export function isExecutionName(id: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among what a name must not contain
  return /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ud800-\udfff\ufffe\uffff]{1,80}$/.test(id);
}

/** The job of an execution that `executionName` named, also of one that was resumed (`-r1`, …); undefined for other names. */
export function jobOfExecution(id = ''): string | undefined {
  return /^(.+)-[0-9a-f]{32}(-r\d+)?$/.exec(id)?.[1];
}
