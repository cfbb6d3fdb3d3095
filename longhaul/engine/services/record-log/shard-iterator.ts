import { ServiceError } from '../../endpoint/service.ts';

/** Where a reader is in a shard: behind the record of this position. */
export interface ShardPosition {
  stream: string;
  shard: string;
  after: number;
}

/** A shard iterator: opaque to the client, who brings it back. */
export function shardIterator({ stream, shard, after }: ShardPosition, now: number): string {
  return Buffer.from(JSON.stringify([stream, shard, after, now])).toString('base64url');
}

/**
 * What an iterator says.
 *
 * @param lifetime - milliseconds for which it can be used
 * @throws ServiceError ValidationException for what is no iterator, ExpiredIteratorException
 */
export function openIterator(iterator: unknown, now: number, lifetime: number): ShardPosition {
  const [stream, shard, after, issued] = parse(iterator);
  if (typeof stream !== 'string' || typeof shard !== 'string' || typeof after !== 'number') {
    throw new ServiceError('ValidationException', 'Invalid ShardIterator: it is none that this service gave.');
  }
  if (now - Number(issued) > lifetime) {
    throw new ServiceError(
      'ExpiredIteratorException',
      `Iterator expired. It was created ${Math.round((now - Number(issued)) / 1000)} seconds ago; ${lifetime / 1000} seconds is its lifetime.`,
    );
  }
  return { stream, shard, after };
}

function parse(iterator: unknown): unknown[] {
  try {
    const value = JSON.parse(Buffer.from(String(iterator), 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
