import type { Route } from './routes.ts';

export interface Match {
  route: Route;
  /** Decoded; undefined when the route has none. */
  pathParameters: Record<string, string> | undefined;
}

/**
 * The route for a request. The most specific path wins, segment by segment: literal, then `{name}`, then `{name+}`;
 * `$default` comes last. Of the same path, the method's own route wins over `ANY`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
 *
 * @param path - as sent: a `%2F` in it separates no segments
 * @throws URIError for a malformed escape
 */
export function matchRoute(routes: Route[], method: string, path: string): Match | undefined {
  const segments = path.split('/').slice(1).map(decodeURIComponent);
  const candidates = routes
    .filter((route) => route.method === 'ANY' || route.method === method)
    .flatMap((route) => {
      const parameters = route.segments ? parametersOf(route.segments, segments) : {};
      return parameters ? [{ route, parameters }] : [];
    })
    .sort((one, other) => compare(one.route, other.route));
  const best = candidates[0];
  if (!best) return undefined;
  const { route, parameters } = best;
  return { route, pathParameters: Object.keys(parameters).length > 0 ? parameters : undefined };
}

function parametersOf(wanted: string[], given: string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const value = given[index];
    if (value === undefined) return undefined;
    const [, name, greedy] = /^\{(.+?)(\+?)\}$/.exec(segment) ?? [];
    if (name === undefined) {
      if (segment !== value) return undefined;
      continue;
    }
    const found = greedy ? given.slice(index).join('/') : value;
    if (found === '') return undefined;
    parameters[name] = found;
    if (greedy) return parameters;
  }
  return given.length === wanted.length ? parameters : undefined;
}

function compare(one: Route, other: Route): number {
  const [a, b] = [rank(one), rank(other)];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return Number(one.method === 'ANY') - Number(other.method === 'ANY');
}

/** How unspecific each segment is. */
function rank({ segments }: Route): number[] {
  if (!segments) return [3];
  return segments.map((segment) => (segment.endsWith('+}') ? 2 : segment.startsWith('{') ? 1 : 0));
}
