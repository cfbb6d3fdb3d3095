import { type Started, stackFromEnvironment } from 'longhaul/trigger';
import { start } from '../start.ts';
import { ownIdentity } from './own-identity.ts';

/**
 * Starts the job that the environment variable `JOB` names for one event, for triggers that somebody waits for and that
 * therefore answer. `identity` begins with the source, which is shown with the execution.
 */
export async function startOne(event: unknown, identity: readonly [source: string, ...string[]]): Promise<Started> {
  const { JOB: job } = process.env;
  if (!job) throw new Error('The environment variable JOB is not set; it names the job that this trigger starts');
  const own = await ownIdentity(job, event);
  return start(
    { job, event: JSON.stringify(event), identity: own ?? identity, source: identity[0] },
    stackFromEnvironment(),
  );
}
