import type { ExecutionDescription } from '../client/describe.ts';
import { paint } from './terminal.ts';
import { times } from './words.ts';

type Status = ExecutionDescription['status'];

const COLOURS: Partial<Record<Status, Parameters<typeof paint>[0]>> = {
  RUNNING: 'cyan',
  SUCCEEDED: 'green',
  FAILED: 'red',
  TIMED_OUT: 'red',
  ABORTED: 'yellow',
};

/** As people say it: an aborted execution was stopped. */
const WORDS: Partial<Record<Status, string>> = {
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'timed out',
  ABORTED: 'stopped',
};

/** `running`, `succeeded`, `failed`, `timed out`, `stopped`. */
export const plainStatus = (status: Status): string => WORDS[status] ?? status.toLowerCase();

/** The same in its colour. */
export function statusWord(status: Status): string {
  const word = plainStatus(status);
  const colour = COLOURS[status];
  return colour ? paint(colour, word) : word;
}

/** What `--status` takes, with the name that Step Functions has for it. */
export const STATUSES = {
  running: 'RUNNING',
  succeeded: 'SUCCEEDED',
  failed: 'FAILED',
  'timed-out': 'TIMED_OUT',
  stopped: 'ABORTED',
} as const;

/** `attempt 2 of 3, interrupted once`; empty before the first start. */
export function starts({ attempt, maxAttempts, interruptions }: ExecutionDescription): string {
  if (attempt === 0) return '';
  const tried = `attempt ${attempt}${maxAttempts === undefined ? '' : ` of ${maxAttempts}`}`;
  return interruptions === 0 ? tried : `${tried}, interrupted ${times(interruptions)}`;
}
