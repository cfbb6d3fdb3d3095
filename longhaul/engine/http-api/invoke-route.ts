import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError } from '../endpoint/index.ts';
import type { Functions } from '../functions/index.ts';
import { type Answer, interpret, message, problem } from './answer.ts';
import { type Authorizers, authorize } from './authorize.ts';
import { type EventRequest, payloadV2 } from './event.ts';
import type { Match } from './match-route.ts';
import { within } from './within.ts';

/** Asks the route's function, and answers what API Gateway would, whatever comes of it. */
export async function invokeRoute(
  request: EventRequest,
  headers: IncomingHttpHeaders,
  match: Match,
  functions: Functions,
  authorizers: Authorizers,
): Promise<Answer> {
  const { route } = match;
  if (route.payloadFormat !== '2.0') {
    return problem(
      501,
      'Payload format not available locally',
      `The route "${route.key}" has PayloadFormatVersion "${route.payloadFormat}"; the local engine has "2.0".`,
    );
  }
  const authorized = await authorize(request, headers, match, functions, authorizers);
  if ('refusal' in authorized) return authorized.refusal;
  const event = JSON.stringify(payloadV2(request, match, authorized.context));
  try {
    const answer = await within(route.timeout, functions.invoke(route.functionName, event, 'RequestResponse'));
    if (!answer) return message(503, 'Service Unavailable');
    const found = answer.functionError ? undefined : interpret(answer.payload);
    return found ?? message(500, 'Internal Server Error');
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.code === 'RequestEntityTooLargeException') return message(413, 'Request Entity Too Large');
    if (error.code === 'TooManyRequestsException') return message(503, 'Service Unavailable');
    // On AWS this would have failed to deploy, so there is no answer to imitate: say what is wrong.
    return problem(500, 'Function not available', error.message);
  }
}
