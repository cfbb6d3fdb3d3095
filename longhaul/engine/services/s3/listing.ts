/** What a listing asks for; `after` is exclusive. */
export interface ListQuery {
  prefix: string;
  delimiter: string;
  after: string;
  /** Keys and common prefixes together. */
  limit: number;
}

export interface Listing<T> {
  items: T[];
  commonPrefixes: string[];
  truncated: boolean;
  /** The last key or common prefix of this page, from which the next one goes on. */
  last: string | undefined;
}

/** Greater than every key that begins with what stands before it: U+10FFFF is no character. */
const beyond = '\u{10ffff}';

/** S3's order of keys: that of their UTF-8 bytes (JavaScript's own differs beyond the basic plane). */
export const precedes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;

/**
 * One page of keys in order, those with the delimiter behind the prefix rolled up into common prefixes.
 *
 * @param from - opens the keys k of the bucket with `k > after` in S3's order; it is called
 *   again with a later `after` to step over a common prefix, however many keys are below it
 */
export function list<T extends { key: string }>(from: (after: string) => Iterable<T>, query: ListQuery): Listing<T> {
  const { prefix, delimiter, limit } = query;
  const page: Listing<T> = { items: [], commonPrefixes: [], truncated: false, last: undefined };
  if (limit === 0) return page;

  const common = (key: string) => {
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    return at < 0 ? undefined : key.slice(0, at + delimiter.length);
  };
  let after: string | undefined = query.after;
  // A page that ended with a common prefix goes on behind everything below it.
  if (after.startsWith(prefix) && common(after) === after) after += beyond;

  while (after !== undefined) {
    const start: string = after;
    after = undefined;
    for (const item of from(start)) {
      if (!item.key.startsWith(prefix)) return page;
      if (page.items.length + page.commonPrefixes.length === limit) return { ...page, truncated: true };
      const rolled = common(item.key);
      page.last = rolled ?? item.key;
      if (rolled !== undefined) {
        page.commonPrefixes.push(rolled);
        after = rolled + beyond;
        break;
      }
      page.items.push(item);
    }
  }
  return page;
}
