import { json, route } from './api.ts';
import { executionId, executions } from './executions.ts';
import { queryOf } from './query.ts';

/** `GET /executions/{id}` → 200 with an `ExecutionDescription`. */
export const handler = route(async (request) => {
  queryOf(request, []);
  return json(200, await executions().describe(executionId(request)));
});
