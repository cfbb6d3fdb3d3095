import { json } from '../http/answer.ts';
import { queryOf } from '../http/query.ts';
import { route } from '../middleware/index.ts';
import { executionId, executions } from './executions.ts';

/** `GET /executions/{id}` → 200 with an `ExecutionDescription`. */
export const handler = route(async (request) => {
  queryOf(request, []);
  return json(200, await executions().describe(executionId(request)));
});
