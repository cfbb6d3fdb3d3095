import type { S3Reply, S3Request } from '../request.ts';

export function headBucket({ store, bucket }: S3Request): S3Reply {
  store.buckets.require(bucket);
  return { headers: { 'x-amz-bucket-region': 'us-east-1', 'x-amz-access-point-alias': 'false' } };
}
