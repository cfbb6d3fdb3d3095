import { invalid } from './errors.ts';

/** A page of a list that is short enough to be made anew for each request. The token is the number of items before. */
export function page<T>(items: T[], limit: number, token: string | undefined): { items: T[]; nextToken?: string } {
  const start = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(start) || start < 0) throw invalid('The specified nextToken is invalid.');
  const end = start + limit;
  return { items: items.slice(start, end), ...(end < items.length ? { nextToken: String(end) } : {}) };
}
