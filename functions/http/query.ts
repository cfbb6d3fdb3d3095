import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { Problem } from './problem.ts';

/** Statuses that an execution can have. */
export const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;
/** In one answer. */
export const MOST_EXECUTIONS = 100;
export const MOST_LINES = 10_000;

/**
 * The query of a request.
 *
 * @param accepted - the names that it may have
 * @throws Problem 400 for another name, or a value that is empty
 */
export function queryOf<Name extends string>(
  { queryStringParameters }: APIGatewayProxyEventV2,
  accepted: readonly Name[],
): Partial<Record<Name, string>> {
  const query: Partial<Record<Name, string>> = {};
  for (const [name, value = ''] of Object.entries(queryStringParameters ?? {})) {
    const known = accepted.find((one) => one === name);
    if (!known) {
      throw new Problem(400, `There is no query parameter '${name}' here; there is ${accepted.join(', ') || 'none'}`);
    }
    if (value === '')
      throw new Problem(400, `The query parameter '${name}' is empty; leave it out, or give it a value`);
    query[known] = value;
  }
  return query;
}

/** @throws Problem 400 when it is no whole number from 1 to `most` */
export function limitOf(text: string | undefined, most: number): { limit?: number } {
  if (text === undefined) return {};
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= most) return { limit };
  throw new Problem(400, `'limit' must be a whole number from 1 to ${most}; it is '${text.slice(0, 20)}'`);
}
