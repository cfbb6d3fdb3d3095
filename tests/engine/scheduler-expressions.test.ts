import { describe, expect, test } from 'vitest';
import { parseTimetable } from '../../longhaul/engine/sources/index.ts';

describe('an expression', () => {
  const times = (expression: string, timezone: string, from: string, count = 3) => {
    const timetable = parseTimetable(expression, timezone);
    const found: string[] = [];
    let time = timetable.first(Date.parse(from), false);
    while (time !== undefined && found.length < count) {
      found.push(new Date(time).toISOString().slice(0, 16));
      time = timetable.after(time);
    }
    return found;
  };

  // 2026-02-01 is a Sunday.
  test.each([
    ['cron(15 12 ? * 2 *)', ['2026-02-02T12:15', '2026-02-09T12:15', '2026-02-16T12:15']],
    ['cron(0 8 ? * SUN,7 *)', ['2026-02-01T08:00', '2026-02-07T08:00', '2026-02-08T08:00']],
    ['cron(0 18 ? * MON-FRI *)', ['2026-02-02T18:00', '2026-02-03T18:00', '2026-02-04T18:00']],
    ['cron(0 8 L * ? *)', ['2026-02-28T08:00', '2026-03-31T08:00', '2026-04-30T08:00']],
    ['cron(0 8 15W * ? *)', ['2026-02-16T08:00', '2026-03-16T08:00', '2026-04-15T08:00']],
    ['cron(0 8 ? * 6#3 *)', ['2026-02-20T08:00', '2026-03-20T08:00', '2026-04-17T08:00']],
    ['cron(0 8 ? * 5L *)', ['2026-02-26T08:00', '2026-03-26T08:00', '2026-04-30T08:00']],
    ['cron(0 8 ? * L *)', ['2026-02-07T08:00', '2026-02-14T08:00', '2026-02-21T08:00']],
    ['cron(40/15 8 ? * * *)', ['2026-02-01T08:40', '2026-02-01T08:55', '2026-02-02T08:40']],
    ['cron(0 0 1 1 ? 2028-2029)', ['2028-01-01T00:00', '2029-01-01T00:00']],
    ['at(2026-12-24T08:00:00)', ['2026-12-24T08:00']],
    ['at(2026-01-24T08:00:00)', []],
    ['rate(36 hours)', ['2026-02-01T00:00', '2026-02-02T12:00', '2026-02-04T00:00']],
  ])('%s means %j', (expression, expected) => {
    expect(times(expression, 'UTC', '2026-02-01T00:00:00Z')).toEqual(expected);
  });

  test('skips local times that do not exist, and runs once at those that come twice', () => {
    expect(times('cron(30 2 * * ? *)', 'Europe/Berlin', '2026-03-28T12:00:00Z', 1)).toEqual(['2026-03-30T00:30']);
    expect(times('cron(0/30 2 * * ? *)', 'Europe/Berlin', '2026-10-24T12:00:00Z', 3)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T00:30',
      '2026-10-26T01:00',
    ]);
  });

  test.each([
    ['every day', 'UTC', 'rate(…), cron(…) and at(…) are'],
    ['rate(0 minutes)', 'UTC', 'positive number'],
    ['rate(5 weeks)', 'UTC', 'minutes, hours or days'],
    ['rate( 10 minutes )', 'UTC', 'minutes, hours or days'],
    [' rate(10 minutes)', 'UTC', 'is no schedule expression'],
    ['cron(0 8 * * ?)', 'UTC', 'has 5 fields; it needs 6'],
    ['cron(0 25 * * ? *)', 'UTC', 'cron(0 25 * * ? *)'],
    ['at(tomorrow)', 'UTC', 'yyyy-mm-ddThh:mm:ss'],
    ['rate(1 day)', 'Berlin', '"Berlin" is no time zone'],
  ])('%s (%s) is refused: %s', (expression, timezone, text) => {
    expect(() => parseTimetable(expression, timezone)).toThrow(text);
  });
});
