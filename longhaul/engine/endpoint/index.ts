import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from '../node-http.ts';
import { alsoHttp2 } from './also-http2.ts';
import { CONTAINER_HOST, isFromElsewhere, isLoopbackHost, listen } from './listen.ts';
import { refuse, refuseHost, refusePage, refuseService } from './refusal.ts';
import { serviceOf } from './routing.ts';
import { type Service, ServiceError } from './service.ts';

export { BODY_LIMIT } from './body.ts';
export { jsonService } from './json-service.ts';
export { CONTAINER_HOST, FROM_ELSEWHERE, isFromElsewhere, isLoopbackHost, listen } from './listen.ts';
export { isTooDeep } from './nesting.ts';
export { splitUrl } from './path.ts';
export { queryService } from './query-service.ts';
export { type Route, restJsonService } from './rest-json-service.ts';
export { accessKeyId } from './routing.ts';
export { type Action, type ActionRequest, Reply, type Service, ServiceError } from './service.ts';

export interface EndpointOptions {
  /** Default `127.0.0.1`. */
  host?: string;
  /** 0 finds a free one. */
  port: number;
  services: Service[];
}

export type Guard = (request: IncomingMessage, response: ServerResponse, service: Service) => Promise<void>;

export interface Endpoint {
  /** `http://127.0.0.1:4566` */
  url: string;
  port: number;
  /** Adds a service that needed the endpoint's URL first. */
  mount(service: Service): void;
  /** Looks at each request before its service does, and may refuse it with a `ServiceError`. */
  protect(guard: Guard): void;
  /**
   * Listens on another address of this machine as well, on the same port.
   * @returns the URL under that address
   */
  alsoListen(address: string): Promise<string>;
  /** Stops listening and cuts what is still under way. */
  close(): Promise<void>;
}

/**
 * One HTTP server for all services, as `AWS_ENDPOINT_URL` expects: the AWS SDKs, the AWS CLI and boto3 send everything
 * here, and the credential scope of the signature says which service is meant.
 *
 * @throws Error that says what to do, when the port is taken
 */
export async function startEndpoint({ host = '127.0.0.1', port, services }: EndpointOptions): Promise<Endpoint> {
  const mounted = [...services];
  /** Besides the names of loopback, what a Host header may hold before its port. */
  const hosts = new Set([CONTAINER_HOST]);
  const closers: (() => Promise<void>)[] = [];
  let guard: Guard | undefined;

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host } = request.headers;
    const isOwn = isLoopbackHost(host) || hosts.has(host?.replace(/:\d+$/, '').toLowerCase() ?? '');
    if (!isOwn) return refuseHost(request, response);
    if (isFromElsewhere(request.headers)) return refusePage(request, response);
    const service = serviceOf(request, mounted);
    if (!service) return refuseService(request, response, mounted);
    await guard?.(request, response, service);
    await service.handle(request, response);
  }

  const handle = (request: IncomingMessage, response: ServerResponse) => {
    route(request, response).catch((error: unknown) => {
      if (error instanceof ServiceError && !response.headersSent) return refuse(request, response, error);
      // A client that went away in the middle of a body is its own business; everything else is a fault of ours.
      if (!request.socket.destroyed) console.error(`${request.method} ${request.url}:`, error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { 'content-type': 'text/plain' }).end(`The local engine failed: ${error}\n`);
    });
  };

  async function serve(address: string, wanted: number): Promise<number> {
    const server = createServer(handle);
    const endOthers = alsoHttp2(server, handle);
    // An upload of many gigabytes may take its time.
    server.requestTimeout = 0;
    // A function or job that computes without a pause cannot see that its idle connection was closed, and reuses it.
    server.keepAliveTimeout = 0;
    const actual = await listen(server, address, wanted);
    closers.push(
      () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
          endOthers();
        }),
    );
    return actual;
  }
  const actual = await serve(host, port);

  return {
    url: `http://${inUrl(host)}:${actual}`,
    port: actual,
    mount: (service) => void mounted.push(service),
    protect(given) {
      guard = given;
    },
    async alsoListen(address) {
      await serve(address, actual);
      hosts.add(inUrl(address));
      return `http://${inUrl(address)}:${actual}`;
    },
    async close() {
      await Promise.all(closers.map((closer) => closer()));
    },
  };
}

const inUrl = (address: string) => (address.includes(':') ? `[${address}]` : address);
