/** A place in a log: that of one event, in the order of time and then of arrival. */
export interface Position {
  timestamp: number;
  id: number;
}

/** SQL that holds for the events behind a position. */
export const after = ({ timestamp, id }: Position): [string, number, number] => [
  '(timestamp, id) > (?, ?)',
  timestamp,
  id,
];

/** SQL that holds for the events ahead of a position. */
export const before = ({ timestamp, id }: Position): [string, number, number] => [
  '(timestamp, id) < (?, ?)',
  timestamp,
  id,
];

/** Ahead of everything. */
export const head: Position = { timestamp: 0, id: 0 };

/** `f/…`: what follows the position; `b/…`: what precedes it. */
export function writeToken(direction: 'f' | 'b', { timestamp, id }: Position): string {
  return `${direction}/${String(timestamp).padStart(16, '0')}${String(id).padStart(20, '0')}/s`;
}

/** Undefined when it is no token of ours. */
export function readToken(token: string): { direction: 'f' | 'b'; position: Position } | undefined {
  const match = /^([fb])\/(\d{16})(\d{20})\/s$/.exec(token);
  if (!match) return undefined;
  return { direction: match[1] as 'f' | 'b', position: { timestamp: Number(match[2]), id: Number(match[3]) } };
}
