import { runJob } from 'longhaul/runtime';
import { resize } from './job.ts';

await runJob(resize, async ({ input, progress }) => {
  progress(1, 1);
  return { pixels: input.width ** 2 };
});
