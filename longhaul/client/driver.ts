import type { ExecutionStatus } from '@aws-sdk/client-sfn';
import type { ExecutionDescription } from './describe.ts';

/** What the client starts: one event for one job. */
export interface RunRequest {
  job: string;
  /** The event as JSON text, of any size. */
  event: string;
  /** What tells this event from all others: see `executionName`. */
  identity: readonly string[];
  /** `client`, `cli`, … : shown with the execution. */
  source: string;
  /** `2026-12-24T08:00:00Z`: do not start before; at most 330 days ahead. */
  startAt?: string;
  /** Put on the Batch job or the ECS task, for cost allocation. */
  tags?: Readonly<Record<string, string>>;
  /** Whether a second execution of the same event must be told from the first with certainty. */
  onDuplicate: 'return' | 'reject';
}

export interface RunOutcome {
  id: string;
  /** False when the event had started before; certain only with `onDuplicate: 'reject'`. */
  started: boolean;
}

export interface ListQuery {
  job?: string;
  status?: ExecutionStatus;
  /** 1 to 100; 20 by default. A page may have fewer, and still be followed by another. */
  limit?: number;
  /** Of the page before. */
  cursor?: string;
}

export interface ExecutionSummary {
  id: string;
  job: string;
  status: ExecutionStatus;
  /** ISO 8601, UTC. */
  startedAt: string;
  stoppedAt?: string;
}

/** The newest first. */
export interface ExecutionPage {
  executions: ExecutionSummary[];
  /** Of the next page; absent on the last one. */
  cursor?: string;
}

export interface LogQuery {
  /** 1 to 10,000; 1,000 by default. */
  limit?: number;
  /** Of the page before: goes on behind it. */
  cursor?: string;
}

export interface LogLine {
  /** ISO 8601, UTC. */
  at: string;
  message: string;
  /** Of the container that wrote it: 1, 2, … over attempts and interruptions. */
  launch: number;
}

/** The log of all of an execution's containers, the oldest first. */
export interface LogPage {
  lines: LogLine[];
  /** Where the next page begins; always there, so that a log can be followed. */
  cursor: string;
  /** Nothing can come any more: the execution has ended and this was its last line. */
  complete: boolean;
}

/**
 * Where executions live: Step Functions, a Longhaul API, or memory. All of them refuse with the classes of `errors.ts`.
 */
export interface Driver {
  /** How soon a look is worth its requests, by whoever waits: half a second unless this says otherwise. */
  firstLookSeconds?: number;
  start(request: RunRequest): Promise<RunOutcome>;
  describe(id: string): Promise<ExecutionDescription>;
  list(query: ListQuery): Promise<ExecutionPage>;
  logs(id: string, query: LogQuery): Promise<LogPage>;
  /** What the job delivered, of any size; undefined while there is none. */
  result(id: string): Promise<unknown>;
  /** Ends the execution and its container, which saves its checkpoint first. An execution that has ended is left as it is. */
  stop(id: string, reason?: string): Promise<void>;
  /** A new execution, `<id>-r1`, on the artifacts of one that has ended without success, when its last container has ended too. */
  resume(id: string): Promise<RunOutcome>;
}
