import type { JobDefinition } from 'longhaul';
import { type Started, stackFromEnvironment, storedResult } from 'longhaul/trigger';
import { allJobs, uniqueJobs } from '../../jobs.ts';
import { logger } from '../../logger.ts';
import { start } from '../../start.ts';
import { ownIdentity } from '../own-identity.ts';
import { allOrError, type Outcome } from '../trigger.ts';

/** Work that has succeeded. */
export interface Done {
  job: string;
  /** Of the execution whose artifacts hold the result: of the first one, when it was resumed. It is the same work, done once. */
  id: string;
}

/** Bytes of a result that are read for a job that has a key of its own; a larger one is an event that it cannot be asked about. */
const LARGEST_WITH_KEY = 64 * 1024 * 1024;

/**
 * The jobs that come after another and are to be started here: those that the environment variable `FOLLOWERS` names. Their
 * definitions are loaded when something has succeeded.
 *
 * @throws Error when it names a job that is not there or comes after none
 */
export async function allFollowers(): Promise<JobDefinition[]> {
  const jobs = await allJobs();
  const names = (process.env.FOLLOWERS ?? '').split(',').filter(Boolean);
  return names.map((name) => {
    const job = jobs.find((candidate) => candidate.name === name);
    if (job?.after) return job;
    const known = jobs.filter(({ after }) => after).map((one) => one.name);
    throw new Error(
      `FOLLOWERS names '${name}', which comes after no job here ('after' of its definition); ${known.join(', ') || 'none'} do`,
    );
  });
}

/** What an execution has done, as its input says; undefined when it is no input of ours. */
export function doneBy(name: string, input: string): Done | undefined {
  try {
    const { job, resumes } = JSON.parse(input) as { job?: unknown; resumes?: unknown };
    return typeof job === 'string' ? { job, id: resumes === undefined ? name : String(resumes) } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Starts these jobs with the result of what was done: once each, however often that is announced. One that cannot be started keeps
 * no other from being started.
 *
 * @throws AggregateError with the name of the first failure, and all of them
 */
export async function startFollowers(done: Done, followers: JobDefinition[]): Promise<Started[]> {
  const attempt = async (record: JobDefinition): Promise<Outcome<JobDefinition>> => {
    try {
      return { record, status: 'started', started: await startFollower(record, done) };
    } catch (reason) {
      logger.error('Not started', { job: record.name, after: done.id, error: reason as Error });
      return { record, status: 'failed', error: reason as Error };
    }
  };
  return allOrError(await Promise.all(followers.map(attempt)));
}

async function startFollower({ name: job }: JobDefinition, { id }: Done): Promise<Started> {
  const stack = stackFromEnvironment();
  const event = await storedResult(stack, id);
  const own = job in uniqueJobs ? await ownIdentityOf(job, id) : undefined;
  return start({ job, event, identity: own ?? ['after', id], source: 'after' }, stack, { after: id });
}

async function ownIdentityOf(job: string, id: string): Promise<readonly string[] | undefined> {
  const { text } = await storedResult(stackFromEnvironment(), id, LARGEST_WITH_KEY);
  if (text !== undefined) return ownIdentity(job, JSON.parse(text));
  throw new RangeError(
    `The result of ${id} is over ${LARGEST_WITH_KEY} bytes, too large to ask ${job} what is unique of it`,
  );
}
