import { uniqueJobs } from '../../containers/unique.ts';

/** An event that the job's own schema does not take, or of which it cannot say what makes it unique. */
export class RefusedInputError extends Error {
  override readonly name = 'RefusedInputError';
}

/**
 * What tells this event from all others by the job's own words (`unique` of its definition); undefined for a job that
 * has none, whose definition and schema are not even loaded.
 *
 * @throws RefusedInputError when the event is no input of the job
 */
export async function ownKey(jobName: string, event: unknown): Promise<string | undefined> {
  const job = await uniqueJobs[jobName]?.();
  if (!job?.unique) return undefined;
  const { issues, ...valid } = (await job.input?.['~standard'].validate(event)) ?? { value: event };
  if (issues) {
    const [{ path = [], message }] = issues as [(typeof issues)[number]];
    const place = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment)).join('.');
    throw new RefusedInputError(`${jobName} does not take this event: ${place ? `${place}: ` : ''}${message}`);
  }
  let key: unknown;
  try {
    key = job.unique((valid as { value: unknown }).value);
  } catch (error) {
    throw new RefusedInputError(`unique() of ${jobName} failed: ${(error as Error).message}`, { cause: error });
  }
  if (typeof key === 'string' && key !== '') return key;
  const seen = key === '' ? 'an empty string' : `${key === null ? 'null' : typeof key}`;
  throw new RefusedInputError(`unique() of ${jobName} must give a string that is not empty; it gave ${seen}`);
}
