import type { IncomingMessage } from 'node:http';

/** Path and query as they were sent. (`new URL` would read a host out of `//key` and tidy away `..`.) */
export function splitUrl({ url = '/' }: IncomingMessage): { path: string; query: URLSearchParams } {
  const at = url.indexOf('?');
  if (at < 0) return { path: url, query: new URLSearchParams() };
  return { path: url.slice(0, at), query: new URLSearchParams(url.slice(at + 1)) };
}

/**
 * Matches a path against a pattern of literal segments, `{name}` (one segment) and `{name+}` (the rest), and gives the
 * parameters, percent-decoded; undefined when it does not match. An empty segment matches no parameter.
 */
export function matchPath(pattern: string, pathname: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = pathname.split('/');
  const parameters: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const value = given[index];
    if (value === undefined) return undefined;
    const name = /^\{(.+?)(\+?)\}$/.exec(segment);
    if (!name) {
      if (segment !== value) return undefined;
      continue;
    }
    const raw = name[2] ? given.slice(index).join('/') : value;
    const decoded = decode(raw);
    if (!decoded) return undefined;
    parameters[name[1]!] = decoded;
    if (name[2]) return parameters;
  }
  return given.length === wanted.length ? parameters : undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
