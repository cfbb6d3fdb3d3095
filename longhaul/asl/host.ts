/**
 * What the interpreter needs from whoever runs it. It knows nothing of AWS endpoints, databases or processes: time,
 * chance, tasks and storage all come in through here, so that a test can hand it a clock that it turns by hand.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };

/** One call of a Task state's `Resource`. */
export interface TaskRequest {
  /** Stable across a restart: the same id is the same piece of work, which must not be started twice. */
  id: string;
  /** `arn:aws:states:::batch:submitJob.sync`, as in the definition. */
  resource: string;
  /** `Arguments` after evaluation. */
  arguments: Json;
  execution: { arn: string; name: string; stateMachineArn: string };
  state: string;
  /**
   * Aborted when the execution is stopped or a sibling branch failed: whatever was started must then be cancelled.
   * A task that timed out is *not* aborted: Step Functions forgets it and lets it run.
   */
  signal: AbortSignal;
  /** Reports what a `.sync` integration submitted (the history's `TaskSubmitted`); `output` is the service's answer. */
  submitted(output: Json): void;
}

/** Runs tasks. Rejects with a `StateError` for a failure that `Retry` and `Catch` may match by name. */
export type TaskRunner = (request: TaskRequest) => Promise<Json>;

/** An event in the shape of `GetExecutionHistory`: `{ id, previousEventId, timestamp, type, …Details }`. */
export interface HistoryEvent {
  id: number;
  previousEventId: number;
  /** Milliseconds since the epoch. */
  timestamp: number;
  type: string;
  [details: string]: unknown;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves at `time` (milliseconds since the epoch); rejects with `signal.reason` when aborted before. */
  until(time: number, signal: AbortSignal): Promise<void>;
}

/** Where an execution's position is kept: one entry for each branch that is alive, replaced at every step. */
export interface Journal {
  /** Position of the branch at `path` (the execution itself is `''`), or undefined when it has not begun. */
  load(path: string): Json | undefined;
  save(path: string, position: Json): void;
  /** Forgets the branch at `path` and everything below it. */
  clear(path: string): void;
  record(event: HistoryEvent): void;
  /** The id of the newest recorded event: 0 for a new execution. */
  lastEventId(): number;
}

export interface Host {
  run: TaskRunner;
  clock: Clock;
  journal: Journal;
  /** A number in [0, 1), for jitter and `$random` without a seed. */
  random(): number;
}

/** A failure with the name that `ErrorEquals` matches and the text that `DescribeExecution` shows as its cause. */
export class StateError extends Error {
  override readonly name = 'StateError';
  readonly error: string;
  readonly reason: string;
  constructor(error: string, reason = '') {
    super(`${error}: ${reason}`);
    this.error = error;
    this.reason = reason;
  }
}
