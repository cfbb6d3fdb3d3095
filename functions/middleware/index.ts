import middy, { type MiddlewareObj, type MiddyfiedHandler } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { logging } from './logging.ts';
import { problemJson } from './problem-json.ts';
import { ofTriggers } from './yours.ts';

/** Middlewares of every function, outermost first. */
const ofAll = [logging()];

/** The work of a function. Whatever it throws goes through the middlewares' `onError`, in reverse order. */
export type Handle<Event, Answer> = (event: Event, context: Context) => Answer | Promise<Answer>;

/**
 * Wraps a handler in the middlewares of every function. Add one of your own to a single function behind it:
 *
 * @example
 * export const handler = lambda(async (event) => …).use(myMiddleware());
 */
export function lambda<Event, Answer>(handle: Handle<Event, Answer>): MiddyfiedHandler<Event, Answer> {
  // Lambda itself ends a function that is out of time, and says so. Middy's own timer would pass it off as an error of the handler.
  return (
    middy<Event, Answer>({ timeoutEarlyInMillis: 0 })
      .use(ofAll)
      // Without Middy's third argument: nothing here is aborted.
      .handler((event: Event, context: Context) => handle(event, context) as Promise<Answer>)
  );
}

/** Wraps the handler of a trigger: those of every function, and then `ofTriggers` of `yours.ts`. */
export function triggerLambda<Event, Answer>(
  handle: Handle<Event, Answer>,
  ...more: MiddlewareObj<Event, Answer>[]
): MiddyfiedHandler<Event, Answer> {
  return lambda(handle).use([...more, ...(ofTriggers as MiddlewareObj<Event, Answer>[])]);
}

type Answer = APIGatewayProxyStructuredResultV2;

/** Wraps the handler of a route of the HTTP API (payload format 2.0). Whatever is thrown becomes problem+json. */
export function route(
  handle: Handle<APIGatewayProxyEventV2, Answer>,
): MiddyfiedHandler<APIGatewayProxyEventV2, Answer> {
  return lambda(handle).use(problemJson());
}

/** Wraps the handler of a route that is a trigger, such as a webhook. */
export function triggerRoute(
  handle: Handle<APIGatewayProxyEventV2, Answer>,
): MiddyfiedHandler<APIGatewayProxyEventV2, Answer> {
  return triggerLambda(handle, problemJson());
}

export { problemJson } from './problem-json.ts';
