/** How commands end. `--follow` of an execution that failed has codes of its own, so that scripts can tell them apart. */
export const EXIT = {
  /** Done. With `run --follow`: the job succeeded. */
  ok: 0,
  /** Not done: the engine or AWS refused, or there is no such thing. */
  failed: 1,
  /** The command was not written as it should be. */
  usage: 2,
  /** `run --follow`: the execution failed. */
  jobFailed: 3,
  /** `run --follow`: the execution was stopped. */
  jobStopped: 4,
  /** Ctrl-C, as shells count it: 128 + SIGINT. What was followed goes on. */
  interrupted: 130,
} as const;

/** The command was not written as it should be; the message says how. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
