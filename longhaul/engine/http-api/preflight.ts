import type { IncomingHttpHeaders } from 'node:http';
import type { CorsSettings } from './cors.ts';
import { matchRoute } from './match-route.ts';
import type { Route } from './routes.ts';

/**
 * Returns the CORS settings with which API Gateway itself answers a preflight request. All APIs share one port here, so the API
 * is the one with a route for the request that the browser is about to send. Returns undefined when
 *
 * - the request is not a preflight: it names no origin or no method
 * - that API has no CORS configuration
 * - a route of that API takes OPTIONS, as `ANY` and `$default` do: then the request goes there, and to its authorizer
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 * https://github.com/anomalyco/sst/issues/5493
 *
 * @throws URIError for a malformed escape in the path
 */
export function preflightCors(
  routes: Route[],
  method: string,
  path: string,
  headers: IncomingHttpHeaders,
): CorsSettings | undefined {
  const announced = headers['access-control-request-method'];
  if (method !== 'OPTIONS' || headers.origin === undefined || announced === undefined) return undefined;
  const route = matchRoute(routes, announced, path)?.route;
  if (!route?.cors) return undefined;
  const ownRoutes = routes.filter(({ apiId }) => apiId === route.apiId);
  return matchRoute(ownRoutes, 'OPTIONS', path) ? undefined : route.cors;
}
