import { runJob } from 'longhaul/runtime';
import { csvReportWork } from './work.ts';

await runJob(csvReportWork);
