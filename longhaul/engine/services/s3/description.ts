import type { Checksum } from './checksum.ts';
import { checksumHeader } from './checksum.ts';
import { s3Error } from './errors.ts';
import type { ObjectDescription, ObjectRecord } from './records.ts';
import { header, type S3Request } from './request.ts';

/** System metadata that is stored and given back as it came. */
const systemHeaders = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
];

/** What the local S3 would have to do more for than store it: refused rather than ignored. */
const refused = /^x-amz-(server-side-encryption-customer-|copy-source-server-side-|object-lock-|write-offset-bytes)/;

/** User metadata, keys and values together. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
const metadataLimit = 2048;

/** What the headers of a PutObject, CopyObject or CreateMultipartUpload say of the object. */
export function describeObject(request: S3Request): ObjectDescription {
  const headers: Record<string, string> = {};
  const metadata: Record<string, string> = {};
  for (const name of Object.keys(request.headers)) {
    const value = header(request, name) ?? '';
    if (refused.test(name)) throw s3Error('NotImplemented', { Header: name });
    if (name.startsWith('x-amz-meta-')) metadata[name.slice('x-amz-meta-'.length)] = value;
    else if (systemHeaders.includes(name) && value !== '') headers[name] = value;
  }
  // aws-chunked is the framing of this upload and no property of the object.
  const encoding = headers['content-encoding']?.split(',').filter((one) => one.trim() !== 'aws-chunked');
  if (encoding?.length) headers['content-encoding'] = encoding.join(',').trim();
  else delete headers['content-encoding'];

  const size = Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (size > metadataLimit) throw s3Error('MetadataTooLarge', { Size: size, MaxSizeAllowed: metadataLimit });
  return { headers, metadata, tags: parseTags(header(request, 'x-amz-tagging')) };
}

function parseTags(tagging: string | undefined): Record<string, string> {
  return checkTags([...new URLSearchParams(tagging ?? '')]);
}

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
 *
 * @throws InvalidTag over 10 tags, 128 characters of key, 256 of value, or with a key twice
 */
export function checkTags(pairs: [key: string, value: string][]): Record<string, string> {
  const tags = Object.fromEntries(pairs);
  if (Object.keys(tags).length !== pairs.length) {
    throw s3Error('InvalidTag', {}, 'Cannot provide multiple Tags with the same key');
  }
  if (pairs.length > 10) throw s3Error('InvalidTag', {}, 'Object tags cannot be greater than 10');
  for (const [key, value] of pairs) {
    if (key.length < 1 || key.length > 128) throw s3Error('InvalidTag', { TagKey: key });
    if (value.length > 256) throw s3Error('InvalidTag', { TagValue: value });
  }
  return tags;
}

/** The headers that GetObject and HeadObject have in common. */
export function objectHeaders(object: ObjectRecord): Record<string, string | number | undefined> {
  const tags = Object.keys(object.tags).length;
  const headers: Record<string, string | number | undefined> = {
    'content-type': 'binary/octet-stream',
    ...object.headers,
    etag: quoted(object.eTag),
    'last-modified': new Date(object.modified).toUTCString(),
    'accept-ranges': 'bytes',
    'x-amz-tagging-count': tags || undefined,
  };
  for (const [name, value] of Object.entries(object.metadata)) headers[`x-amz-meta-${name}`] = value;
  return headers;
}

/** `x-amz-checksum-crc32: …` and `x-amz-checksum-type: …` */
export function checksumHeaders(checksum: Checksum | undefined): Record<string, string> {
  if (!checksum) return {};
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

/** `ChecksumCRC32` and `ChecksumType`, as elements. */
export function checksumElements(checksum: Checksum | undefined): Record<string, string> {
  if (!checksum) return {};
  return { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type };
}

export const quoted = (eTag: string) => `"${eTag}"`;
