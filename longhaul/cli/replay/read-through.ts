import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsOptions } from '../../client/aws.ts';
import type { Service } from '../../engine/endpoint/index.ts';

export interface ReadThroughOptions {
  /** What `local` has a copy of: the keys of this bucket that begin so. Every request for them, and for the bucket itself, stays here. */
  bucket: string;
  prefix: string;
  local: Service;
  /** Where everything else is. */
  origin: AwsOptions;
}

/** What a reader says of the object that it wants; all else is its client's own. */
const PASSED_ON = ['range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];
/** Of the answer: the connection's own. */
const NOT_PASSED_BACK = ['connection', 'keep-alive', 'transfer-encoding'];

/**
 * An S3 in which an execution's artifacts are a copy and all else is the real one, to be read only: what a job that is replayed writes
 * stays on this machine. The event of one that comes after another may be that one's result, among artifacts beside its own.
 */
export function readThrough({ bucket, prefix, local, origin }: ReadThroughOptions): Service {
  const ask = asker(origin);
  return {
    signingName: 's3',
    async handle(request, response) {
      const [, named = '', key = ''] = /^\/([^/?]*)\/?([^?]*)/.exec(request.url ?? '') ?? [];
      if (named === bucket && (key === '' || decodeURIComponent(key).startsWith(prefix))) {
        return local.handle(request, response);
      }
      request.resume();
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        const text = `${request.method} in the bucket ${named} is refused: a replay writes nothing but its own artifacts.`;
        response.writeHead(403, { 'content-type': 'application/xml' });
        response.end(`<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>${text}</Message></Error>`);
        return;
      }
      const answer = await ask(request);
      const headers = Object.entries(answer.headers).filter(([name]) => !NOT_PASSED_BACK.includes(name));
      response.writeHead(answer.statusCode ?? 502, Object.fromEntries(headers));
      // Whoever went away in the middle of an object has read enough of it.
      await pipeline(answer, response).catch(() => {});
    },
  };
}

/** Sends a read on, signed with the credentials of whoever replays. */
function asker({
  region,
  profile,
  credentials,
  endpoint,
}: AwsOptions): (request: IncomingMessage) => Promise<IncomingMessage> {
  const { config } = new S3Client({
    ...(region && { region }),
    ...(profile && { profile }),
    ...(credentials && { credentials }),
  });
  const signature = new SignatureV4({
    service: 's3',
    region: config.region,
    credentials: config.credentials,
    sha256: config.sha256,
    uriEscapePath: false, // S3 signs the path as it is sent
  });
  return async ({ method = 'GET', url = '/', headers: given }) => {
    const base = new URL(String(endpoint ?? `https://s3.${await config.region()}.amazonaws.com`));
    const [path = '/', search = ''] = url.split('?');
    const query = Object.fromEntries(new URLSearchParams(search));
    const signed = await signature.sign({
      method,
      protocol: base.protocol,
      hostname: base.hostname,
      ...(base.port && { port: Number(base.port) }),
      path,
      query,
      headers: {
        host: base.host,
        // The hash of an empty body need not be computed.
        'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
        ...Object.fromEntries(
          PASSED_ON.flatMap((name) => (given[name] === undefined ? [] : [[name, String(given[name])]])),
        ),
      },
    });
    const { request } = base.protocol === 'https:' ? https : http;
    const { hostname, port } = base;
    // The path as it came, which a URL parser might tidy; the bytes as they are stored.
    return new Promise((resolve, reject) => {
      request({ hostname, port, path: url, method, headers: signed.headers }, resolve).on('error', reject).end();
    });
  };
}
