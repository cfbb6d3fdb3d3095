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

/** Of each start but the last: for how many milliseconds it had worked on what the next start did again. */
export function lostWork(starts: Start[]): number[] {
  return starts.slice(1).map(({ records: [first] }, before) => {
    const { records } = starts[before]!;
    const again = first && records.find(({ index }) => index === first.index);
    return again ? records.at(-1)!.at - again.at : 0;
  });
}
