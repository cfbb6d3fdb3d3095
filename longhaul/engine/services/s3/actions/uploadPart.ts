import { checksumHeaders, quoted } from '../description.ts';
import { s3Error } from '../errors.ts';
import { declaredChecksum, receiveFile } from '../receive.ts';
import { integer, type S3Reply, type S3Request } from '../request.ts';

export async function uploadPart(request: S3Request): Promise<S3Reply> {
  const { store, bucket, key, query } = request;
  const number = integer(request, 'partNumber', 1, 10_000);
  const upload = store.uploads.require(bucket, key, query.get('uploadId') ?? '');
  const declared = declaredChecksum(request);
  if (upload.algorithm && declared && declared !== upload.algorithm) {
    const [expected, actual] = [upload.algorithm.toLowerCase(), declared.toLowerCase()];
    const message = `Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual checksum Type: ${actual}`;
    throw s3Error('InvalidRequest', {}, message);
  }
  const { segment, eTag, checksum } = await receiveFile(request, upload.algorithm);
  store.uploads.addPart(upload, { number, segment, eTag, modified: Date.now(), checksum });
  const { 'x-amz-checksum-type': _, ...headers } = checksumHeaders(checksum);
  return { headers: { etag: quoted(eTag), ...headers } };
}
