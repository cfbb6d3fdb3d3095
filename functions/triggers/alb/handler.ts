import type { ALBEvent, ALBResult, Context } from 'aws-lambda';
import type { Problem } from '../../http/problem.ts';
import { problemJson, triggerLambda } from '../../middleware/index.ts';
import { startOne } from '../start-one.ts';

/**
 * Any request to an Application Load Balancer → 202 `{ id, job }`. The job gets the load balancer's event as it is. A load
 * balancer has no id for a request and delivers it once: the Lambda request id is its identity. Health checks of the target
 * group are answered 200 and start nothing.
 */
export const handler = triggerLambda(
  async (event: ALBEvent, { awsRequestId }: Context): Promise<ALBResult> => {
    const json = { 'content-type': 'application/json' };
    if (isHealthCheck(event)) return answer(event, 200, json, '{"status":"healthy"}');
    const { id } = await startOne(event, ['alb', awsRequestId]);
    return answer(event, 202, json, JSON.stringify({ id, job: process.env.JOB }));
  },
  problemJson((problem: Problem, event: ALBEvent) => {
    const { statusCode = 500, headers, body } = problem.response();
    return answer(event, statusCode, headers as Record<string, string>, body ?? '');
  }),
);

/** `ELB-HealthChecker/2.0` (Application Load Balancers, "Enable health checks"). */
function isHealthCheck({ headers, multiValueHeaders }: ALBEvent): boolean {
  return String(headers?.['user-agent'] ?? multiValueHeaders?.['user-agent']?.[0]).startsWith('ELB-HealthChecker/');
}

/** In the way of the target group: one with multi-value headers takes no others, and the other way round. */
function answer(
  { multiValueHeaders }: ALBEvent,
  statusCode: number,
  headers: Record<string, string>,
  body: string,
): ALBResult {
  if (!multiValueHeaders) return { statusCode, headers, body, isBase64Encoded: false };
  const all = Object.entries(headers).map(([name, value]) => [name, [value]]);
  return { statusCode, multiValueHeaders: Object.fromEntries(all), body, isBase64Encoded: false };
}
