import { judgeRead, type ReadConditions } from '../conditions.ts';
import { checksumHeaders, objectHeaders, quoted } from '../description.ts';
import { s3Error } from '../errors.ts';
import { parseRange, type Span } from '../range.ts';
import type { ObjectRecord } from '../records.ts';
import { header, integer, type S3Reply, type S3Request } from '../request.ts';

/** GetObject and, without the body, HeadObject. */
export function getObject(request: S3Request): S3Reply {
  const { store, bucket, key, query } = request;
  const object = store.require(bucket, key);
  const version = query.get('versionId') ?? 'null';
  if (version !== 'null') throw s3Error('NoSuchVersion', { Key: key, VersionId: version });

  const verdict = judgeRead(object, readConditions(request));
  if (verdict === 'failed') throw s3Error('PreconditionFailed');
  const headers = { ...objectHeaders(object), ...overrides(query) };
  if (verdict === 'not-modified') {
    return { status: 304, headers: { etag: quoted(object.eTag), 'last-modified': headers['last-modified'] } };
  }

  const partNumber = integer(request, 'partNumber', 1, 10_000, 0);
  const span = partNumber ? partSpan(object, partNumber) : rangeSpan(request, object);
  const { start, end } = span ?? { start: 0, end: object.size };
  headers['content-length'] = end - start;
  if (span) headers['content-range'] = `bytes ${start}-${end - 1}/${object.size}`;
  if (partNumber) headers['x-amz-mp-parts-count'] = isMultipart(object) ? object.segments.length : undefined;
  if (!span && header(request, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED') {
    Object.assign(headers, checksumHeaders(object.checksum));
  }

  const status = span ? 206 : 200;
  return request.method === 'HEAD' ? { status, headers } : { status, headers, body: store.read(object, start, end) };
}

function readConditions(request: S3Request): ReadConditions {
  return {
    ifMatch: header(request, 'if-match'),
    ifNoneMatch: header(request, 'if-none-match'),
    ifModifiedSince: header(request, 'if-modified-since'),
    ifUnmodifiedSince: header(request, 'if-unmodified-since'),
  };
}

/** `response-content-type=…` in the query string replaces the header in the answer. */
function overrides(query: URLSearchParams): Record<string, string> {
  const names = ['type', 'language', 'disposition', 'encoding'].map((name) => `content-${name}`);
  const replaced = ['expires', 'cache-control', ...names].flatMap((name) => {
    const value = query.get(`response-${name}`);
    return value === null ? [] : [[name, value]];
  });
  return Object.fromEntries(replaced);
}

function rangeSpan(request: S3Request, { size }: ObjectRecord): Span | undefined {
  const range = header(request, 'range');
  const span = parseRange(range, size);
  if (span !== 'unsatisfiable') return span;
  throw s3Error('InvalidRange', { RangeRequested: range ?? '', ActualObjectSize: size });
}

/** A part of an object that was not uploaded in parts is the whole of it, and is its part 1. */
function partSpan(object: ObjectRecord, number: number): Span | undefined {
  const part = object.segments[number - 1];
  if (!part)
    throw s3Error('InvalidPartNumber', { PartNumberRequested: number, ActualPartCount: object.segments.length });
  if (part.size === 0) return undefined;
  const start = object.segments.slice(0, number - 1).reduce((sum, { size }) => sum + size, 0);
  return { start, end: start + part.size };
}

const isMultipart = ({ eTag }: ObjectRecord) => eTag.includes('-');
