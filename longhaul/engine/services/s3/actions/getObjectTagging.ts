import type { S3Reply, S3Request } from '../request.ts';
import { writeXml } from '../xml.ts';

/** The AWS CLI asks for the tags of a large object that it copies from bucket to bucket. */
export function getObjectTagging({ store, bucket, key }: S3Request): S3Reply {
  const { tags } = store.require(bucket, key);
  const Tag = Object.entries(tags).map(([name, value]) => ({ Key: name, Value: value }));
  return { body: writeXml('Tagging', { TagSet: { Tag } }) };
}
