import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type Service, ServiceError } from '../../endpoint/service.ts';
import { s3Error } from './errors.ts';
import type { ObjectStore } from './object-store.ts';
import { locate, type S3Reply, type S3Request } from './request.ts';
import { s3Rights, s3RightsAfter } from './rights.ts';
import { findAction } from './routes.ts';
import { writeXml } from './xml.ts';

/** Amazon S3 over HTTP, path-style and virtual-hosted (`bucket.localhost`), as far as its routes go. */
export function s3Service(store: ObjectStore): Service {
  return {
    signingName: 's3',
    rights: s3Rights,
    rightsAfter: s3RightsAfter,
    async handle(http, response) {
      const requestId = randomBytes(8).toString('hex').toUpperCase();
      const reply = await run(store, http, requestId).catch((error: unknown) => refusal(http, requestId, error));
      await send(http, response, requestId, reply);
    },
  };
}

async function run(store: ObjectStore, http: IncomingMessage, requestId: string): Promise<S3Reply> {
  const { headers, method = 'GET' } = http;
  const request: S3Request = { store, http, method, headers, requestId, ...locate(http) };
  return findAction(request)(request);
}

function refusal(http: IncomingMessage, requestId: string, error: unknown): S3Reply {
  // The client went away in the middle of its body: nobody reads the answer, and it is no fault of the engine.
  if (!(error instanceof ServiceError) && !http.socket.destroyed) {
    console.error(`s3: ${http.method} ${http.url} failed:`, error);
  }
  const known =
    error instanceof ServiceError ? error : s3Error('InternalError', {}, `The local S3 failed: ${String(error)}`);
  const { code, message, status, details } = known;
  const Resource = http.url?.split('?')[0];
  const content = {
    Code: code,
    Message: message,
    ...(details as Record<string, string>),
    Resource,
    RequestId: requestId,
  };
  return { status, body: writeXml('Error', content, false) };
}

async function send(http: IncomingMessage, response: ServerResponse, requestId: string, reply: S3Reply): Promise<void> {
  const { status = 200, body = '' } = reply;
  const headers = Object.entries({ 'x-amz-request-id': requestId, 'x-amz-id-2': requestId, ...reply.headers });
  for (const [name, value] of headers) if (value !== undefined) response.setHeader(name, value);
  if (typeof body === 'string' && body !== '') response.setHeader('content-type', 'application/xml');
  // Clients read the answer only after they sent their whole body, also one that was refused early.
  http.resume();
  response.statusCode = status;
  if (typeof body === 'string') {
    response.end(http.method === 'HEAD' ? undefined : body);
    return;
  }
  // A reader that has enough (an aborted download) ends the pipeline early; that is no error.
  await pipeline(body, response).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}
