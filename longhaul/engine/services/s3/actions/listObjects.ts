import { contents, keyWriter } from '../listing-elements.ts';
import { integer, type S3Reply, type S3Request } from '../request.ts';
import { writeXml } from '../xml.ts';

/** The first version of the listing: paged by key, `NextMarker` given only with a delimiter. */
export function listObjects(request: S3Request): S3Reply {
  const { store, bucket, query } = request;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const after = query.get('marker') ?? '';
  const limit = integer(request, 'max-keys', 0, 2 ** 31 - 1, 1000);
  const key = keyWriter(request);

  const page = store.list(bucket, { prefix, delimiter, after, limit: Math.min(limit, 1000) });
  const body = writeXml('ListBucketResult', {
    Name: bucket,
    Prefix: key(prefix),
    Marker: key(after),
    NextMarker: page.truncated && delimiter !== '' ? key(page.last!) : undefined,
    Delimiter: delimiter === '' ? undefined : key(delimiter),
    MaxKeys: limit,
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: page.truncated,
    Contents: page.items.map((object) => contents(object, key, true)),
    CommonPrefixes: page.commonPrefixes.map((one) => ({ Prefix: key(one) })),
  });
  return { body };
}
