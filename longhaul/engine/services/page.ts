/**
 * One page of a list, for services whose `nextToken` is opaque to the caller: here it is the number of items before it.
 *
 * @param maxResults at most `limit`, which is also what no number means
 */
export function page<T>(items: T[], maxResults: number | undefined, nextToken: string | undefined, limit = 100) {
  const from = nextToken ? Number(Buffer.from(nextToken, 'base64url').toString()) || 0 : 0;
  const to = from + Math.min(maxResults || limit, limit);
  return {
    items: items.slice(from, to),
    ...(to < items.length && { nextToken: Buffer.from(String(to)).toString('base64url') }),
  };
}
