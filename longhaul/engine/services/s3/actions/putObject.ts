import { checksumHeaders, describeObject, quoted } from '../description.ts';
import { s3Error } from '../errors.ts';
import { receiveFile } from '../receive.ts';
import { header, type S3Reply, type S3Request } from '../request.ts';

export async function putObject(request: S3Request): Promise<S3Reply> {
  const { store, bucket, key, requestId } = request;
  store.buckets.require(bucket);
  const description = describeObject(request);
  const ifMatch = header(request, 'if-match');
  const ifNoneMatch = header(request, 'if-none-match');
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw s3Error('NotImplemented', { Header: 'If-None-Match', AdditionalMessage: 'only * is accepted' });
  }

  let deleted = false;
  const unwatch = store.onEvent((event) => {
    if (event.eventName === 'ObjectRemoved:Delete' && event.bucket === bucket && event.key === key) deleted = true;
  });
  const { segment, eTag, checksum } = await receiveFile(request).finally(unwatch);
  // A delete that came between the beginning and the end of a creation: S3 asks the client to try again.
  if (deleted && ifNoneMatch !== undefined) {
    store.files.remove([segment]);
    throw s3Error('ConditionalRequestConflict', { Condition: 'If-None-Match', Key: key });
  }

  const draft = { bucket, key, size: segment.size, eTag, ...description, checksum, segments: [segment] };
  store.put(draft, { eventName: 'ObjectCreated:Put', requestId, ifMatch, ifNoneMatch });
  return { headers: { etag: quoted(eTag), ...checksumHeaders(checksum) } };
}
