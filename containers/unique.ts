import type { JobDefinition } from 'longhaul';

/**
 * The jobs whose definition says what makes an input `unique`. Triggers need that for the execution's name, so they load
 * these definitions, with their schemas, and no others. A line per job:
 *
 * `'csv-report': async () => (await import('./csv-report/job.ts')).csvReport,`
 */
export const uniqueJobs: Readonly<Record<string, () => Promise<JobDefinition>>> = {};
