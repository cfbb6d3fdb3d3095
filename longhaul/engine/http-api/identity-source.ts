/** The event of payload format 2.0, as far as an authorizer's identity can come from it. */
export interface RequestEvent {
  routeKey: string;
  headers: Record<string, string>;
  queryStringParameters?: Record<string, string>;
  requestContext: Record<string, unknown>;
}

/**
 * What a selection expression finds in a request; undefined when there is nothing or it is empty.
 * `$request.header.NAME` (in any case), `$request.querystring.NAME`, `$context.NAME`; stage variables there are none.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html#http-api-lambda-authorizer.identity-sources
 */
export function identityAt(expression: string, event: RequestEvent): string | undefined {
  const [, place, name = ''] = /^\$(request\.header|request\.querystring|context)\.(.+)$/.exec(expression) ?? [];
  const value =
    place === 'request.header'
      ? event.headers[name.toLowerCase()]
      : place === 'request.querystring'
        ? event.queryStringParameters?.[name]
        : place === 'context'
          ? contextValue(name, event.requestContext)
          : undefined;
  return value === undefined || value === null || value === '' ? undefined : String(value);
}

/** `$context.routeKey`, `$context.http.method`, `$context.identity.sourceIp` */
function contextValue(name: string, context: Record<string, unknown>): unknown {
  const path = name === 'identity.sourceIp' ? 'http.sourceIp' : name === 'httpMethod' ? 'http.method' : name;
  return path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], context);
}
