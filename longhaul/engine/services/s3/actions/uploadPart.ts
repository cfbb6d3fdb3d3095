import { checksumHeaders, quoted } from '../description.ts';
import { receiveFile } from '../receive.ts';
import { integer, type S3Reply, type S3Request } from '../request.ts';

export async function uploadPart(request: S3Request): Promise<S3Reply> {
  const { store, bucket, key, query } = request;
  const number = integer(request, 'partNumber', 1, 10_000, 0);
  const upload = store.uploads.require(bucket, key, query.get('uploadId') ?? '');
  const { segment, eTag, checksum } = await receiveFile(request, upload.algorithm);
  store.uploads.addPart(upload, { number, segment, eTag, modified: Date.now(), checksum });
  const { 'x-amz-checksum-type': _, ...headers } = checksumHeaders(checksum);
  return { headers: { etag: quoted(eTag), ...headers } };
}
