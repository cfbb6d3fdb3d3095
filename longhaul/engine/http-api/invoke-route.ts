import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError } from '../endpoint/index.ts';
import type { Functions, InvokeAnswer } from '../functions/index.ts';
import { type Answer, interpret, message, problem } from './answer.ts';
import { type EventRequest, payloadV2 } from './event.ts';
import { iamAuthorizer } from './iam.ts';
import type { Match } from './match-route.ts';

/** Asks the route's function, and answers what API Gateway would, whatever comes of it. */
export async function invokeRoute(
  request: EventRequest,
  headers: IncomingHttpHeaders,
  match: Match,
  functions: Functions,
): Promise<Answer> {
  const { route } = match;
  if (typeof route.authorization === 'object') {
    return problem(
      501,
      'Authorizer not available locally',
      `The route "${route.key}" asks for the authorizer "${route.authorization.authorizer}", which the local engine does not have. It has AWS_IAM and NONE.`,
    );
  }
  if (route.payloadFormat !== '2.0') {
    return problem(
      501,
      'Payload format not available locally',
      `The route "${route.key}" has PayloadFormatVersion "${route.payloadFormat}"; the local engine has "2.0".`,
    );
  }
  const authorizer = route.authorization === 'AWS_IAM' ? iamAuthorizer(headers) : undefined;
  const event = JSON.stringify(payloadV2(request, match, authorizer));
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

/** The answer, or undefined when it takes longer; the function runs on then, as on AWS. */
async function within(milliseconds: number, answer: Promise<InvokeAnswer>): Promise<InvokeAnswer | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), milliseconds);
  // Nobody hears of a failure that comes after the time is up.
  answer.catch(() => {});
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
  }
}
