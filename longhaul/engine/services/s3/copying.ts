import { createHash } from 'node:crypto';
import type { Segment } from './body-files.ts';
import { type Checksum, type ChecksumAlgorithm, newDigest } from './checksum.ts';
import { judgeRead } from './conditions.ts';
import { s3Error } from './errors.ts';
import type { ObjectStore } from './object-store.ts';
import type { Span } from './range.ts';
import type { ObjectRecord } from './records.ts';
import { copySource, header, type S3Request } from './request.ts';

/**
 * The object that `x-amz-copy-source` names, when the `x-amz-copy-source-if-…` conditions hold.
 *
 * @throws NoSuchBucket, NoSuchKey, PreconditionFailed
 */
export function findSource(request: S3Request): ObjectRecord {
  const { bucket, key } = copySource(request);
  const object = request.store.require(bucket, key);
  const condition = (name: string) => header(request, `x-amz-copy-source-if-${name}`);
  const verdict = judgeRead(object, {
    ifMatch: condition('match'),
    ifNoneMatch: condition('none-match'),
    ifModifiedSince: condition('modified-since'),
    ifUnmodifiedSince: condition('unmodified-since'),
  });
  // A copy knows no 304: a source that was not modified is a failed condition too.
  if (verdict !== 'go') throw s3Error('PreconditionFailed');
  return object;
}

/** A body of its own with the same bytes, or those in `span`. Bytes that need no new ETag or checksum are not moved. */
export async function copyBody(
  store: ObjectStore,
  source: ObjectRecord,
  algorithm: ChecksumAlgorithm | undefined,
  span?: Span,
): Promise<{ segment: Segment; eTag: string; checksum: Checksum | undefined }> {
  const [only, ...more] = source.segments;
  const isPlain = only && more.length === 0 && !source.eTag.includes('-') && !span;
  if (isPlain && source.checksum?.algorithm === algorithm) {
    return { segment: await store.files.duplicate(only), eTag: source.eTag, checksum: source.checksum };
  }
  const md5 = createHash('md5');
  const digest = algorithm && newDigest(algorithm);
  const { start, end } = span ?? { start: 0, end: source.size };
  const bytes = store.files.open(source.segments, start, end);
  async function* hashed(): AsyncGenerator<Buffer> {
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      md5.update(chunk);
      digest?.update(chunk);
      yield chunk;
    }
  }
  const segment = await store.files.write(hashed());
  const value = digest && Buffer.from(await digest.digest()).toString('base64');
  const checksum = algorithm && value ? { algorithm, value, type: 'FULL_OBJECT' as const } : undefined;
  return { segment, eTag: md5.digest('hex'), checksum };
}
