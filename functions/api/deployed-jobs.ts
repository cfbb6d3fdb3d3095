import type { JobDefinition } from 'longhaul';
import { jobs } from '../../containers/jobs.ts';
import { Problem } from './problem.ts';

/** The jobs of this stack: those of `containers/` that `JOBS` (comma-separated names) says are deployed. */
export function deployedJobs(): JobDefinition[] {
  const names = (process.env.JOBS ?? '').split(',');
  return jobs.filter(({ name }) => names.includes(name));
}

/** @throws Problem 404 that names what there is. */
export function deployedJob(name: string | undefined): JobDefinition {
  const deployed = deployedJobs();
  const job = deployed.find((candidate) => candidate.name === name);
  if (job) return job;
  const names = deployed.map((candidate) => candidate.name).join(', ');
  throw new Problem(404, `There is no job '${name}' here; there is ${names || 'none'}`);
}
