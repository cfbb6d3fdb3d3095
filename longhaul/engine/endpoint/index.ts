import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { alsoHttp2 } from './also-http2.ts';
import { isFromElsewhere, isLoopbackHost, listen } from './listen.ts';
import { refuseHost, refusePage, refuseService } from './refusal.ts';
import { serviceOf } from './routing.ts';
import type { Service } from './service.ts';

export { jsonService } from './json-service.ts';
export { FROM_ELSEWHERE, isFromElsewhere, isLoopbackHost, listen } from './listen.ts';
export { type Route, restJsonService } from './rest-json-service.ts';
export { type Action, type ActionRequest, Reply, type Service, ServiceError } from './service.ts';

export interface EndpointOptions {
  /** Default `127.0.0.1`. */
  host?: string;
  /** 0 finds a free one. */
  port: number;
  services: Service[];
}

export interface Endpoint {
  /** `http://127.0.0.1:4566` */
  url: string;
  port: number;
  /** Adds a service that needed the endpoint's URL first. */
  mount(service: Service): void;
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

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isLoopbackHost(request.headers.host)) return refuseHost(request, response);
    if (isFromElsewhere(request.headers)) return refusePage(request, response);
    const service = serviceOf(request, mounted);
    if (!service) return refuseService(request, response, mounted);
    await service.handle(request, response);
  }

  const handle = (request: IncomingMessage, response: ServerResponse) => {
    route(request, response).catch((error: unknown) => {
      // A client that went away in the middle of a body is its own business; everything else is a fault of ours.
      if (!request.socket.destroyed) console.error(`${request.method} ${request.url}:`, error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { 'content-type': 'text/plain' }).end(`The local engine failed: ${error}\n`);
    });
  };
  const server = createServer(handle);
  const endOthers = alsoHttp2(server, handle);
  // An upload of many gigabytes may take its time; an SDK keeps connections for longer than Node's 5 seconds.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 65_000;
  const actual = await listen(server, host, port);

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    port: actual,
    mount: (service) => void mounted.push(service),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        endOthers();
      }),
  };
}
