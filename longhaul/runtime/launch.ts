/** One start of an execution's container. */
export interface Launch {
  execution: string;
  attempt: number;
  interruptions: number;
}

/** Every start after the first one counts either as an attempt or as an interruption, so this grows by one each time. */
const launchNumber = ({ attempt, interruptions }: Launch): number => attempt + interruptions;

/** A resumed execution is called `<id>-r1`, `<id>-r2`, … and counts its attempts from one again, on the same artifacts. */
function resumption(execution: string): { origin: string; number: number } {
  const match = /^(.+)-r(\d+)$/.exec(execution);
  return match ? { origin: match[1]!, number: Number(match[2]) } : { origin: execution, number: 0 };
}

/**
 * Whether `other` was started after `own`, so that `own` must step back. The same launch is not later than itself: the engine
 * starts a container again under the same numbers when it was killed, and then the newer process takes over. Neither are
 * unrelated executions: whoever starts on another one's artifacts means to continue them.
 */
export function isLater(other: Launch, own: Launch): boolean {
  const [a, b] = [resumption(other.execution), resumption(own.execution)];
  if (a.origin !== b.origin) return false;
  return a.number === b.number ? launchNumber(other) > launchNumber(own) : a.number > b.number;
}

/** Whether nobody can have worked for the execution before. */
export const isFirst = (launch: Launch): boolean =>
  launchNumber(launch) === 1 && resumption(launch.execution).number === 0;

/** `attempt 2 with 1 interruption of csv-report-9f…`. */
export const describeLaunch = ({ execution, attempt, interruptions }: Launch): string =>
  `attempt ${attempt} with ${interruptions} interruption${interruptions === 1 ? '' : 's'} of ${execution}`;
