import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readAtMost } from '../endpoint/body.ts';
import { FROM_ELSEWHERE, isFromElsewhere, isLoopbackHost, listen } from '../endpoint/index.ts';
import type { Functions } from '../functions/index.ts';
import { createServer } from '../node-http.ts';
import type { Resource } from '../template/model.ts';
import { type Answer, message } from './answer.ts';
import { Authorizers } from './authorize.ts';
import { corsHeaders } from './cors.ts';
import { eventRequest, requestTarget } from './event.ts';
import { invokeRoute } from './invoke-route.ts';
import { type Match, matchRoute } from './match-route.ts';
import { preflightCors } from './preflight.ts';
import { type Route, routesOf } from './routes.ts';
import { Throttles } from './throttles.ts';

/** Something else beside the API on its port: the dashboard. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface HttpApiOptions {
  /** 0 finds a free one. */
  port: number;
  /** Default `127.0.0.1`. */
  host?: string;
  /** The command line option that chooses the port, for the error when it is taken. Default `--api-port`. */
  portOption?: string;
  /** What the user should be told. */
  onNotice?(text: string): void;
}

export interface HttpApi {
  /** `http://127.0.0.1:3000` */
  url: string;
  port: number;
  /** Serves the routes of these functions from now on; before, everything is answered 503. */
  serve(resources: Resource[], functions: Functions): void;
  /** Gives the paths below `prefix` (`/_longhaul`) to another handler, before any route. */
  mount(prefix: string, handler: Handler): void;
  close(): Promise<void>;
}

/** Bytes. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const BODY_LIMIT = 10 * 1024 * 1024;
const HEADER_LIMIT = 10_240;

/**
 * The stack's HTTP API on a port of its own: routes, events, answers and error texts as API Gateway has them. The stack's
 * outputs name the port, so it listens first and serves later.
 *
 * @throws Error that says what to do, when the port is taken
 */
export async function startHttpApi(options: HttpApiOptions): Promise<HttpApi> {
  const { host = '127.0.0.1', onNotice = () => {} } = options;
  const mounted: { prefix: string; handler: Handler }[] = [];
  const authorizers = new Authorizers();
  let served: { routes: Route[]; functions: Functions; throttles: Throttles } | undefined;
  let told = false;

  async function answer(request: IncomingMessage, requestId: string): Promise<Answer> {
    if (!served) return message(503, 'Service Unavailable');
    const { routes, functions, throttles } = served;
    if (lineAndHeaders(request) > HEADER_LIMIT) return message(431, 'Request Header Fields Too Large');
    const { method = '', headers } = request;
    const { path } = requestTarget(request.url);
    let match: Match | undefined;
    try {
      const preflight = preflightCors(routes, method, path, headers);
      if (preflight) return { status: 204, headers: corsHeaders(preflight, headers), body: Buffer.alloc(0) };
      match = matchRoute(routes, method, path);
    } catch {
      return message(400, 'Bad Request');
    }
    if (!match) return message(404, 'Not Found');
    if (!throttles.admits(match.route)) {
      request.resume();
      return message(429, 'Too Many Requests');
    }
    // On AWS a page from elsewhere could not sign its request; an API with a CORS configuration says itself which pages may call.
    if (match.route.authorization === 'AWS_IAM' && !match.route.cors && isFromElsewhere(headers)) {
      request.resume();
      return message(403, FROM_ELSEWHERE);
    }
    const body = await readAtMost(request, BODY_LIMIT);
    if (!body) return message(413, 'Request Entity Too Large');
    if (match.route.authorization === 'AWS_IAM' && !told) {
      told = true;
      const open = routes.filter(({ authorization }) => authorization === 'AWS_IAM').map(({ key }) => key);
      onNotice(
        `On AWS these routes ask for a signed request; here, on loopback, everybody is let in: ${open.join(', ')}`,
      );
    }
    const event = eventRequest(request, body, requestId, Date.now());
    const found = await invokeRoute(event, headers, match, functions, authorizers);
    if (!match.route.cors) return found;
    // The function's own CORS headers do not count once the API has a configuration. Refusals of an authorizer have CORS headers
    // too: https://github.com/aws/aws-sam-cli/issues/9087
    const own = Object.entries(found.headers).filter(([name]) => !name.startsWith('access-control-'));
    return { ...found, headers: { ...Object.fromEntries(own), ...corsHeaders(match.route.cors, headers) } };
  }

  const server = createServer((request, response) => {
    if (!isLoopbackHost(request.headers.host)) {
      request.resume();
      const text = `Host ${JSON.stringify(request.headers.host ?? '')} is refused: this API answers to 127.0.0.1, [::1], localhost and *.localhost only.`;
      return send(response, message(403, text));
    }
    const { path } = requestTarget(request.url);
    const other = mounted.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));
    if (other) return other.handler(request, response);
    // As on AWS: 11 bytes in base64.
    const requestId = randomBytes(11).toString('base64');
    answer(request, requestId).then(
      (found) => send(response, { ...found, headers: { ...found.headers, 'apigw-requestid': requestId } }),
      (error: Error) => {
        if (request.destroyed && !request.complete) return;
        onNotice(`${request.method} ${request.url}: ${error.stack ?? error.message}`);
        if (!response.headersSent) send(response, message(500, 'Internal Server Error'));
      },
    );
  });
  const port = await listen(server, host, options.port, options.portOption ?? '--api-port');

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    serve(resources, functions) {
      served = { routes: routesOf(resources), functions, throttles: new Throttles(resources) };
    },
    mount: (prefix, handler) => void mounted.push({ prefix, handler }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const bodiless = status === 204 || status === 304;
  response.writeHead(status, { ...headers, ...(!bodiless && { 'content-length': body.length }) });
  response.end(bodiless ? undefined : body);
}

function lineAndHeaders(request: IncomingMessage): number {
  const line = (request.method ?? '').length + (request.url ?? '').length;
  return request.rawHeaders.reduce((sum, text) => sum + text.length, line);
}
