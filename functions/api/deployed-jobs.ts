import type { JobDefinition } from 'longhaul';
import { Problem } from '../http/problem.ts';
import { allJobs } from '../jobs.ts';

/** The jobs of this stack: those of `containers/` that `JOBS` (comma-separated names) says are deployed. */
export async function deployedJobs(): Promise<JobDefinition[]> {
  const names = (process.env.JOBS ?? '').split(',');
  const jobs = await allJobs();
  return jobs.filter(({ name }) => names.includes(name));
}

/** @throws Problem 404 that names what there is. */
export async function deployedJob(name: string | undefined): Promise<JobDefinition> {
  const deployed = await deployedJobs();
  const job = deployed.find((candidate) => candidate.name === name);
  if (job) return job;
  const names = deployed.map((candidate) => candidate.name).join(', ');
  throw new Problem(404, `There is no job '${name}' here; there is ${names || 'none'}`);
}
