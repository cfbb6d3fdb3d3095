import { randomBytes } from 'node:crypto';
import type { Ending } from '../../fleet/index.ts';
import type { Environment } from './definitions.ts';
import {
  CONTAINER_EXITED,
  FARGATE_MAINTENANCE,
  hostTerminated,
  SPOT_TASK_INTERRUPTED,
  TASK_FAILED_TO_START,
  TIMED_OUT,
} from './status-reasons.ts';

/** How an attempt came to its end. */
export type AttemptEnding = Ending | { how: 'failed-to-start'; reason: string };

/** What was decided about the job before the attempt ended: that counts, whatever the exit code. */
export type Decision = { kind: 'timed-out' } | { kind: 'cancelled' | 'terminated'; reason: string };

export interface Outcome {
  succeeded: boolean;
  statusReason: string;
  /** The container's, when one ran and was seen to end. */
  exitCode?: number;
  /** The container's. */
  reason?: string;
  /** A job that timed out, or that somebody ended, is not tried again (userguide/job_timeouts.html, job_retries.html). */
  mayRetry: boolean;
}

export function outcome(
  ending: AttemptEnding,
  place: Pick<Environment, 'capacity' | 'host'>,
  decision: Decision | undefined,
): Outcome {
  const exitCode = 'exitCode' in ending ? { exitCode: ending.exitCode } : {};
  // A container that ended by itself was faster than the decision.
  if (decision && ending.how !== 'exited') {
    const statusReason = decision.kind === 'timed-out' ? TIMED_OUT : decision.reason;
    return { succeeded: false, statusReason, ...exitCode, mayRetry: false };
  }
  if (ending.how === 'failed-to-start') {
    return { succeeded: false, statusReason: TASK_FAILED_TO_START, reason: ending.reason, mayRetry: true };
  }
  if (ending.how === 'host-lost' || ending.how === 'interrupted') {
    // With the instance goes whoever could have reported the exit code.
    if (place.host === 'ec2') return { succeeded: false, statusReason: hostTerminated(instanceId()), mayRetry: true };
    const statusReason = place.capacity === 'spot' ? SPOT_TASK_INTERRUPTED : FARGATE_MAINTENANCE;
    // Seen on Fargate Spot: a container that exits 0 on SIGTERM has succeeded, with the interruption as its statusReason.
    const succeeded = 'exitCode' in ending && ending.exitCode === 0;
    return { succeeded, statusReason, ...exitCode, mayRetry: true };
  }
  return { succeeded: ending.exitCode === 0, statusReason: CONTAINER_EXITED, ...exitCode, mayRetry: !decision };
}

function instanceId(): string {
  return `i-${randomBytes(9).toString('hex').slice(0, 17)}`;
}
