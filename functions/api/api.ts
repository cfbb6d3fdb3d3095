import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { logged } from '../logged.ts';
import { logger } from '../logger.ts';
import { asProblem, type Problem } from './problem.ts';

type Answer = APIGatewayProxyStructuredResultV2;

/** A Lambda handler of one route of the HTTP API (payload format 2.0). Whatever is thrown becomes problem+json. */
export const route = (
  handle: (request: APIGatewayProxyEventV2, context: Context) => Answer | Promise<Answer>,
): ((request: APIGatewayProxyEventV2, context: Context) => Promise<Answer>) =>
  logged(async (request, context) => {
    try {
      return await handle(request, context);
    } catch (error) {
      return loggedProblem(error).response();
    }
  });

/** What is answered to an error; what a caller cannot help is in the log. */
export function loggedProblem(error: unknown): Problem {
  const problem = asProblem(error);
  if (problem.status >= 500) logger.error(problem.message, { error: error as Error });
  return problem;
}

export function json(statusCode: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return { statusCode, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** 202 for an execution of the job that `JOB` names, unless another is given. */
export function accepted(id: string, job = process.env.JOB, members: object = {}): Answer {
  const href = `/executions/${id}`;
  return json(202, { id, job, href, ...members }, { location: href });
}
