import { type Started, stackFromEnvironment, startExecution } from 'longhaul/trigger';
import { logger } from '../logger.ts';
import { ownKey } from './own-key.ts';

/**
 * Starts the job that the environment variable `JOB` names for one event, for triggers that somebody waits for and that
 * therefore answer. `identity` begins with the source, which is shown with the execution.
 */
export async function startOne(event: unknown, identity: readonly [source: string, ...string[]]): Promise<Started> {
  const { JOB: job } = process.env;
  if (!job) throw new Error('The environment variable JOB is not set; it names the job that this trigger starts');
  const key = await ownKey(job, event);
  const started = await startExecution(
    { job, event: JSON.stringify(event), identity: key === undefined ? identity : ['key', key], source: identity[0] },
    stackFromEnvironment(),
  );
  logger.info(started.started ? 'Started' : 'Had been started before', { job, id: started.id });
  return started;
}
