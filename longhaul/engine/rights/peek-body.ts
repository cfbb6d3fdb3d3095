import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { BODY_LIMIT } from '../endpoint/index.ts';

/**
 * A request's body, which stays in the request for whoever handles it. Empty for one that does not say how long it is, or is
 * longer than the JSON services take.
 */
export async function peekBody(request: IncomingMessage): Promise<string> {
  const length = Number(request.headers['content-length'] ?? 0);
  if (!(length > 0 && length <= BODY_LIMIT)) return '';
  const chunks: Buffer[] = [];
  for (let size = 0; size < length; ) {
    const chunk: Buffer | null = request.read();
    if (chunk) {
      chunks.push(chunk);
      size += chunk.length;
    } else if (request.destroyed || request.readableEnded) return '';
    else await more(request);
  }
  const body = Buffer.concat(chunks);
  // In the same turn as the last read: the stream has not ended then.
  request.unshift(body);
  return body.toString();
}

/** Until there is something to read, or nothing will come any more. */
async function more(request: IncomingMessage): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const events = ['readable', 'end', 'close'].map((event) => once(request, event, { signal }));
  await Promise.race(events).finally(() => waiting.abort());
}
