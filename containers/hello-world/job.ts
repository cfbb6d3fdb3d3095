import { defineJob, typed } from 'longhaul';
import { csvReport } from '../csv-report/job.ts';

/** Takes any JSON and prints it. After a report, where the parameter `Followers` says so: then it prints the report. */
export const helloWorld = defineJob({ name: 'hello-world', input: typed<unknown>(), after: csvReport });
