import { json } from '../http/answer.ts';
import { queryOf } from '../http/query.ts';
import { logger } from '../logger.ts';
import { route } from '../middleware/index.ts';
import { executionId, executions } from './executions.ts';

/**
 * `POST /executions/{id}/resume` → 202 `{ id, href, started }`, `Location: /executions/{id}-r1`: a new execution on the artifacts
 * of one that has ended without success. `started` is false when that had been started before. 409 when there is nothing to
 * resume; with `retryable: true` and a `Retry-After` while the stopped container still saves its checkpoint.
 */
export const handler = route(async (request) => {
  queryOf(request, []);
  const { id, started } = await executions().resume(executionId(request));
  logger.info(started ? 'Resumed' : 'Had been resumed before', { as: id });
  const href = `/executions/${id}`;
  return json(202, { id, href, started }, { location: href });
});
