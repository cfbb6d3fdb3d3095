import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { root, templates } from './templates.ts';

const installed = spawnSync('cfn-lint', ['--version']).status === 0;

test.skipIf(!installed).each(templates)('cfn-lint (where it is installed) finds nothing in %s', (template) => {
  const { stdout, stderr, status } = spawnSync('cfn-lint', [template], { cwd: root, encoding: 'utf8' });
  expect(stdout + stderr).toBe('');
  expect(status).toBe(0);
});
