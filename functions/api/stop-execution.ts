import { Problem } from '../http/problem.ts';
import { queryOf } from '../http/query.ts';
import { logger } from '../logger.ts';
import { route } from '../middleware/index.ts';
import { executionId, executions } from './executions.ts';

const LONGEST_REASON = 1024;

/**
 * `DELETE /executions/{id}?reason=` → 204: the execution has ended, and its container has its stop timeout to save a checkpoint.
 * The same for one that had ended before, which stays as it is.
 */
export const handler = route(async (request) => {
  const { reason } = queryOf(request, ['reason']);
  if (reason && reason.length > LONGEST_REASON) {
    throw new Problem(400, `'reason' has at most ${LONGEST_REASON} characters; it has ${reason.length}`);
  }
  await executions().stop(executionId(request), reason);
  logger.info('Stopped');
  return { statusCode: 204 };
});
