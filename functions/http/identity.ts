import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { Problem } from './problem.ts';

/**
 * What tells a request from all others: its `Idempotency-Key`, else API Gateway's id of the request. Users that a JWT names, and
 * partners that the Lambda authorizer does, cannot take each other's keys; whoever signs with AWS credentials shares one room of keys.
 *
 * @throws Problem 400 for a key that is empty or longer than 255 characters.
 */
export function identityOf(request: APIGatewayProxyEventV2): string[] {
  const key = idempotencyKey(request);
  return key === undefined ? ['request', requestId(request)] : ['key', key, ...userOf(request)];
}

/** @throws Problem 400 for a key that is empty or longer than 255 characters. */
export function idempotencyKey(request: APIGatewayProxyEventV2): string | undefined {
  const key = request.headers?.['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && key.length >= 1 && key.length <= 255) return key;
  throw new Problem(400, `Idempotency-Key must have 1 to 255 characters; it has ${String(key).length}`);
}

function requestId({ requestContext }: APIGatewayProxyEventV2): string {
  const id: unknown = requestContext?.requestId;
  if (typeof id === 'string' && id !== '') return id;
  throw new Problem(
    400,
    "The event is none of an HTTP API: 'requestContext.requestId' must be a string that is not empty",
  );
}

interface Authorizer {
  jwt?: { claims?: Record<string, unknown> };
  lambda?: { partner?: unknown };
}

/** The issuer and its name for the user (RFC 7519, 4.1.2: unique within the issuer), or the partner's name. */
function userOf({ requestContext }: APIGatewayProxyEventV2): string[] {
  const { jwt, lambda } = (requestContext as { authorizer?: Authorizer } | undefined)?.authorizer ?? {};
  const { iss, sub } = jwt?.claims ?? {};
  if (sub !== undefined) return [String(iss), String(sub)];
  const partner = lambda?.partner;
  return typeof partner === 'string' ? ['partner', partner] : [];
}
