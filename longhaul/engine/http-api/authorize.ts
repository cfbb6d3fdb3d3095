import type { IncomingHttpHeaders } from 'node:http';
import type { Functions } from '../functions/index.ts';
import { problem } from './answer.ts';
import type { RouteEvent } from './authorizer-event.ts';
import { type EventRequest, payloadV2 } from './event.ts';
import { iamAuthorizer } from './iam.ts';
import { type Authorized, JwtVerifier } from './jwt-authorizer.ts';
import { LambdaAuthorizers } from './lambda-authorizer.ts';
import type { Match } from './match-route.ts';

/** What the authorizers of an API remember. */
export class Authorizers {
  readonly jwt = new JwtVerifier();
  readonly lambda = new LambdaAuthorizers();
}

/** Who is let in on a route, as `requestContext.authorizer` says it, or what the others are answered. */
export async function authorize(
  request: EventRequest,
  headers: IncomingHttpHeaders,
  match: Match,
  functions: Functions,
  authorizers: Authorizers,
): Promise<Authorized | { context: undefined }> {
  const { authorization, key } = match.route;
  if (authorization === 'NONE') return { context: undefined };
  if (authorization === 'AWS_IAM') return { context: iamAuthorizer(headers) };
  if (authorization.kind === 'unknown') {
    const detail = `The route "${key}" asks for the authorizer "${authorization.name}", which its API does not declare under Auth.Authorizers with a JwtConfiguration or a FunctionArn.`;
    return { refusal: problem(501, 'Authorizer not available locally', detail) };
  }
  // An authorizer sees everything of the request but its body.
  const event = payloadV2({ ...request, body: Buffer.alloc(0) }, match) as RouteEvent;
  return authorization.kind === 'jwt'
    ? authorizers.jwt.authorize(authorization, event)
    : authorizers.lambda.authorize(authorization, event, functions);
}
