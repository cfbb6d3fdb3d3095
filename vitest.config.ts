import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts', 'containers/*/*.test.ts'],
    // Most tests wait for processes of their own: one worker more than there are cores keeps these busy.
    maxWorkers: availableParallelism() + 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Not the one second of Vitest: what is waited for comes from processes, and the machine may be busy.
    expect: { poll: { timeout: 30_000 } },
  },
});
