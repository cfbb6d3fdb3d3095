import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { splitUrl } from '../../endpoint/path.ts';
import { s3Error } from './errors.ts';
import type { ObjectStore } from './object-store.ts';

/** A request as the actions see it. */
export interface S3Request {
  store: ObjectStore;
  http: IncomingMessage;
  method: string;
  /** '' when the request is for the service. */
  bucket: string;
  /** '' when the request is for a bucket. */
  key: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  requestId: string;
}

export interface S3Reply {
  /** Default 200. */
  status?: number;
  headers?: Record<string, string | number | undefined>;
  body?: string | Readable;
}

export type S3Action = (request: S3Request) => S3Reply | Promise<S3Reply>;

/** The value of a header that occurs once, or undefined. */
export function header(request: S3Request, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/**
 * A whole number from the query string.
 *
 * @param otherwise - what it is when it is not there; without, it must be
 * @throws InvalidArgument when it is not one from `least` to `most`
 */
export function integer(request: S3Request, name: string, least: number, most: number, otherwise?: number): number {
  const value = request.query.get(name) || undefined;
  if (value === undefined && otherwise !== undefined) return otherwise;
  const number = Number(value);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  const message = `${name} must be an integer between ${least} and ${most}, inclusive`;
  throw s3Error('InvalidArgument', { ArgumentName: name, ArgumentValue: value ?? '' }, message);
}

/**
 * Bucket and key of a request's path. The path is taken as it was sent: a key may hold `..`, `//` or a trailing slash,
 * which a URL parser would tidy away. `bucket.localhost` in the Host header stands for the bucket (virtual-hosted style).
 *
 * @throws InvalidURI when the percent-encoding cannot be decoded; KeyTooLongError over 1,024 bytes
 */
export function locate(http: IncomingMessage): { bucket: string; key: string; query: URLSearchParams } {
  const { path, query } = splitUrl(http);
  const host = http.headers.host ?? '';
  const named = /^([a-z0-9.-]+)\.localhost(:\d+)?$/i.exec(host)?.[1];
  const full = decode(named === undefined ? path.slice(1) : `${named}${path}`);
  const [bucket = '', key = ''] = split(full, '/');
  const size = Buffer.byteLength(key);
  if (size > 1024) throw s3Error('KeyTooLongError', { Size: size, MaxSizeAllowed: 1024 });
  return { bucket, key, query };
}

/** `bucket/key` of a copy's source, from `x-amz-copy-source`. */
export function copySource(request: S3Request): { bucket: string; key: string } {
  const [path = '', search = ''] = split(header(request, 'x-amz-copy-source') ?? '', '?versionId=');
  const [bucket = '', key = ''] = split(decode(path).replace(/^\//, ''), '/');
  if (!bucket || !key) {
    throw s3Error('InvalidArgument', {}, 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  }
  if (search && search !== 'null') throw s3Error('NoSuchVersion', { Key: key, VersionId: search });
  return { bucket, key };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw s3Error('InvalidURI', { URI: path });
  }
}

function split(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
