import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readAtMost } from '../endpoint/body.ts';
import { isFromElsewhere, isLoopbackHost, listen, ServiceError } from '../endpoint/index.ts';
import type { Functions } from '../functions/index.ts';
import { requestTarget } from '../http-api/event.ts';
import { createServer } from '../node-http.ts';
import type { Resource, TemplateWarning } from '../template/model.ts';
import { type AlbAnswer, page, readAnswer } from './answer.ts';
import { albEvent } from './event.ts';
import { type Target, targetOf } from './target.ts';

/** Of a request to a function, in bytes (Application Load Balancers, "Lambda functions as targets", limits). */
const LARGEST_BODY = 1024 * 1024;

export interface LoadBalancer {
  /** `127.0.0.1:34567`: what the `DNSName` of a load balancer is here. */
  address: string;
  /** Serves the stack's listener from now on; ends when there is none. */
  serve(resources: Resource[], functions: Functions): TemplateWarning[];
  close(): Promise<void>;
}

/**
 * The listener of an Application Load Balancer with a Lambda function behind it, on a free port of its own. The stack's outputs
 * name the port, so it listens first and serves later.
 *
 * @param onNotice - what the user should be told
 */
export async function startLoadBalancer(onNotice: (text: string) => void): Promise<LoadBalancer> {
  let served: { target: Target; functions: Functions } | undefined;

  async function answer(request: IncomingMessage): Promise<AlbAnswer> {
    // On AWS only its network reaches it; here every page that is open in a browser would.
    if (!isLoopbackHost(request.headers.host) || isFromElsewhere(request.headers)) return page(403, 'Forbidden');
    if (!served) return page(503, 'Service Temporarily Unavailable');
    const { target, functions } = served;
    const body = await readAtMost(request, LARGEST_BODY);
    if (!body) return page(413, 'Request Entity Too Large');
    const seconds = Math.floor(Date.now() / 1000).toString(16);
    const event = albEvent(
      {
        method: request.method ?? 'GET',
        ...requestTarget(request.url),
        rawHeaders: request.rawHeaders,
        sourceIp: request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1',
        port,
        traceId: `Root=1-${seconds}-${randomBytes(12).toString('hex')}`,
        body,
      },
      target.targetGroupArn,
      target.multiValue,
    );
    try {
      const { payload, functionError } = await functions.invoke(
        target.functionName,
        JSON.stringify(event),
        'RequestResponse',
      );
      const found = functionError ? undefined : readAnswer(payload, target.multiValue);
      return found ?? page(502, 'Bad Gateway');
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return page(502, 'Bad Gateway');
    }
  }

  const server = createServer((request, response) => {
    answer(request).then(
      (found) => send(response, found),
      (error: Error) => {
        if (request.destroyed && !request.complete) return;
        onNotice(`${request.method} ${request.url}: ${error.stack ?? error.message}`);
        if (!response.headersSent) send(response, page(500, 'Internal Server Error'));
      },
    );
  });
  const port = await listen(server, '127.0.0.1', 0);
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    address: `127.0.0.1:${port}`,
    serve(resources, functions) {
      const { target, warnings } = targetOf(resources);
      if (target) served = { target, functions };
      else void close();
      return warnings;
    },
    close,
  };
}

function send(response: ServerResponse, { status, reason, headers, body }: AlbAnswer): void {
  const bodiless = status === 204 || status === 304;
  const all = { ...headers, ...(!bodiless && { 'content-length': body.length }) };
  if (reason) response.writeHead(status, reason, all);
  else response.writeHead(status, all);
  response.end(bodiless ? undefined : body);
}
