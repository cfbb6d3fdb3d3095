import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

type Answer = APIGatewayProxyStructuredResultV2;

export function json(statusCode: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return { statusCode, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** 202 for an execution of the job that `JOB` names, unless another is given. */
export function accepted(id: string, job = process.env.JOB, members: object = {}): Answer {
  const href = `/executions/${id}`;
  return json(202, { id, job, href, ...members }, { location: href });
}
