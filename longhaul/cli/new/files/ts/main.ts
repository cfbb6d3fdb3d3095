import { runJob } from 'longhaul/runtime';
import { myJob } from './job.ts';
import { work } from './work.ts';

await runJob(myJob, work);
