import type { CapacityKind, Ending } from '../../fleet/index.ts';
import {
  CONTAINER_EXITED,
  failedToStart,
  MAINTENANCE,
  SPOT_INTERRUPTED,
  type Stop,
  stoppedByUser,
} from './stop-reasons.ts';

/** How a task's container came to its end. */
export type TaskEnding = Ending | { how: 'failed-to-start'; reason: string };

export interface Outcome extends Stop {
  /** The container's, when one ran and was seen to end. */
  exitCode?: number;
  /** The container's. */
  reason?: string;
}

/** @param stopped what StopTask was told, if it was called before the end */
export function outcome(ending: TaskEnding, capacity: CapacityKind, stopped: Stop | undefined): Outcome {
  const exitCode = 'exitCode' in ending ? { exitCode: ending.exitCode } : {};
  switch (ending.how) {
    case 'failed-to-start':
      return { ...failedToStart(ending.reason), reason: ending.reason };
    case 'host-lost':
      return stopped ?? (capacity === 'spot' ? SPOT_INTERRUPTED : MAINTENANCE);
    case 'interrupted':
      return { ...SPOT_INTERRUPTED, ...exitCode };
    case 'stopped':
      return { ...(stopped ?? stoppedByUser()), ...exitCode };
    default:
      return { ...CONTAINER_EXITED, ...exitCode };
  }
}
