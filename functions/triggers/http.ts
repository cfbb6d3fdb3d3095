import { accepted, route } from '../api/api.ts';
import { identityOf } from '../api/identity.ts';
import { startOne } from './start-one.ts';

/**
 * Any request to a route of the HTTP API → 202 `{ id, job, href }`, `Location: /executions/{id}`. The job gets API Gateway's
 * event as it is (payload format 2.0): method, path, query, headers, body (in base64 where API Gateway makes it so) and who
 * was let in (`requestContext.authorizer`). The same `Idempotency-Key` on the same route starts nothing twice.
 */
export const handler = route(async (request) => {
  const { id } = await startOne(request, ['http', String(request.routeKey), ...identityOf(request)]);
  return accepted(id);
});
