import { quoted } from './description.ts';
import { s3Error } from './errors.ts';
import type { ObjectRecord } from './records.ts';
import type { S3Request } from './request.ts';
import type { Xml } from './xml.ts';

/** Writes a key into a listing: as it is, or percent-encoded with `encoding-type=url`. */
export type KeyWriter = (key: string) => string;

/** XML 1.0 cannot hold every character that a key can, so the SDKs ask for `encoding-type=url` and decode. */
export function keyWriter({ query }: S3Request): KeyWriter {
  const encoding = query.get('encoding-type');
  if (encoding === null) return (key) => key;
  if (encoding !== 'url') {
    const details = { ArgumentName: 'encoding-type', ArgumentValue: encoding };
    throw s3Error('InvalidArgument', details, 'Invalid Encoding Method specified in Request');
  }
  return (key) => encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
}

export function contents(object: ObjectRecord, key: KeyWriter, withOwner: boolean): Xml {
  return {
    Key: key(object.key),
    LastModified: new Date(object.modified),
    ETag: quoted(object.eTag),
    ChecksumAlgorithm: object.checksum?.algorithm,
    ChecksumType: object.checksum?.type,
    Size: object.size,
    Owner: withOwner ? owner : undefined,
    StorageClass: object.headers['x-amz-storage-class'] ?? 'STANDARD',
  };
}

export const owner = { ID: '000000000000', DisplayName: 'longhaul' };
