import type { S3Reply, S3Request } from '../request.ts';

export function abortMultipartUpload({ store, bucket, key, query }: S3Request): S3Reply {
  store.uploads.abort(store.uploads.require(bucket, key, query.get('uploadId') ?? ''));
  return { status: 204 };
}
