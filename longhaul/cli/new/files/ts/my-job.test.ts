import { testJob } from 'longhaul/testing';
import { expect, test } from 'vitest';
import { work } from './work.ts';

test('it greets as often as it is told to', async () => {
  const { outcome, result } = await testJob(work, { input: { name: 'you', times: 2 } });
  expect(outcome).toBe('done');
  expect(result).toEqual({ greeting: 'Hello, you!', times: 2 });
});

test('it goes on where it was when its capacity is taken away', async () => {
  const { starts, logs, result } = await testJob(work, { input: { name: 'you', times: 5 }, interruptAfter: 2 });
  expect(starts).toBeGreaterThan(1);
  expect(logs.filter(({ message }) => message === 'Hello, you!')).toHaveLength(5);
  expect(result).toEqual({ greeting: 'Hello, you!', times: 5 });
});

test('it refuses whom it cannot greet', async () => {
  const { outcome } = await testJob(work, { input: { name: '' } });
  expect(outcome).toBe('rejected');
});
