import { header, type S3Reply, type S3Request } from '../request.ts';

export function deleteObject(request: S3Request): S3Reply {
  const { store, bucket, key, requestId } = request;
  store.remove(bucket, key, requestId, header(request, 'if-match'));
  return { status: 204 };
}
