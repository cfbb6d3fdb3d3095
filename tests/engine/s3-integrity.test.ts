import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeAwsChunked } from '../../longhaul/engine/services/s3/aws-chunked.ts';
import { LocalS3 } from './s3-fixture.ts';

const s3 = new LocalS3();
beforeEach(() => s3.start());
afterEach(() => s3.stop());

const at = { Bucket: 'bucket', Key: 'a' };
const algorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
/** Of "123456789", the customary check value. */
const checks = {
  MD5: '25f9e794323b453885f5181f1b624d0b',
  CRC32: 'cbf43926',
  CRC32C: 'e3069283',
  CRC64NVME: 'ae8b14860a799888',
  SHA1: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441',
  SHA256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
};

/** A PUT as it is on the wire. */
const put = (headers: Record<string, string>, body: string | Buffer) =>
  fetch(`${s3.endpoint.url}/bucket/a`, { method: 'PUT', headers, body: new Uint8Array(Buffer.from(body)) });
const refusal = async (response: Response) => [response.status, /<Code>(.*)<\/Code>/.exec(await response.text())?.[1]];

describe('integrity', () => {
  it.each([...algorithms, 'MD5'] as const)(
    'a %s that comes with the body is verified, kept and given back',
    async (algorithm) => {
      const name = `x-amz-checksum-${algorithm.toLowerCase()}`;
      const right = Buffer.from(checks[algorithm], 'hex').toString('base64');
      const wrong = Buffer.alloc(checks[algorithm].length / 2).toString('base64');
      expect(await refusal(await put({ [name]: wrong }, '123456789'))).toEqual([400, 'BadDigest']);
      await expect.poll(() => readdir(s3.bodies)).toEqual([]);
      const stored = await put({ [name]: right }, '123456789');
      expect([stored.status, stored.headers.get(name)]).toEqual([200, right]);
      const { Body, ...object } = await s3.client.send(new GetObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));
      expect(object).toMatchObject({ [`Checksum${algorithm}`]: right, ChecksumType: 'FULL_OBJECT' });
      expect(await Body!.transformToString()).toBe('123456789');
      expect(await s3.client.send(new HeadObjectCommand(at))).not.toHaveProperty(`Checksum${algorithm}`);
    },
  );

  it.each(algorithms)('a %s in the trailer of a streamed body is verified too', async (algorithm) => {
    const body = randomBytes(300_000);
    const chunks = [body.subarray(0, 70_000), body.subarray(70_000)];
    await s3.client.send(
      new PutObjectCommand({
        ...at,
        Body: Readable.from(chunks),
        ContentLength: body.length,
        ChecksumAlgorithm: algorithm,
        ContentEncoding: 'gzip',
      }),
    );
    const { Body, ContentEncoding, ...object } = await s3.client.send(
      new GetObjectCommand({ ...at, ChecksumMode: 'ENABLED' }),
    );
    expect(object).toHaveProperty(`Checksum${algorithm}`);
    expect(Buffer.from(await Body!.transformToByteArray()).equals(body)).toBe(true);
    expect(ContentEncoding).toBe('gzip');
  });

  const streamed = (trailer: string) => ({
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': '9',
    'x-amz-trailer': trailer,
  });

  it('a streamed body that is not what its trailer, its length or its framing says is refused', async () => {
    const send = async (body: string) =>
      refusal(await put(streamed('x-amz-checksum-crc32'), body.replaceAll('\n', '\r\n')));
    const right = Buffer.from(checks.CRC32, 'hex').toString('base64');
    expect(await send(`4\n1234\n5\n56789\n0\nx-amz-checksum-crc32:${right}\n\n`)).toEqual([200, undefined]);
    expect(await send(`9\n123456780\n0\nx-amz-checksum-crc32:${right}\n\n`)).toEqual([400, 'BadDigest']);
    expect(await send('9\n123456789\n0\n\n')).toEqual([400, 'IncompleteBody']);
    expect(await send(`4\n1234\n0\nx-amz-checksum-crc32:${right}\n\n`)).toEqual([400, 'IncompleteBody']);
    expect(await send('9\n123456789\n')).toEqual([400, 'IncompleteBody']);
    expect(await send('9\n123456789012\n0\n\n')).toEqual([400, 'IncompleteBody']);
    expect(await send('zz\n')).toEqual([400, 'IncompleteBody']);
    await expect.poll(() => readdir(s3.bodies)).toHaveLength(1);
  });

  it('Content-MD5 and the signed hash of the payload are verified', async () => {
    const md5 = (text: string) => createHash('md5').update(text).digest('base64');
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(await refusal(await put({ 'content-md5': md5('other') }, 'text'))).toEqual([400, 'BadDigest']);
    expect(await refusal(await put({ 'content-md5': 'nonsense' }, 'text'))).toEqual([400, 'InvalidDigest']);
    expect(await refusal(await put({ 'x-amz-content-sha256': sha256('other') }, 'text'))).toEqual([
      400,
      'XAmzContentSHA256Mismatch',
    ]);
    const right = { 'content-md5': md5('text'), 'x-amz-content-sha256': sha256('text') };
    expect((await put(right, 'text')).status).toBe(200);
  });

  it('a checksum that the local S3 cannot compute is refused rather than believed', async () => {
    const header = { 'x-amz-checksum-xxhash3': 'AAAAAAAAAAA=' };
    expect(await refusal(await put(header, 'text'))).toEqual([501, 'NotImplemented']);
    expect(await refusal(await put(streamed('x-amz-checksum-xxhash3'), '9\r\n123456789\r\n0\r\n\r\n'))).toEqual([
      501,
      'NotImplemented',
    ]);
  });

  it('an encryption with a key of the customer is refused rather than ignored', async () => {
    const headers = { 'x-amz-server-side-encryption-customer-algorithm': 'AES256' };
    expect(await refusal(await put(headers, 'text'))).toEqual([501, 'NotImplemented']);
  });
});

describe('the aws-chunked framing', () => {
  it('is decoded the same wherever the network cuts it', async () => {
    const framed = Buffer.from(
      '3;chunk-signature=ab\r\nab\n\r\n4\r\n\r\n\r\n\r\n0;chunk-signature=cd\r\nX-Amz-Checksum-CRC32: q==\r\nx-other:1\r\n\r\n',
    );
    for (let size = 1; size <= framed.length; size++) {
      const pieces = Array.from({ length: Math.ceil(framed.length / size) }, (_, index) =>
        framed.subarray(index * size, (index + 1) * size),
      );
      const trailers = new Map<string, string>();
      const decoded = await Readable.from(decodeAwsChunked(Readable.from(pieces), trailers)).toArray();
      expect(Buffer.concat(decoded).toString()).toBe('ab\n\r\n\r\n');
      expect([...trailers]).toEqual([
        ['x-amz-checksum-crc32', 'q=='],
        ['x-other', '1'],
      ]);
    }
  });
});
