import type { IncomingMessage } from 'node:http';
import { isTooDeep } from './nesting.ts';
import { ServiceError } from './service.ts';

/** Above every documented request limit of the JSON services here (Kinesis PutRecords, 10 MB, is the largest). */
export const BODY_LIMIT = 16 * 1024 * 1024;

/** Reads a whole request body of at most `limit` bytes; refuses a larger one before it is in memory. */
export async function readBody(request: IncomingMessage, limit = BODY_LIMIT): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // The connection must outlive a refused body, since the answer goes over it.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) {
      request.resume();
      throw new ServiceError('RequestEntityTooLargeException', `Request body is larger than ${limit} bytes.`, 413);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The body, or undefined when it is longer than `limit`; it is read to its end either way, for whoever answers in words of its own. */
export async function readAtMost(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  return size > limit ? undefined : Buffer.concat(chunks);
}

/** Parses a JSON object; an empty body is an empty object, since SDKs leave the body out when there is no member. */
export function parseObject(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  const text = body.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ServiceError('SerializationException', `Request body is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ServiceError('SerializationException', 'Request body is not a JSON object.');
  }
  if (isTooDeep(text)) throw new ServiceError('SerializationException', 'Request body is nested too deep.');
  return value as Record<string, unknown>;
}

/** JSON as AWS's JSON protocols write it: a date is a number of seconds since the epoch. */
export function stringify(value: unknown): string {
  return JSON.stringify(value ?? {}, function (this: Record<string, unknown>, key, plain) {
    const raw = this[key];
    return raw instanceof Date ? raw.getTime() / 1000 : plain;
  });
}
