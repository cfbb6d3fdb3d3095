import { readFileSync } from 'node:fs';

/** One start of a container, as the job `tally` wrote it down. */
export interface Start {
  interruptions: number;
  pid: number;
  /** In the order in which they were processed, with the time: milliseconds since the epoch. */
  records: { index: number; at: number }[];
}

/** Every start of an execution's container, and every record that it processed: also what a SIGKILL made void. */
export function readTrail(file: string): Start[] {
  const starts: Start[] = [];
  let lines: string[] = [];
  try {
    lines = readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  lines.pop(); // what stands behind the last line's end: nothing, or a line that is being written
  for (const line of lines) {
    const [first, second, third] = line.split(' ');
    if (first === 'start') starts.push({ interruptions: Number(second), pid: Number(third), records: [] });
    else starts.at(-1)!.records.push({ index: Number(first), at: Number(second) });
  }
  return starts;
}

/** How far the work is: records that were processed at least once. */
export const furthest = (starts: Start[]): number =>
  starts.reduce((most, { records }) => Math.max(most, (records.at(-1)?.index ?? -1) + 1), 0);

export const processed = (starts: Start[]): number => starts.reduce((sum, { records }) => sum + records.length, 0);

/** What a start that was ended had done, and the next one did again. */
export interface Loss {
  /** Which of the execution's interruptions ended it: 0, 1, … */
  interruption: number;
  records: number;
  /** For how long it had worked on them. */
  milliseconds: number;
  /** The longest time from one of these records to the next, in milliseconds. */
  pause: number;
  /** Where the next one began. */
  from: number;
}

/** Of each start but the last that came so far as to work. */
export function losses(starts: Start[]): Loss[] {
  const worked = starts.filter(({ records }) => records.length > 0);
  return worked.slice(1).map(({ records: [first] }, before) => {
    const { interruptions, records } = worked[before]!;
    const again = records.filter(({ index }) => index >= first!.index);
    const milliseconds = again.length === 0 ? 0 : again.at(-1)!.at - again[0]!.at;
    const pause = Math.max(0, ...again.slice(1).map(({ at }, index) => at - again[index]!.at));
    return { interruption: interruptions, records: again.length, milliseconds, pause, from: first!.index };
  });
}
