import type { LogPage } from 'longhaul';
import { json } from '../http/answer.ts';
import { limitOf, MOST_LINES, queryOf } from '../http/query.ts';
import { route } from '../middleware/index.ts';
import { executionId, executions } from './executions.ts';

/**
 * Characters of one line. A page is kept small enough for a Lambda function's answer, which has at most 6 MB, but for a single
 * line that is larger; CloudWatch Logs takes events of up to a megabyte, each of whose characters may be written as seven.
 */
const LONGEST_LINE = 600_000;

/**
 * `GET /executions/{id}/logs?cursor=&limit=` → 200 with a `LogPage`: the lines of all its containers, the oldest first. To follow
 * a log, ask again with the `cursor` of each answer, until it is `complete`.
 */
export const handler = route(async (request) => {
  const { cursor, limit } = queryOf(request, ['cursor', 'limit']);
  const query = { ...(cursor && { cursor }), ...limitOf(limit, MOST_LINES) };
  return json(200, shortened(await executions().logs(executionId(request), query)));
});

function shortened(page: LogPage): LogPage {
  if (page.lines.every(({ message }) => message.length <= LONGEST_LINE)) return page;
  const lines = page.lines.map((line) => ({
    ...line,
    message: line.message.length > LONGEST_LINE ? `${line.message.slice(0, LONGEST_LINE)}…` : line.message,
  }));
  return { ...page, lines };
}
