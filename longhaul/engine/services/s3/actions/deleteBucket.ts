import type { S3Reply, S3Request } from '../request.ts';

export function deleteBucket({ store, bucket }: S3Request): S3Reply {
  store.deleteBucket(bucket);
  return { status: 204 };
}
