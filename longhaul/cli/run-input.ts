import { readFileSync, statSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { UsageError } from './exit-codes.ts';

/**
 * The input of `--input`, as JSON text that goes to the job as it is: of standard input (`-`), of a file, or given in place. Without
 * any, an empty object.
 *
 * @throws UsageError for what is no JSON, and for a directory
 */
export async function readInput(given: string | undefined): Promise<string> {
  if (given === undefined) return '{}';
  if (given === '-') return json(await text(process.stdin), 'Standard input');
  if (isJson(given)) return given;
  const there = statSync(given, { throwIfNoEntry: false });
  if (there?.isDirectory()) throw new UsageError(`--input is a directory, not a file: ${given}`);
  if (there) return json(readFileSync(given, 'utf8'), given);
  if (/^\s*[[{"]/.test(given)) return json(given, '--input');
  throw new UsageError(`--input is neither JSON nor a file that is there: ${given.slice(0, 100)}`);
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

function json(content: string, where: string): string {
  try {
    JSON.parse(content);
    return content;
  } catch (error) {
    throw new UsageError(`${where} is no JSON: ${(error as Error).message}`);
  }
}

/** Seconds in `90`, `90s`, `15m`, `2h`, `3d`. @throws UsageError */
export function secondsIn(delay: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)\s*(s|m|h|d)?$/.exec(delay) ?? [];
  if (number === undefined) throw new UsageError(`--delay is a time such as 90s, 15m, 2h or 3d; it is '${delay}'`);
  return Number(number) * { s: 1, m: 60, h: 3600, d: 86_400 }[unit as 's' | 'm' | 'h' | 'd'];
}
