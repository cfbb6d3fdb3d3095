import type { JobDefinition } from 'longhaul';
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
  const key = await keyOf(job, event);
  if (typeof key === 'string' && key !== '') return key;
  const seen = key === '' ? 'an empty string' : key === null ? 'null' : typeof key;
  throw new RefusedInputError(`unique() of ${jobName} must give a string that is not empty; it gave ${seen}`);
}

/** Schemas and `unique` are the job's code: whatever they throw, they would throw for this event again. */
async function keyOf({ name, input, unique }: JobDefinition, event: unknown): Promise<unknown> {
  try {
    const result = (await input?.['~standard'].validate(event)) ?? { value: event };
    if (!result.issues) return unique?.(result.value);
    const { path = [], message } = result.issues[0]!;
    const place = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment)).join('.');
    throw new RefusedInputError(place === '' ? message : `${place}: ${message}`);
  } catch (error) {
    throw new RefusedInputError(`${name} does not take this event: ${(error as Error).message}`, { cause: error });
  }
}
