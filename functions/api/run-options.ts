import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { checkTags, startTime } from 'longhaul';
import { Problem } from '../http/problem.ts';

/** What `POST /jobs/{name}` is told beside the input, which is the body: the query says it. */
export interface RunOptions {
  /** `startAt=2026-12-24T08:00:00Z` */
  startAt?: string;
  /** `tag.team=sales&tag.cost-center=17` */
  tags?: Record<string, string>;
  /**
   * `onDuplicate=return` answers a repetition with the execution that is there, whatever its body is; `reject` refuses it. Without it
   * the same request gets the same answer.
   */
  onDuplicate?: 'return' | 'reject';
}

/** Names of tags are in any case; a name given twice reaches a function as one value, joined by a comma, which is refused. */
const TAG = 'tag.';

/** @throws Problem 400 for a parameter that is not known, or whose value is none of those */
export function runOptions({ queryStringParameters }: APIGatewayProxyEventV2): RunOptions {
  const { startAt, onDuplicate, ...others } = queryStringParameters ?? {};
  const unknown = Object.keys(others).filter((name) => !name.startsWith(TAG));
  if (unknown.length > 0) {
    throw new Problem(400, `'${unknown[0]}' is no parameter; there are startAt, onDuplicate and tag.NAME`);
  }
  if (onDuplicate !== undefined && onDuplicate !== 'return' && onDuplicate !== 'reject') {
    throw new Problem(400, `onDuplicate must be 'return' or 'reject'; it is '${onDuplicate}'`);
  }
  // In one order, so that who sends the same tags sends the same request.
  const names = Object.keys(others).sort();
  const tags = Object.fromEntries(names.map((name) => [name.slice(TAG.length), others[name] ?? '']));
  try {
    checkTags(tags);
    const time = startAt === undefined ? undefined : startTime({ startAt });
    return {
      ...(time !== undefined && { startAt: time }),
      ...(Object.keys(tags).length > 0 && { tags }),
      ...(onDuplicate && { onDuplicate }),
    };
  } catch (error) {
    throw error instanceof TypeError || error instanceof RangeError ? new Problem(400, error.message) : error;
  }
}
