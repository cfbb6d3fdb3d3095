import type { S3Reply, S3Request } from '../request.ts';

export function deleteObjectTagging({ store, bucket, key }: S3Request): S3Reply {
  store.setTags(store.require(bucket, key), {});
  return { status: 204 };
}
