import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalS3 } from './s3-fixture.ts';

const s3 = new LocalS3();
beforeEach(() => s3.start());
afterEach(() => s3.stop());

const Bucket = 'bucket';
const MB = 1024 * 1024;
const md5 = (data: Buffer) => createHash('md5').update(data).digest();

async function begin(Key: string, more: Partial<CreateMultipartUploadCommandInput> = {}) {
  const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
  const at = { Bucket, Key, UploadId };
  return {
    at,
    part: async (PartNumber: number, Body: Buffer) => {
      const { ChecksumAlgorithm } = more;
      const input = { ...at, PartNumber, Body, ChecksumAlgorithm };
      const { $metadata, ...part } = await s3.client.send(new UploadPartCommand(input));
      return { PartNumber, ...part };
    },
    complete: (Parts: object[], more: Partial<CompleteMultipartUploadCommandInput> = {}) =>
      s3.client.send(new CompleteMultipartUploadCommand({ ...at, MultipartUpload: { Parts }, ...more })),
  };
}
async function read(Key: string, more: object = {}) {
  const { Body, ...output } = await s3.client.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return { ...output, bytes: Buffer.from(await Body!.transformToByteArray()) };
}

describe('an upload in parts', () => {
  it('becomes one object with all its bytes, whatever the order in which the parts came', async () => {
    const parts = [randomBytes(5 * MB), randomBytes(5 * MB + 1), randomBytes(10)] as const;
    const upload = await begin('big.bin', { ContentType: 'text/csv', Metadata: { a: '1' } });
    const third = await upload.part(3, parts[2]);
    const first = await upload.part(1, parts[0]);
    const second = await upload.part(2, parts[1]);
    const { ETag, Location } = await upload.complete([first, second, third]);
    const digest = createHash('md5')
      .update(Buffer.concat(parts.map(md5)))
      .digest('hex');
    expect(ETag).toBe(`"${digest}-3"`);
    expect(Location).toBe(`${s3.endpoint.url}/bucket/big.bin`);
    const whole = Buffer.concat(parts);
    const object = await read('big.bin');
    expect(object.bytes.equals(whole)).toBe(true);
    expect(object).toMatchObject({ ETag, ContentType: 'text/csv', Metadata: { a: '1' } });

    const across = await read('big.bin', { Range: `bytes=${5 * MB - 3}-${10 * MB + 5}` });
    expect(across.bytes.equals(whole.subarray(5 * MB - 3, 10 * MB + 6))).toBe(true);
    const part = await read('big.bin', { PartNumber: 3 });
    expect(part.bytes.equals(parts[2])).toBe(true);
    expect(part).toMatchObject({ PartsCount: 3, ContentRange: `bytes ${10 * MB + 1}-${10 * MB + 10}/${whole.length}` });
    await expect(read('big.bin', { PartNumber: 4 })).rejects.toMatchObject({ name: 'InvalidPartNumber' });
  });

  it('is refused when the parts are not those that were uploaded', async () => {
    const upload = await begin('a');
    const small = await upload.part(1, Buffer.from('small'));
    const last = await upload.part(2, Buffer.from('last'));
    const other = { ...last, ETag: '"0123"' };
    await expect(upload.complete([last, small])).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(upload.complete([small, small])).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(upload.complete([other])).rejects.toMatchObject({ name: 'InvalidPart' });
    await expect(upload.complete([{ ...small, PartNumber: 9 }])).rejects.toMatchObject({ name: 'InvalidPart' });
    await expect(upload.complete([small, last])).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await expect(upload.complete([])).rejects.toMatchObject({ name: 'MalformedXML' });
    await expect(upload.part(10_001, Buffer.from('x'))).rejects.toMatchObject({ name: 'InvalidArgument' });
    await upload.complete([last]);
    expect((await read('a')).bytes.toString()).toBe('last');
    await expect(upload.complete([last])).rejects.toMatchObject({ name: 'NoSuchUpload' });
    await expect.poll(() => readdir(s3.bodies)).toHaveLength(1);
  });

  it('takes the last of the parts that were uploaded under one number', async () => {
    const upload = await begin('a');
    const stale = await upload.part(1, Buffer.from('stale'));
    const fresh = await upload.part(1, Buffer.from('fresh'));
    await expect(upload.complete([stale])).rejects.toMatchObject({ name: 'InvalidPart' });
    await upload.complete([fresh]);
    expect((await read('a')).bytes.toString()).toBe('fresh');
  });

  it('can be listed, continued after a restart, and aborted', async () => {
    const upload = await begin('kept/a');
    const other = await begin('other');
    await upload.part(1, randomBytes(5 * MB));
    await s3.restart();
    await upload.part(2, Buffer.from('end'));
    const { Uploads } = await s3.client.send(new ListMultipartUploadsCommand({ Bucket }));
    expect(Uploads!.map(({ Key, UploadId }) => [Key, UploadId])).toEqual([
      ['kept/a', upload.at.UploadId],
      ['other', other.at.UploadId],
    ]);
    const rolled = await s3.client.send(new ListMultipartUploadsCommand({ Bucket, Delimiter: '/' }));
    expect(rolled.CommonPrefixes).toEqual([{ Prefix: 'kept/' }]);
    const paged = await s3.client.send(new ListMultipartUploadsCommand({ Bucket, MaxUploads: 1 }));
    expect(paged).toMatchObject({ IsTruncated: true, NextKeyMarker: 'kept/a', NextUploadIdMarker: upload.at.UploadId });

    const { Parts } = await s3.client.send(new ListPartsCommand(upload.at));
    expect(Parts!.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 5 * MB],
      [2, 3],
    ]);
    const page = await s3.client.send(new ListPartsCommand({ ...upload.at, MaxParts: 1 }));
    expect(page).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '1' });
    await s3.client.send(new AbortMultipartUploadCommand(other.at));
    await expect(other.part(1, Buffer.from('x'))).rejects.toMatchObject({ name: 'NoSuchUpload' });
    await upload.complete(Parts!);
    expect((await read('kept/a')).bytes).toHaveLength(5 * MB + 3);
  });

  it('keeps the conditions of its completion', async () => {
    const upload = await begin('a', {});
    const part = await upload.part(1, Buffer.from('mine'));
    const { ETag } = await s3.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'theirs' }));
    await expect(upload.complete([part], { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(upload.complete([part], { IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect((await read('a')).bytes.toString()).toBe('theirs');
    await upload.complete([part], { IfMatch: ETag });
    expect((await read('a')).bytes.toString()).toBe('mine');
    const gone = await begin('b');
    const only = await gone.part(1, Buffer.from('x'));
    await expect(gone.complete([only], { IfMatch: ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
    await gone.complete([only], { IfNoneMatch: '*' });
  });

  it('takes parts of other objects', async () => {
    const source = randomBytes(6 * MB);
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'source', Body: source }));
    const upload = await begin('copy');
    const copy = async (PartNumber: number, CopySourceRange?: string) => {
      const input = { ...upload.at, PartNumber, CopySource: 'bucket/source', CopySourceRange };
      const { CopyPartResult } = await s3.client.send(new UploadPartCopyCommand(input));
      return { ...CopyPartResult, PartNumber };
    };
    await upload.complete([await copy(1), await copy(2, 'bytes=10-19')]);
    const { bytes } = await read('copy');
    expect(bytes.equals(Buffer.concat([source, source.subarray(10, 20)]))).toBe(true);

    const { CopyObjectResult } = await s3.client.send(
      new CopyObjectCommand({ Bucket, Key: 'whole', CopySource: 'bucket/copy' }),
    );
    expect(CopyObjectResult!.ETag).toBe(`"${md5(bytes).toString('hex')}"`);
  });

  it('is what lib-storage makes of a stream', async () => {
    const chunks = Array.from({ length: 12 }, () => randomBytes(MB));
    const upload = new Upload({
      client: s3.client,
      params: { Bucket, Key: 'streamed', Body: Readable.from(chunks) },
      partSize: 5 * MB,
    });
    const { ETag } = await upload.done();
    expect(ETag).toMatch(/-3"$/);
    expect((await read('streamed')).bytes.equals(Buffer.concat(chunks))).toBe(true);
  });
});

describe('the checksum of an upload in parts', () => {
  const parts = [randomBytes(5 * MB), randomBytes(1000)] as const;
  const whole = Buffer.concat(parts);
  const base64 = (crc: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc);
    return bytes.toString('base64');
  };
  const uploadWith = async (more: Partial<CreateMultipartUploadCommandInput>) => {
    const upload = await begin('a', more);
    const output = await upload.complete([await upload.part(1, parts[0]), await upload.part(2, parts[1])]);
    const head = await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'a', ChecksumMode: 'ENABLED' }));
    return { output, head };
  };

  it("is by default of the parts' checksums", async () => {
    const { output, head } = await uploadWith({ ChecksumAlgorithm: 'SHA256' });
    const sha = (data: Buffer) => createHash('sha256').update(data).digest();
    const ChecksumSHA256 = `${sha(Buffer.concat(parts.map(sha))).toString('base64')}-2`;
    expect(output).toMatchObject({ ChecksumSHA256, ChecksumType: 'COMPOSITE' });
    expect(head).toMatchObject({ ChecksumSHA256, ChecksumType: 'COMPOSITE' });
  });

  it('is of all bytes when asked for', async () => {
    const { head } = await uploadWith({ ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' });
    expect(head).toMatchObject({ ChecksumCRC32: base64(crc32(whole)), ChecksumType: 'FULL_OBJECT' });
  });

  it.each(['CRC32', 'CRC32C', 'CRC64NVME'] as const)(
    'of all bytes is the same as of one put: %s',
    async (algorithm) => {
      const { head } = await uploadWith({ ChecksumAlgorithm: algorithm, ChecksumType: 'FULL_OBJECT' });
      await s3.client.send(new PutObjectCommand({ Bucket, Key: 'b', Body: whole, ChecksumAlgorithm: algorithm }));
      const single = await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'b', ChecksumMode: 'ENABLED' }));
      const member = `Checksum${algorithm}` as const;
      expect(head[member]).toMatch(/=$/);
      expect(head[member]).toBe(single[member]);
    },
  );

  it('must fit what the client says of the whole and of the parts', async () => {
    const upload = await begin('a', { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' });
    const part = await upload.part(1, parts[1]);
    const wrong = base64(1);
    await expect(upload.complete([part], { ChecksumCRC32: wrong })).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(upload.complete([{ ...part, ChecksumCRC32: wrong }])).rejects.toMatchObject({ name: 'InvalidPart' });
    await expect(upload.complete([part], { MpuObjectSize: 999 })).rejects.toMatchObject({ name: 'InvalidRequest' });
    const mixed = { ...upload.at, PartNumber: 2, Body: 'x', ChecksumAlgorithm: 'SHA1' } as const;
    await expect(s3.client.send(new UploadPartCommand(mixed))).rejects.toThrow('Checksum Type mismatch');
    await upload.complete([part], { ChecksumCRC32: base64(crc32(parts[1])), MpuObjectSize: 1000 });

    const composite = await begin('b', { ChecksumAlgorithm: 'CRC32' });
    const { ETag, PartNumber } = await composite.part(1, parts[1]);
    await expect(composite.complete([{ ETag, PartNumber }])).rejects.toThrow('checksum for each part');
    await expect(begin('c', { ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' })).rejects.toMatchObject({
      name: 'InvalidRequest',
    });
  });
});
