import { type Stack, type Started, type StartRequest, startExecution } from 'longhaul/trigger';
import { logger } from './logger.ts';

/**
 * Starts the one execution of an event, and says so in the log: by that line `longhaul dead-letters retry` knows which it was.
 *
 * @param noted - what else the line is to have
 * @throws what `startExecution` does
 */
export async function start(request: StartRequest, stack: Stack, noted: Record<string, string> = {}): Promise<Started> {
  const started = await startExecution(request, stack);
  const { job } = request;
  logger.info(started.started ? 'Started' : 'Had been started before', { job, id: started.id, ...noted });
  return started;
}
