import type { ExecutionNews } from 'longhaul/engine';
import { expect, test, vi } from 'vitest';
import { executionLine } from '../../longhaul/cli/execution-line.ts';

const id = 'csv-report-0123456789abcdef0123456789abcdef';
const now = new Date(2026, 0, 2, 3, 4, 5);

test.each<[Record<string, unknown>, string]>([
  [{ what: 'started', source: 's3' }, 'started by s3'],
  [{ what: 'started', source: undefined }, 'started'],
  [{ what: 'interrupted', interruptions: 2, capacity: 'spot' }, 'interrupted twice, continues on Spot capacity'],
  [
    { what: 'interrupted', interruptions: 3, capacity: 'on-demand' },
    'interrupted 3 times, continues on capacity on demand',
  ],
  [{ what: 'retried', attempt: 2, maxAttempts: 3, capacity: 'spot' }, 'failed, attempt 2 of 3 begins'],
  [{ what: 'ended', status: 'SUCCEEDED', reason: undefined, seconds: 75 }, 'succeeded after 75 s'],
  [{ what: 'ended', status: 'ABORTED', reason: 'by\nhand', seconds: 3 }, 'stopped after 3.0 s: by hand'],
])('an execution that has %j has a line', (news, words) => {
  vi.stubEnv('FORCE_COLOR', undefined);
  const line = executionLine({ id, ...news } as ExecutionNews, 200, now);
  expect(line).toBe(`03:04:05  csv-report-01234567  ${words}`);
});

test('a long reason is cut, and cannot write to the terminal', () => {
  const reason = `\u001b[2J${'x'.repeat(200)}`;
  const line = executionLine({ id, what: 'ended', status: 'FAILED', reason, seconds: 1 }, 80, now);
  expect(line).toHaveLength(80);
  expect(line).toContain('failed after 1.0 s: ␛[2Jxxx');
});
