/** For the tests of jobs and of what starts them, without AWS: `import { testJob } from 'longhaul/testing'`. */

export type { InterruptPoint } from './observed-context.ts';
export { type TestOptions, type TestRun, testJob } from './test-job.ts';
