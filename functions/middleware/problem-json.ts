import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { asProblem, type Problem } from '../http/problem.ts';
import { logger } from '../logger.ts';

/**
 * Answers an error as `application/problem+json`. What the caller cannot help is logged.
 *
 * @param answer - puts the problem into the form that the event's source wants. Default: that of an HTTP API
 */
export function problemJson<Event, Answer = APIGatewayProxyStructuredResultV2>(
  answer: (problem: Problem, event: Event) => Answer = (problem) => problem.response() as Answer,
): MiddlewareObj<Event, Answer> {
  return {
    onError(request) {
      const problem = asProblem(request.error);
      if (problem.status >= 500) logger.error(problem.message, { error: request.error as Error });
      request.response = answer(problem, request.event);
    },
  };
}
