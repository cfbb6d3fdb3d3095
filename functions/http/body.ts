import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { Problem } from './problem.ts';

/**
 * JSON, by any of its names; and what HTTP clients say when nobody told them what they send, which is
 * `application/x-www-form-urlencoded` for curl, `text/plain` for a browser's fetch and nothing at all for others.
 */
const ACCEPTED = /^(application\/([\w.+-]+\+)?json|application\/x-www-form-urlencoded|text\/plain)$/;

/**
 * The JSON in a request's body, as it was sent and as a value.
 * @throws Problem 415 for another media type, 400 for text that is no JSON in UTF-8.
 */
export function readBody(request: APIGatewayProxyEventV2): { text: string; value: unknown } {
  const mediaType = (request.headers?.['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  if (mediaType !== '' && !ACCEPTED.test(mediaType)) {
    throw new Problem(415, `The body must be application/json; it is '${mediaType}'`);
  }
  const text = decode(request);
  if (text.trim() === '') throw new Problem(400, 'The body is empty; the job needs its input as JSON, such as {}');
  try {
    return { text, value: JSON.parse(text) };
  } catch (error) {
    throw new Problem(400, `The body is no JSON: ${withoutExcerpt((error as Error).message)}`);
  }
}

function decode({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): string {
  if (!isBase64Encoded) return body.replace(/^\ufeff/, '');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(body, 'base64'));
  } catch {
    throw new Problem(400, 'The body is not in UTF-8');
  }
}

/** V8 quotes what it could not parse. The position is enough, and what was sent stays out of answers and logs. */
function withoutExcerpt(message: string): string {
  return message.replace(/,? ?(\.\.\.)?".*"(\.\.\.)? is not valid JSON$/s, '');
}
