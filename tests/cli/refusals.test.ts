import { expect, test } from 'vitest';
import { findDeployment } from '../../longhaul/cli/deployment.ts';
import { wholeId } from '../../longhaul/cli/execution-id.ts';
import { UsageError } from '../../longhaul/cli/exit-codes.ts';
import type { Driver } from '../../longhaul/client/driver.ts';

test('an empty id means no execution, also where there is only one', async () => {
  const executions = [{ id: 'by-hand', job: 'a', status: 'RUNNING', startedAt: '2026-01-02T03:04:05.000Z' }];
  const driver = { list: async () => ({ executions }) } as unknown as Driver;
  expect(await wholeId(driver, 'by')).toBe('by-hand');
  await expect(wholeId(driver, '')).rejects.toThrow(UsageError);
});

test.each([{ region: 'eu-central-1' }, { profile: 'work' }])(
  '%o without a stack is refused, not ignored',
  async (where) => {
    await expect(findDeployment({ data: '.longhaul', ...where })).rejects.toThrow(
      '--region and --profile belong to --stack NAME',
    );
  },
);
