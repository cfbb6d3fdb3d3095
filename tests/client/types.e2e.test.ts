import path from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../end-to-end/process.ts';

test('a wrong input, an unknown job and a wrong type of result do not compile; what is right does', async () => {
  const tsc = path.resolve('node_modules/.bin/tsc');
  const { ended, output } = run(path.resolve('.'), tsc, '--project', 'tests/client/tsconfig.json');
  expect(await ended, output()).toBe(0);
}, 120_000);
