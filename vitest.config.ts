import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';

// Workers, and the processes that tests start, take what Node.js compiled before: where `longhaul` has it, too.
process.env.NODE_COMPILE_CACHE ??= path.join(tmpdir(), 'node-compile-cache');

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts', 'containers/*/*.test.ts'],
    // Most tests wait for processes of their own: one worker more than there are cores keeps these busy.
    maxWorkers: availableParallelism() + 1,
    // Not the seconds of Vitest: what tests wait for comes from processes, and the machine may be busy.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
