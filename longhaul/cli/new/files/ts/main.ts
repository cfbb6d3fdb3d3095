import { runJob } from 'longhaul/runtime';
import { work } from './work.ts';

await runJob(work);
