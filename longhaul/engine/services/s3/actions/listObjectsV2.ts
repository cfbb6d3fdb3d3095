import { s3Error } from '../errors.ts';
import { contents, type KeyWriter, keyWriter } from '../listing-elements.ts';
import { integer, type S3Reply, type S3Request } from '../request.ts';
import { writeXml } from '../xml.ts';

export function listObjectsV2(request: S3Request): S3Reply {
  const { store, bucket, query } = request;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const startAfter = query.get('start-after') ?? undefined;
  const token = query.get('continuation-token') ?? undefined;
  const limit = integer(request, 'max-keys', 0, 2 ** 31 - 1, 1000);
  const key: KeyWriter = keyWriter(request);

  const after = token === undefined ? (startAfter ?? '') : fromToken(token);
  const page = store.list(bucket, { prefix, delimiter, after, limit: Math.min(limit, 1000) });
  const body = writeXml('ListBucketResult', {
    Name: bucket,
    Prefix: key(prefix),
    Delimiter: delimiter === '' ? undefined : key(delimiter),
    MaxKeys: limit,
    EncodingType: query.get('encoding-type') ?? undefined,
    KeyCount: page.items.length + page.commonPrefixes.length,
    IsTruncated: page.truncated,
    ContinuationToken: token,
    NextContinuationToken: page.truncated ? toToken(page.last!) : undefined,
    StartAfter: startAfter === undefined ? undefined : key(startAfter),
    Contents: page.items.map((object) => contents(object, key, query.get('fetch-owner') === 'true')),
    CommonPrefixes: page.commonPrefixes.map((one) => ({ Prefix: key(one) })),
  });
  return { body };
}

const toToken = (last: string) => Buffer.from(`1${last}`).toString('base64url');

function fromToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (text.startsWith('1')) return text.slice(1);
  throw s3Error(
    'InvalidArgument',
    { ArgumentName: 'continuation-token' },
    'The continuation token provided is incorrect',
  );
}
