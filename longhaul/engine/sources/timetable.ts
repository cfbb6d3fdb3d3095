import { Cron } from 'croner';
import { awsCron, nextCronTime } from './aws-cron.ts';

/** When a schedule is due. All times are milliseconds since the epoch. */
export interface Timetable {
  /**
   * The first time of a schedule that begins at `from`; undefined when there is none.
   * A rate begins at once, unless `waits`.
   */
  first(from: number, waits: boolean): number | undefined;
  /** The time after the scheduled time `previous`. */
  after(previous: number): number | undefined;
  /** The newest scheduled time up to `now`, counted from the scheduled time `previous`, which is not after `now`. */
  latest(previous: number, now: number): number;
}

const UNITS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** A missed time older than this is of no interest to anybody: Scheduler's own longest retry. */
export const LONGEST_RETRY = 86_400_000;

/**
 * Blanks around an expression, or inside the brackets of a rate, are refused (recorded: localstack/localstack,
 * tests_create_schedule_with_invalid_schedule_expression). Reads `rate(5 minutes)`, `cron(0 8 ? * MON-FRI *)` or `at(2026-12-24T08:00:00)`.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 *
 * @param timezone - IANA name; of cron and at
 * @throws Error that says what is wrong
 */
export function parseTimetable(expression: string, timezone = 'UTC'): Timetable {
  const [, kind, inner] = /^(rate|cron|at)\((.*)\)$/.exec(expression) ?? [];
  checkTimezone(timezone);
  if (kind === 'rate') return rate(inner!);
  if (kind === 'cron') return cron(inner!, timezone);
  if (kind === 'at') return at(inner!, timezone);
  throw new Error(`"${expression}" is no schedule expression: rate(…), cron(…) and at(…) are.`);
}

function rate(inner: string): Timetable {
  const [, count, unit] = /^(\d+)\s+(minute|hour|day)s?$/.exec(inner) ?? [];
  const interval = Number(count) * (UNITS[unit ?? ''] ?? 0);
  if (!interval) throw new Error(`rate(${inner}): it needs a positive number and minutes, hours or days.`);
  return {
    first: (from, waits) => (waits ? from + interval : from),
    after: (previous) => previous + interval,
    latest: (previous, now) => previous + Math.floor((now - previous) / interval) * interval,
  };
}

function cron(inner: string, timezone: string): Timetable {
  const pattern = awsCron(inner, timezone);
  return {
    first: (from) => nextCronTime(pattern, timezone, from - 1),
    after: (previous) => nextCronTime(pattern, timezone, previous),
    latest(previous, now) {
      let newest = previous;
      let next = nextCronTime(pattern, timezone, Math.max(previous, now - LONGEST_RETRY));
      while (next !== undefined && next <= now) {
        newest = next;
        next = nextCronTime(pattern, timezone, next);
      }
      return newest;
    },
  };
}

function at(inner: string, timezone: string): Timetable {
  const text = inner.trim();
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text)) throw new Error(`at(${inner}): it needs yyyy-mm-ddThh:mm:ss.`);
  // Croner reads a local time in a zone; `allowPast` since what is past is decided elsewhere.
  const time = new Cron(text, { timezone, paused: true, allowPast: true }).nextRun(new Date(0))?.getTime();
  if (time === undefined) throw new Error(`at(${inner}): there is no such time in ${timezone}.`);
  return { first: (from) => (time >= from ? time : undefined), after: () => undefined, latest: () => time };
}

function checkTimezone(timezone: string): void {
  // To know the names of all zones costs memory.
  if (timezone === 'UTC') return;
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    throw new Error(`"${timezone}" is no time zone: an IANA name such as Europe/Berlin is.`);
  }
}
