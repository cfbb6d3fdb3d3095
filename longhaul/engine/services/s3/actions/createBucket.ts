import { receiveText } from '../receive.ts';
import type { S3Reply, S3Request } from '../request.ts';

/** As in us-east-1, creating a bucket that one owns already is a success. A location constraint is accepted as it is. */
export async function createBucket(request: S3Request): Promise<S3Reply> {
  await receiveText(request);
  request.store.createBucket(request.bucket);
  return { headers: { location: `/${request.bucket}` } };
}
