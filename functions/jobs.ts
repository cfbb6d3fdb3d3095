/** The app's jobs, for all handlers: the only place where functions import from `containers/`. */
export { uniqueJobs } from '../containers/unique.ts';

/** Every job of this app, with its schema. Loaded on demand: most triggers start a job without asking what it takes. */
export const allJobs = async () => (await import('../containers/jobs.ts')).jobs;
