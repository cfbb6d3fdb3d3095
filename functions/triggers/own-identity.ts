import { uniqueJobs } from '../jobs.ts';

/**
 * What tells this event from all others by the job's own words (`unique` of its definition); undefined for a job that
 * has none, whose definition and schema are not even loaded.
 *
 * @throws InvalidInputError when the event is no input of the job
 */
export async function ownIdentity(jobName: string, event: unknown): Promise<readonly string[] | undefined> {
  const job = await uniqueJobs[jobName]?.();
  if (!job?.unique) return undefined;
  const { acceptInput } = await import('./accept-input.ts');
  return (await acceptInput(job, event)).identity;
}
