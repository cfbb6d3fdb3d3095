import { algorithmNamed } from '../checksum.ts';
import { copyBody, findSource } from '../copying.ts';
import { checksumElements, describeObject, quoted } from '../description.ts';
import { s3Error } from '../errors.ts';
import type { ObjectDescription, ObjectRecord } from '../records.ts';
import { header, type S3Reply, type S3Request } from '../request.ts';
import { writeXml } from '../xml.ts';

export async function copyObject(request: S3Request): Promise<S3Reply> {
  const { store, bucket, key, requestId } = request;
  store.buckets.require(bucket);
  const source = findSource(request);
  const description = describeCopy(request, source);
  const algorithm = algorithmNamed(header(request, 'x-amz-checksum-algorithm')) ?? source.checksum?.algorithm;
  const { segment, eTag, checksum } = await copyBody(store, source, algorithm);
  const draft = { bucket, key, size: segment.size, eTag, ...description, checksum, segments: [segment] };
  const object = store.put(draft, {
    eventName: 'ObjectCreated:Copy',
    requestId,
    ifMatch: header(request, 'if-match'),
    ifNoneMatch: header(request, 'if-none-match'),
  });
  const body = writeXml('CopyObjectResult', {
    LastModified: new Date(object.modified),
    ETag: quoted(eTag),
    ...checksumElements(checksum),
  });
  return { body };
}

/** What the copy says of itself: what its source said, or what this request says, metadata and tags each for itself. */
function describeCopy(request: S3Request, source: ObjectRecord): ObjectDescription {
  const given = describeObject(request);
  const replaces = (name: string) => {
    const directive = header(request, name) ?? 'COPY';
    if (directive === 'COPY' || directive === 'REPLACE') return directive === 'REPLACE';
    throw s3Error('InvalidArgument', { ArgumentName: name, ArgumentValue: directive }, `Unknown ${name}.`);
  };
  const replacesMetadata = replaces('x-amz-metadata-directive');
  const replacesTags = replaces('x-amz-tagging-directive');
  const isSame = source.bucket === request.bucket && source.key === request.key;
  if (isSame && !replacesMetadata && !replacesTags && !given.headers['x-amz-storage-class']) {
    throw s3Error(
      'InvalidRequest',
      {},
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const { headers, metadata } = replacesMetadata ? given : source;
  return { headers, metadata, tags: replacesTags ? given.tags : source.tags };
}
