import fc from 'fast-check';
import { expect, test } from 'vitest';
import { executionName, isExecutionName } from '../../longhaul/client/identity.ts';

const parts = fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 6 });

test('the same event always gives the same execution, another event another one', () => {
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      const same = JSON.stringify(one) === JSON.stringify(other);
      expect(executionName('job', one) === executionName('job', other)).toBe(same);
    }),
  );
  expect(executionName('job', ['ab', 'c'])).not.toBe(executionName('job', ['a', 'bc']));
  expect(executionName('job', ['a'])).not.toBe(executionName('other-job', ['a']));
});

test('an id is the job and a hash, within what Step Functions accepts and logs', () => {
  expect(executionName('hello-world', ['http', 'request', 'a1'])).toMatch(/^hello-world-[0-9a-f]{32}$/);
  fc.assert(
    fc.property(parts, (identity) => {
      const id = executionName('x'.repeat(47), identity);
      expect(id).toHaveLength(80);
      expect(isExecutionName(id)).toBe(true);
    }),
  );
});

test('a job name that leaves no room for the hash is refused with its limit', () => {
  expect(() => executionName('x'.repeat(48), ['a'])).toThrow(/1 to 47 characters/);
  expect(() => executionName('Not A Name', ['a'])).toThrow(/'Not A Name'/);
  expect(() => executionName('job', [])).toThrow(/no identity/);
});

test.each(['a b', 'a/b', 'a:b', 'a*', '', 'x'.repeat(81), 'a\u0000', '<a>', '\ud800'])('%j is no id', (id) => {
  expect(isExecutionName(id)).toBe(false);
});
test.each(['hello-world-00', '0b3e9c1a-6f2d-4a5e-9f7d-2c8b1e4d7a90', 'by_hand', 'csv-report-9f-r1'])(
  '%j is an id',
  (id) => {
    expect(isExecutionName(id)).toBe(true);
  },
);
