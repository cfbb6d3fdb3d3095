/** For the tests of jobs and of what starts them, without AWS: `import { testJob } from 'longhaul/testing'`. */

export { type MemoryDriver, type MemoryHandler, memoryDriver, type StartedRun } from './memory-driver.ts';
export type { InterruptPoint } from './observed-context.ts';
export { type TestOptions, type TestRun, testJob } from './test-job.ts';
