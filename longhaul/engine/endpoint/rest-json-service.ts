import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseObject, readBody, stringify } from './body.ts';
import { asServiceError } from './failure.ts';
import { matchPath, splitUrl } from './path.ts';
import { type Action, Reply, type Service, ServiceError } from './service.ts';

/**
 * `[method, path, action]`, with `{name}` for one path segment and `{name+}` for the rest of the path. With `'blob'`
 * the body is the payload itself: not parsed, found in the action's second argument.
 */
export type Route = [method: string, path: string, action: Action, body?: 'json' | 'blob'];

/**
 * A service of the restJson1 protocol: the action named by method and path, its input put together from body, query
 * string and path (the later wins; a repeated query parameter is a list), errors by the header `x-amzn-errortype`.
 * https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
 */
export function restJsonService(signingName: string, routes: Route[]): Service {
  async function answer(request: IncomingMessage, requestId: string): Promise<Reply> {
    const body = await readBody(request);
    const { path, query } = splitUrl(request);
    for (const [method, pattern, action, kind] of routes) {
      const parameters = method === request.method ? matchPath(pattern, path) : undefined;
      if (!parameters) continue;
      const input = { ...(kind === 'blob' ? {} : parseObject(body)), ...queryMembers(query), ...parameters };
      const output = await action(input, { headers: request.headers, body, requestId });
      return output instanceof Reply ? output : new Reply(200, {}, stringify(output));
    }
    const known = routes.map(([method, pattern]) => `${method} ${pattern}`).join(', ');
    throw new ServiceError(
      'UnknownOperationException',
      `${signingName}: the local engine does not have ${request.method} ${path}. It has: ${known}.`,
      404,
    );
  }

  return {
    signingName,
    async handle(request: IncomingMessage, response: ServerResponse) {
      const requestId = randomUUID();
      const reply = await answer(request, requestId).catch((error: unknown) => {
        const { code, message, status, details } = asServiceError(error, signingName);
        return new Reply(status, { 'x-amzn-errortype': code }, stringify({ message, ...details }));
      });
      response.writeHead(reply.status, {
        'content-type': 'application/json',
        'x-amzn-requestid': requestId,
        ...reply.headers,
      });
      response.end(reply.body);
    },
  };
}

function queryMembers(query: URLSearchParams): Record<string, string | string[]> {
  const members: Record<string, string | string[]> = {};
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name);
    members[name] = values.length > 1 ? values : (values[0] ?? '');
  }
  return members;
}
