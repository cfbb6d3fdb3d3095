import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { readAtMost } from '../endpoint/body.ts';
import { isFromElsewhere, listen } from '../endpoint/listen.ts';
import { createServer } from '../node-http.ts';
import { RESPONSE_LIMIT } from './limits.ts';

/** What a process is given to do. */
export interface Invocation {
  requestId: string;
  payload: Buffer;
  /** ARN as invoked. */
  arn: string;
  traceId: string;
  /** JSON text, of synchronous invocations only. */
  clientContext?: string;
}

/** What a process tells over the Runtime API. */
export interface RuntimeListener {
  /** It asks for work: initialized, or done with the last invocation. */
  next(): void;
  response(requestId: string, payload: Buffer, maxRssKb: number | undefined): void;
  error(requestId: string, payload: Buffer, maxRssKb: number | undefined): void;
  /** Its answer was larger than Lambda takes. */
  tooLarge(requestId: string): void;
  initError(payload: Buffer): void;
}

const PREFIX = '/2018-06-01/runtime/';

/**
 * The server's side of the Lambda Runtime API, a loopback port per process: any custom runtime finds it by
 * AWS_LAMBDA_RUNTIME_API, and who calls is known by where it calls.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi {
  /** `127.0.0.1:49152` */
  address = '';
  readonly #listener: RuntimeListener;
  readonly #server: Server;
  #waiting: ServerResponse | undefined;
  #current: string | undefined;

  constructor(listener: RuntimeListener) {
    this.#listener = listener;
    this.#server = createServer((request, response) => {
      this.#route(request, response).catch((error: Error) => {
        if (!response.headersSent) answer(response, 500, { errorType: 'InternalError', errorMessage: error.message });
      });
    });
    // Its client reuses the connection after a handler that computed for any time, and cannot see before that it was closed.
    this.#server.keepAliveTimeout = 0;
  }

  async start(): Promise<void> {
    this.address = `127.0.0.1:${await listen(this.#server, '127.0.0.1', 0)}`;
  }

  /** Hands an invocation to the process, which must be waiting in `next`. */
  deliver(invocation: Invocation, deadline: number): void {
    this.#current = invocation.requestId;
    this.#waiting?.writeHead(200, {
      'content-type': 'application/json',
      'content-length': invocation.payload.length,
      'lambda-runtime-aws-request-id': invocation.requestId,
      'lambda-runtime-deadline-ms': deadline,
      'lambda-runtime-invoked-function-arn': invocation.arn,
      'lambda-runtime-trace-id': invocation.traceId,
      ...(invocation.clientContext ? { 'lambda-runtime-client-context': invocation.clientContext } : {}),
    });
    this.#waiting?.end(invocation.payload);
    this.#waiting = undefined;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // No browser's page: what is handed out here is the event itself.
    if (request.headers.host !== this.address || isFromElsewhere(request.headers)) {
      return answer(response, 403, { errorType: 'Forbidden', errorMessage: `Only a function's process may call.` });
    }
    const path = request.url?.startsWith(PREFIX) ? request.url.slice(PREFIX.length) : '';
    if (request.method === 'GET' && path === 'invocation/next') {
      this.#waiting = response;
      return this.#listener.next();
    }
    const body = await readAtMost(request, RESPONSE_LIMIT);
    if (request.method === 'POST' && path === 'init/error') {
      answer(response, 202, { status: 'OK' });
      return this.#listener.initError(body ?? Buffer.alloc(0));
    }
    const [, requestId, kind] = /^invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (request.method !== 'POST' || !requestId) {
      return answer(response, 404, { errorType: 'InvalidPath', errorMessage: `${request.method} ${request.url}` });
    }
    if (requestId !== this.#current) {
      const errorMessage = `Invocation ${requestId} is not the one that runs (${this.#current ?? 'none'}).`;
      return answer(response, 400, { errorType: 'InvalidRequestID', errorMessage });
    }
    this.#current = undefined;
    const rss = Number(request.headers['longhaul-max-rss-kb']) || undefined;
    if (!body) {
      answer(response, 413, {
        errorType: 'RequestEntityTooLarge',
        errorMessage: `Exceeded maximum allowed payload size (${RESPONSE_LIMIT} bytes).`,
      });
      return this.#listener.tooLarge(requestId);
    }
    answer(response, 202, { status: 'OK' });
    this.#listener[kind as 'response' | 'error'](requestId, body, rss);
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
