import { resumptionOf } from '../client/resumption.ts';

/** One start of an execution's container. */
export interface Launch {
  execution: string;
  attempt: number;
  interruptions: number;
}

/**
 * Every start after the first one counts either as an attempt or as an interruption, so this grows by one each time; a resumed
 * execution counts from one again.
 */
const launchNumber = ({ attempt, interruptions }: Launch): number => attempt + interruptions;

/**
 * Whether `other` was started after `own`, so that `own` must step back. The same launch is not later than itself: the engine
 * starts a container again under the same numbers when it was killed, and then the newer process takes over. Neither are
 * unrelated executions: whoever starts on another one's artifacts means to continue them.
 */
export function isLater(other: Launch, own: Launch): boolean {
  const [a, b] = [resumptionOf(other.execution), resumptionOf(own.execution)];
  if (a.origin !== b.origin) return false;
  return a.number === b.number ? launchNumber(other) > launchNumber(own) : a.number > b.number;
}

/** `attempt 2 with 1 interruption of csv-report-9f…`. */
export const describeLaunch = ({ execution, attempt, interruptions }: Launch): string =>
  `attempt ${attempt} with ${interruptions} interruption${interruptions === 1 ? '' : 's'} of ${execution}`;
