import { afterAll, vi } from 'vitest';

/** Files share workers: each leaves time, functions and environment to the next one as it found them. */
afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});
