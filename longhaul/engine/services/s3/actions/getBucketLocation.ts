import type { S3Reply, S3Request } from '../request.ts';
import { writeXml } from '../xml.ts';

/** An empty constraint is us-east-1. */
export function getBucketLocation({ store, bucket }: S3Request): S3Reply {
  store.buckets.require(bucket);
  return { body: writeXml('LocationConstraint', '') };
}
