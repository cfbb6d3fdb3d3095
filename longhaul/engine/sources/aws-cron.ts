import { Cron } from 'croner';

/**
 * A cron expression of AWS's six fields as one of croner's seven. What differs: no seconds; `?` means "whatever" (to
 * croner: now); `a/b` means "from a on"; `L` among the days of the week is Saturday, and `5L` the month's last Thursday.
 * Days of the week are counted 1 to 7 from Sunday, which croner calls alternative.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 *
 * @param fields - what stands between the brackets of `cron(…)`
 * @throws Error that says what is wrong
 */
export function awsCron(fields: string, timezone: string): Cron {
  const parts = fields.trim().split(/\s+/);
  if (parts.length !== 6) {
    throw new Error(
      `cron(${fields}) has ${parts.length} fields; it needs 6: minutes hours day-of-month month day-of-week year.`,
    );
  }
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = parts as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw new Error(`cron(${fields}): one of day-of-month and day-of-week must be ?, and the other must not.`);
  }
  const pattern = [
    '0',
    from(minutes, 59),
    from(hours, 23),
    dayOfMonth === '?' ? '*' : from(dayOfMonth, 31),
    from(month, 12),
    dayOfWeek === '?' ? '*' : from(weekdays(dayOfWeek), 7),
    from(year, 2199),
  ].join(' ');
  try {
    return new Cron(pattern, { timezone, mode: '7-part', alternativeWeekdays: true, paused: true });
  } catch (error) {
    throw new Error(`cron(${fields}): ${(error as Error).message}`);
  }
}

/** `5/15` → `5-59/15` */
function from(field: string, last: number): string {
  return field.replace(/(^|,)([^,/*-]+)\//g, `$1$2-${last}/`);
}

function weekdays(field: string): string {
  return field
    .split(',')
    .map((part) => (part === 'L' ? '7' : part.replace(/^([1-7]|[A-Z]{3})L$/i, '$1#L')))
    .join(',');
}

/**
 * The next time after `previous` (milliseconds since the epoch). Of local times that the clock skips in spring nothing
 * is run, and of those that it repeats in autumn only the first.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 */
export function nextCronTime(cron: Cron, timezone: string, previous: number): number | undefined {
  let time = cron.nextRun(new Date(previous));
  while (time && (!cron.match(time) || isRepeated(time, timezone))) time = cron.nextRun(time);
  return time?.getTime();
}

/** Whether the clock showed the same an hour before. */
function isRepeated(time: Date, timezone: string): boolean {
  const shown = (date: Date) => date.toLocaleString('sv', { timeZone: timezone });
  return shown(time) === shown(new Date(time.getTime() - 3_600_000));
}
