import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { hasCfnLint } from './cfn-lint.ts';
import { root, templates } from './templates.ts';

test.skipIf(!hasCfnLint)('cfn-lint (where it is installed) finds nothing in any template', () => {
  const { stdout, stderr, status } = spawnSync('cfn-lint', templates, { cwd: root, encoding: 'utf8' });
  expect(stdout + stderr).toBe('');
  expect(status).toBe(0);
});
