import type { JobEnvironment } from './environment.ts';
import { type InputProblem, InvalidInputError } from './errors.ts';
import { describeError } from './log.ts';
import { EXIT_CODES, type Outcome } from './outcome.ts';

/** `error.json`: why the last attempt that failed did, for people and the API. */
export interface FailureReport {
  /** `PermanentJobError`, `TypeError`, … */
  name: string;
  message: string;
  /** Of an input that does not fit the job's schema. */
  problems?: readonly InputProblem[];
  outcome: Outcome;
  exitCode: number;
  /** Artifacts may be those of an execution that this one resumes. */
  executionId: string;
  attempt: number;
  interruptions: number;
  /** ISO 8601. */
  at: string;
}

/** The state machine reads 64 KB of this file, and the log has the rest. */
const MESSAGE_LENGTH = 8_000;
const PROBLEMS = 100;

export function describeFailure(
  error: unknown,
  outcome: Outcome,
  { executionId, attempt, interruptions }: Pick<JobEnvironment, 'executionId' | 'attempt' | 'interruptions'>,
): FailureReport {
  const { name, message: whole } = describeError(error);
  const message = whole.length > MESSAGE_LENGTH ? `${whole.slice(0, MESSAGE_LENGTH)}…` : whole;
  const problems = error instanceof InvalidInputError ? { problems: error.problems.slice(0, PROBLEMS) } : {};
  const at = new Date().toISOString();
  const launch = { executionId, attempt, interruptions };
  return { name, message, ...problems, outcome, exitCode: EXIT_CODES[outcome], ...launch, at };
}
