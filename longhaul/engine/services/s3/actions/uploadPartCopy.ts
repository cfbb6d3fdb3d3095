import { copyBody, findSource } from '../copying.ts';
import { checksumElements, quoted } from '../description.ts';
import { s3Error } from '../errors.ts';
import { parseRange } from '../range.ts';
import { header, integer, type S3Reply, type S3Request } from '../request.ts';
import { writeXml } from '../xml.ts';

export async function uploadPartCopy(request: S3Request): Promise<S3Reply> {
  const { store, bucket, key, query } = request;
  const number = integer(request, 'partNumber', 1, 10_000);
  const upload = store.uploads.require(bucket, key, query.get('uploadId') ?? '');
  const source = findSource(request);
  const range = header(request, 'x-amz-copy-source-range');
  const span = parseRange(range, source.size);
  if (range !== undefined && (span === undefined || span === 'unsatisfiable' || !/^bytes=\d+-\d+$/.test(range))) {
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: range },
      `The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy, inside the source's ${source.size} bytes`,
    );
  }
  const part = await copyBody(store, source, upload.algorithm, span === 'unsatisfiable' ? undefined : span);
  const modified = Date.now();
  store.uploads.addPart(upload, { number, ...part, modified });
  const { ChecksumType: _, ...checksum } = checksumElements(part.checksum);
  const body = writeXml('CopyPartResult', { LastModified: new Date(modified), ETag: quoted(part.eTag), ...checksum });
  return { body };
}
