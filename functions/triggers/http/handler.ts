import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { accepted } from '../../http/answer.ts';
import { idempotencyKey, identityOf } from '../../http/identity.ts';
import { triggerRoute } from '../../middleware/index.ts';
import { startOne } from '../start-one.ts';

/**
 * Any request to a route of the HTTP API → 202 `{ id, job, href }`, `Location: /executions/{id}`. The job gets API Gateway's
 * event as it is (payload format 2.0): method, path, query, headers, body (in base64 where API Gateway makes it so) and who
 * was let in (`requestContext.authorizer`). The same `Idempotency-Key` on the same route starts nothing twice; where the
 * environment names a table of answers (`ANSWERS_TABLE`), another request under that key is refused with 422.
 */
export const handler = triggerRoute(async (request, context) => {
  const identity = ['http', String(request.routeKey), ...identityOf(request)] as const;
  const start = async () => accepted((await startOne(request, identity)).id);
  const table = process.env.ANSWERS_TABLE;
  if (!table || idempotencyKey(request) === undefined) return start();
  const { sameAnswer } = await import('../../http/same-answer.ts');
  return sameAnswer(table, { key: identity, body: whatWasSent(request) }, context, start);
});

/** What a request that is sent again has in common with the first. */
function whatWasSent({
  requestContext,
  rawPath,
  rawQueryString,
  body,
  isBase64Encoded,
}: APIGatewayProxyEventV2): string {
  return JSON.stringify([requestContext.http?.method, rawPath, rawQueryString, body ?? '', isBase64Encoded]);
}
