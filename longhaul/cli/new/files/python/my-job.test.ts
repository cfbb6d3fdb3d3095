import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';

const env = { ...process.env, PYTHONPATH: path.resolve(import.meta.dirname, '../../longhaul/runtime/python/src') };
const python = (...args: string[]) => spawnSync('python3', args, { cwd: import.meta.dirname, env, encoding: 'utf8' });
const ready = python('-c', 'import boto3, longhaul').status === 0;

test.skipIf(!ready)('test_main.py passes (where python3 and boto3 are installed)', () => {
  const { status, stderr } = python('-B', '-m', 'unittest', '--verbose');
  expect(stderr).toMatch(/^OK$/m);
  expect(status).toBe(0);
});
