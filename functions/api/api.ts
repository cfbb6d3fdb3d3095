import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { logger } from '../logger.ts';
import { asProblem } from './problem.ts';

type Answer = APIGatewayProxyStructuredResultV2;

/** A Lambda handler of one route of the HTTP API (payload format 2.0). Whatever is thrown becomes problem+json. */
export function route(
  handle: (request: APIGatewayProxyEventV2, context: Context) => Answer | Promise<Answer>,
): MiddyfiedHandler<APIGatewayProxyEventV2, Answer> {
  return middy<APIGatewayProxyEventV2, Answer>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .onError((request) => {
      const problem = asProblem(request.error);
      if (problem.status >= 500) logger.error(problem.message, { error: request.error as Error });
      request.response = problem.response();
    })
    .handler(async (event: APIGatewayProxyEventV2, context: Context) => handle(event, context));
}

export function json(statusCode: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return { statusCode, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** 202 for an execution of the job that `JOB` names, unless another is given. */
export function accepted(id: string, job = process.env.JOB, members: object = {}): Answer {
  const href = `/executions/${id}`;
  return json(202, { id, job, href, ...members }, { location: href });
}
