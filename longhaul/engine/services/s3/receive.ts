import { createHash, type Hash } from 'node:crypto';
import { decodeAwsChunked } from './aws-chunked.ts';
import type { Segment } from './body-files.ts';
import {
  algorithmNamed,
  type Checksum,
  type ChecksumAlgorithm,
  checksumAlgorithms,
  checksumHeader,
  type Digest,
  newDigest,
} from './checksum.ts';
import { s3Error } from './errors.ts';
import { header, type S3Request } from './request.ts';

/** The largest single PUT and the largest part. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const sizeLimit = 5 * 1024 ** 3;

/** What is known of a body once all of it was seen and found to be what its sender said. */
export interface Verified {
  /** MD5 in hex. */
  eTag: string;
  checksum: Checksum | undefined;
}

/**
 * A request's body, unframed, that is hashed while it passes.
 *
 * @param algorithm - the checksum to compute when the sender gives none
 */
function openBody(
  request: S3Request,
  algorithm?: ChecksumAlgorithm,
): { source: AsyncIterable<Buffer>; verify(): Promise<Verified> } {
  const trailers = new Map<string, string>();
  const declared = declaredChecksum(request);
  const used = declared ?? algorithm ?? algorithmNamed(header(request, 'x-amz-sdk-checksum-algorithm'));
  const md5 = createHash('md5');
  const sha256 = /^[0-9a-f]{64}$/i.test(header(request, 'x-amz-content-sha256') ?? '')
    ? createHash('sha256')
    : undefined;
  const digest = used && newDigest(used);
  const decodedLength = expectedLength(request);
  let length = 0;

  async function* source(): AsyncGenerator<Buffer> {
    // A refused body must not take the connection with it: the answer still goes over it.
    const raw: AsyncIterable<Buffer> = request.http.iterator({ destroyOnReturn: false });
    for await (const chunk of isAwsChunked(request) ? decodeAwsChunked(raw, trailers) : raw) {
      length += chunk.length;
      md5.update(chunk);
      sha256?.update(chunk);
      digest?.update(chunk);
      yield chunk;
    }
  }

  async function verify(): Promise<Verified> {
    if (decodedLength !== undefined && decodedLength !== length) {
      throw s3Error('IncompleteBody', { NumberBytesExpected: decodedLength, NumberBytesProvided: length });
    }
    const eTag = verifyMd5(request, md5);
    verifySha256(request, sha256);
    return { eTag, checksum: await verifyChecksum(request, used, digest, trailers) };
  }

  return { source: source(), verify };
}

/** Receives a body into a file; nothing of it is left when it is refused. */
export async function receiveFile(
  request: S3Request,
  algorithm?: ChecksumAlgorithm,
): Promise<Verified & { segment: Segment }> {
  const { files } = request.store;
  const body = openBody(request, algorithm);
  const segment = await files.write(body.source);
  try {
    return { segment, ...(await body.verify()) };
  } catch (error) {
    files.remove([segment]);
    throw error;
  }
}

/** Receives a document of at most `limit` bytes. */
export async function receiveText(request: S3Request, limit = 2 * 1024 * 1024): Promise<string> {
  const body = openBody(request);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body.source) {
    size += chunk.length;
    if (size > limit) throw s3Error('MalformedXML', {}, `The XML you provided is larger than ${limit} bytes.`);
    chunks.push(chunk);
  }
  await body.verify();
  return Buffer.concat(chunks).toString('utf8');
}

function isAwsChunked(request: S3Request): boolean {
  const encodings = header(request, 'content-encoding')?.split(',') ?? [];
  const isStreaming = header(request, 'x-amz-content-sha256')?.startsWith('STREAMING-') ?? false;
  return isStreaming || encodings.some((encoding) => encoding.trim() === 'aws-chunked');
}

/** Bytes of the body without its framing; undefined when only the framing knows. */
function expectedLength(request: S3Request): number | undefined {
  const decoded = header(request, 'x-amz-decoded-content-length');
  const plain = isAwsChunked(request) ? undefined : header(request, 'content-length');
  const length = decoded ?? plain;
  if (length === undefined && header(request, 'transfer-encoding') !== undefined) {
    throw s3Error('NotImplemented', { Header: 'Transfer-Encoding' });
  }
  if (Number(length) > sizeLimit) {
    throw s3Error('EntityTooLarge', { ProposedSize: Number(length), MaxSizeAllowed: sizeLimit });
  }
  return length === undefined ? undefined : Number(length);
}

/**
 * The algorithm of the checksum that comes with the body, in a header or in the trailer.
 *
 * @throws NotImplemented for one that cannot be verified here
 */
export function declaredChecksum(request: S3Request): ChecksumAlgorithm | undefined {
  const names = [...Object.keys(request.headers), header(request, 'x-amz-trailer')?.toLowerCase() ?? ''];
  const declared = names.find((name) => /^x-amz-checksum-(?!algorithm$|type$|mode$)/.test(name));
  const algorithm = checksumAlgorithms.find((one) => checksumHeader(one) === declared);
  if (declared !== undefined && !algorithm) throw s3Error('NotImplemented', { Header: declared });
  return algorithm;
}

async function verifyChecksum(
  request: S3Request,
  algorithm: ChecksumAlgorithm | undefined,
  digest: Digest | undefined,
  trailers: Map<string, string>,
): Promise<Checksum | undefined> {
  if (!algorithm || !digest) return undefined;
  const name = checksumHeader(algorithm);
  const given = header(request, name) ?? trailers.get(name);
  const value = Buffer.from(await digest.digest()).toString('base64');
  if (given === undefined && header(request, 'x-amz-trailer')?.toLowerCase() === name) {
    throw s3Error('IncompleteBody', {}, `The trailer ${name}, which x-amz-trailer announces, is not there.`);
  }
  if (given !== undefined && given !== value) {
    throw s3Error('BadDigest', {}, `The ${algorithm} you specified did not match the calculated checksum.`);
  }
  return { algorithm, value, type: 'FULL_OBJECT' };
}

function verifyMd5(request: S3Request, md5: Hash): string {
  const given = header(request, 'content-md5');
  const digest = md5.digest();
  if (given === undefined) return digest.toString('hex');
  const expected = Buffer.from(given, 'base64');
  if (expected.length !== 16) throw s3Error('InvalidDigest', { 'Content-MD5': given });
  if (!expected.equals(digest)) {
    const details = { ExpectedDigest: given, CalculatedDigest: digest.toString('base64') };
    throw s3Error('BadDigest', details, 'The Content-MD5 you specified did not match what we received.');
  }
  return digest.toString('hex');
}

function verifySha256(request: S3Request, sha256: Hash | undefined): void {
  if (!sha256) return;
  const given = header(request, 'x-amz-content-sha256')!.toLowerCase();
  const computed = sha256.digest('hex');
  if (given !== computed) {
    throw s3Error('XAmzContentSHA256Mismatch', {
      ClientComputedContentSHA256: given,
      S3ComputedContentSHA256: computed,
    });
  }
}
