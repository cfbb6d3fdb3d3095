import type { ListQuery } from 'longhaul';
import { json } from '../http/answer.ts';
import { Problem } from '../http/problem.ts';
import { limitOf, MOST_EXECUTIONS, queryOf, STATUSES } from '../http/query.ts';
import { route } from '../middleware/index.ts';
import { executions } from './executions.ts';

/**
 * `GET /executions?job=&status=&limit=&cursor=` → 200 with an `ExecutionPage`, the newest first. A page may have fewer than
 * `limit`, or none, and still a `cursor`: what stands behind it has not been looked at yet.
 */
export const handler = route(async (request) => {
  const { job, cursor, limit, ...query } = queryOf(request, ['job', 'status', 'limit', 'cursor']);
  const status = statusOf(query.status);
  return json(
    200,
    await executions().list({
      ...(job && { job }),
      ...(status && { status }),
      ...(cursor && { cursor }),
      ...limitOf(limit, MOST_EXECUTIONS),
    }),
  );
});

function statusOf(text: string | undefined): ListQuery['status'] {
  const status = STATUSES.find((one) => one === text);
  if (status || text === undefined) return status;
  throw new Problem(400, `'status' must be one of ${STATUSES.join(', ')}; it is '${text.slice(0, 40)}'`);
}
