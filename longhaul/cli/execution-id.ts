import type { Driver } from '../client/driver.ts';
import { UsageError } from './exit-codes.ts';

/** The argument of commands that are about one execution. */
export const EXECUTION = ['<id>', 'of the execution, or how it or its hash begins'] as const;

/** Ours: `<job>-<32 hex digits>`, with `-r1`, … behind it when they continue another. */
const OURS = /^(.+)-([0-9a-f]{32})(-r\d+)?$/;
const SHORT = 8;
/** Pages of 100 in which an abbreviation is looked up. */
const MOST_PAGES = 5;

/** As a person reads and types it: `csv-report-2c26b46b`, `csv-report-2c26b46b-r1`. */
export function shortId(id: string): string {
  const [, job, hash, resumption = ''] = OURS.exec(id) ?? [];
  return job && hash ? `${job}-${hash.slice(0, SHORT)}${resumption}` : id;
}

/** Whether what was typed means this execution: how its id begins, or its hash does; a resumption only when it is named. */
export function isMeant(typed: string, id: string): boolean {
  if (typed === id) return true;
  const [, job, hash, resumption = ''] = OURS.exec(id) ?? [];
  if (!job || !hash) return id.startsWith(typed);
  const [, beginning = typed, named = ''] = /^(.+?)(-r\d+)?$/.exec(typed) ?? [];
  return named === resumption && (`${job}-${hash}`.startsWith(beginning) || hash.startsWith(beginning));
}

/**
 * The whole id of an execution, of which the beginning is enough where only one of the newest 500 has it. What is not found is given
 * back as it is, for the driver to look for.
 *
 * @throws UsageError that names the executions which it may be, or for an empty one, with which all of them begin
 */
export async function wholeId(driver: Driver, typed: string): Promise<string> {
  if (typed === '') throw new UsageError('The id of an execution is wanted; what was given is empty.');
  if (OURS.test(typed)) return typed;
  const meant: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const listed = await driver.list({ limit: 100, ...(cursor !== undefined && { cursor }) });
    const ids = listed.executions.map(({ id }) => id);
    if (ids.includes(typed)) return typed;
    meant.push(...ids.filter((id) => isMeant(typed, id)));
    cursor = listed.cursor;
    if (cursor === undefined) break;
  }
  if (meant.length < 2) return meant[0] ?? typed;
  const some = meant.slice(0, 10).map((id) => `\n  ${id}`);
  const more = meant.length > 10 ? `\n  and ${meant.length - 10} more` : '';
  throw new UsageError(
    `'${typed}' may be any of ${meant.length} executions; type more of the one you mean:${some.join('')}${more}`,
  );
}
