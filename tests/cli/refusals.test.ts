import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { findDeployment } from '../../longhaul/cli/deployment.ts';
import { readGiven } from '../../longhaul/cli/event/given.ts';
import { wholeId } from '../../longhaul/cli/execution-id.ts';
import { UsageError } from '../../longhaul/cli/exit-codes.ts';
import { runCommand } from '../../longhaul/cli/run.ts';
import { readInput } from '../../longhaul/cli/run-input.ts';
import type { Driver } from '../../longhaul/client/driver.ts';
import { inProcess, longhaul } from './in-process.ts';

test('an empty id means no execution, also where there is only one', async () => {
  const executions = [{ id: 'by-hand', job: 'a', status: 'RUNNING', startedAt: '2026-01-02T03:04:05.000Z' }];
  const driver = { list: async () => ({ executions }) } as unknown as Driver;
  expect(await wholeId(driver, 'by')).toBe('by-hand');
  await expect(wholeId(driver, '')).rejects.toThrow(UsageError);
});

test.each([{ region: 'eu-central-1' }, { profile: 'work' }])(
  '%o without a stack is refused, not ignored',
  async (where) => {
    await expect(findDeployment({ data: '.aws-sam/longhaul', ...where })).rejects.toThrow(
      '--region and --profile belong to --stack NAME',
    );
  },
);

test('two options for one thing are refused by the names that were typed', async () => {
  const { said, code } = await inProcess(runCommand(), ['a', '--delay', '2h', '--start-at', '2026-12-24T08:00:00Z']);
  expect(said).toMatch(/^longhaul run: --start-at and --delay both say when to start/);
  expect(code).toBe(2);
});

test('a directory in the place of a file is called one', async () => {
  await expect(readInput('/etc')).rejects.toThrow('--input is a directory, not a file: /etc');
  await expect(readGiven('S3Trigger', '/etc')).rejects.toThrow('/etc is a directory; a file is wanted.');
});

test.each([
  ['help', 'nosuch'],
  ['dead-letters', 'bogus'],
])('%s %s names the command that there is none of, and is short', async (...args) => {
  const { code, stdout, stderr } = await longhaul(...args);
  expect(stdout + stderr).toMatch(new RegExp(`^error: unknown command '${args[1]}'\n\\(longhaul .*--help .*\\)\n$`));
  expect(code).toBe(2);
});

test.each([
  ['ps', 'list'],
  ['get', 'show'],
  ['cancel', 'stop'],
  ['retry', 'resume'],
])('%s, as other tools call it, suggests %s', async (name, meant) => {
  const { code, stdout, stderr } = await longhaul(name, 'an-id');
  expect(stdout + stderr).toMatch(
    new RegExp(`^error: unknown command '${name}'\n\\(Did you mean ${meant}\\?\\)\n\\(longhaul --help .*\\)\n$`),
  );
  expect(code).toBe(2);
});

test('help explains subcommands, too', async () => {
  expect((await longhaul('help', 'dead-letters', 'retry')).stdout).toContain('Usage: longhaul dead-letters retry');
});

test('a shell may read the completion again', async () => {
  const { stdout } = await longhaul('completion', 'bash');
  const { status, stderr } = spawnSync('bash', ['-c', `${stdout}\n${stdout}`], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
