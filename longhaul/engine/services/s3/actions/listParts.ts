import { checksumElements, quoted } from '../description.ts';
import { owner } from '../listing-elements.ts';
import { integer, type S3Reply, type S3Request } from '../request.ts';
import { writeXml, type Xml } from '../xml.ts';

export function listParts(request: S3Request): S3Reply {
  const { store, bucket, key, query } = request;
  const upload = store.uploads.require(bucket, key, query.get('uploadId') ?? '');
  const after = integer(request, 'part-number-marker', 0, 2 ** 31 - 1, 0);
  const limit = Math.min(integer(request, 'max-parts', 0, 2 ** 31 - 1, 1000), 1000);
  const following = store.uploads.parts(upload).filter(({ number }) => number > after);
  const page = following.slice(0, limit);
  const isTruncated = limit > 0 && following.length > limit;
  const body = writeXml('ListPartsResult', {
    Bucket: bucket,
    Key: key,
    UploadId: upload.id,
    Initiator: owner,
    Owner: owner,
    StorageClass: upload.headers['x-amz-storage-class'] ?? 'STANDARD',
    PartNumberMarker: after,
    NextPartNumberMarker: isTruncated ? page.at(-1)!.number : undefined,
    MaxParts: limit,
    IsTruncated: isTruncated,
    ChecksumAlgorithm: upload.algorithm,
    ChecksumType: upload.checksumType,
    Part: page.map(({ number, eTag, modified, segment, checksum }): Xml => {
      const { ChecksumType: _, ...value } = checksumElements(checksum);
      return {
        PartNumber: number,
        LastModified: new Date(modified),
        ETag: quoted(eTag),
        Size: segment.size,
        ...value,
      };
    }),
  });
  return { body };
}
