import { list, precedes } from '../listing.ts';
import { keyWriter, owner } from '../listing-elements.ts';
import { integer, type S3Reply, type S3Request } from '../request.ts';
import { writeXml } from '../xml.ts';

export function listMultipartUploads(request: S3Request): S3Reply {
  const { store, bucket, query } = request;
  store.buckets.require(bucket);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  const limit = Math.min(integer(request, 'max-uploads', 1, 2 ** 31 - 1, 1000), 1000);
  const key = keyWriter(request);

  const uploads = store.uploads.list(bucket).filter((upload) => upload.key.startsWith(prefix));
  const marked = uploads.findIndex((upload) => upload.key === keyMarker && upload.id === idMarker);
  const isBehind = (index: number, one: string, after: string) =>
    precedes(after, one) || (one === keyMarker && one === after && marked >= 0 && index > marked);
  const page = list((after) => uploads.filter((upload, index) => isBehind(index, upload.key, after)), {
    prefix,
    delimiter,
    after: keyMarker,
    limit,
  });
  const body = writeXml('ListMultipartUploadsResult', {
    Bucket: bucket,
    KeyMarker: key(keyMarker),
    UploadIdMarker: idMarker,
    NextKeyMarker: page.truncated ? key(page.last!) : undefined,
    NextUploadIdMarker: page.truncated ? page.items.findLast((upload) => upload.key === page.last)?.id : undefined,
    Prefix: key(prefix),
    Delimiter: delimiter === '' ? undefined : key(delimiter),
    MaxUploads: limit,
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: page.truncated,
    Upload: page.items.map((upload) => ({
      Key: key(upload.key),
      UploadId: upload.id,
      Initiator: owner,
      Owner: owner,
      StorageClass: upload.headers['x-amz-storage-class'] ?? 'STANDARD',
      Initiated: new Date(upload.initiated),
      ChecksumAlgorithm: upload.algorithm,
      ChecksumType: upload.checksumType,
    })),
    CommonPrefixes: page.commonPrefixes.map((one) => ({ Prefix: key(one) })),
  });
  return { body };
}
