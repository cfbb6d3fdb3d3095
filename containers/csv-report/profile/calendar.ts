const DAY = 86_400_000;

/** The milliseconds since 1970 of a date or date and time, read by `readMoment`. */
export interface Moment {
  kind: 'date' | 'datetime';
  time: number;
}

/**
 * Reads ISO 8601 as tables hold it: `YYYY-MM-DD` or `YYYY/MM/DD`, alone (a date) or followed by `T` or a space and `HH:MM`,
 * `HH:MM:SS` or `HH:MM:SS.fff…`, then perhaps `Z` or an offset `±HH:MM`, `±HHMM` (a date and time; without an offset it counts as
 * UTC; digits past milliseconds are dropped). Day-first and month-first dates are not read: `01/02/2026` has two meanings.
 */
export function readMoment(text: string): Moment | undefined {
  const separator = text[4];
  if ((separator !== '-' && separator !== '/') || text[7] !== separator) return undefined;
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2)];
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  const midnight = daysSince1970(year, month, day) * DAY;
  if (text.length === 10) return { kind: 'date', time: midnight };
  const time = timeOfDay(text);
  return time === undefined ? undefined : { kind: 'datetime', time: midnight + time };
}

/** Milliseconds from midnight UTC for what follows the date, its offset applied. */
function timeOfDay(text: string): number | undefined {
  const [hour, minute] = [digits(text, 11, 2), digits(text, 14, 2)];
  if ((text[10] !== 'T' && text[10] !== ' ') || text[13] !== ':') return undefined;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return undefined;
  let at = 16;
  let milliseconds = (hour * 60 + minute) * 60_000;
  if (text[at] === ':') {
    const second = digits(text, at + 1, 2);
    if (second < 0 || second > 60) return undefined;
    milliseconds += second * 1000;
    at += 3;
    if (text[at] === '.') {
      let end = at + 1;
      while (digits(text, end, 1) >= 0) end++;
      if (end === at + 1) return undefined;
      milliseconds += Number(text.slice(at + 1, Math.min(end, at + 4)).padEnd(3, '0'));
      at = end;
    }
  }
  const offset = offsetAt(text, at);
  return offset === undefined ? undefined : milliseconds - offset;
}

function offsetAt(text: string, at: number): number | undefined {
  const start = text[at] === ' ' ? at + 1 : at;
  if (start === text.length) return start === at ? 0 : undefined;
  if (text[start] === 'Z') return start + 1 === text.length ? 0 : undefined;
  const sign = text[start] === '+' ? 1 : text[start] === '-' ? -1 : 0;
  const minutesAt = text[start + 3] === ':' ? start + 4 : start + 3;
  const [hours, minutes] = [digits(text, start + 1, 2), digits(text, minutesAt, 2)];
  if (sign === 0 || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return undefined;
  return minutesAt + 2 === text.length ? sign * (hours * 60 + minutes) * 60_000 : undefined;
}

/** A number of exactly `count` decimal digits, or −1. */
function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar: Hinnant's `days_from_civil`, without `Date`'s two-digit years. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** `2026-12-24`. */
export function dateText(time: number): string {
  return isoText(time).slice(0, -14);
}

/** `2026-12-24T08:00:00`, with milliseconds only where there are any. */
export function datetimeText(time: number): string {
  return isoText(time).replace(/(\.000)?Z$/, '');
}

function isoText(time: number): string {
  return new Date(time).toISOString();
}
