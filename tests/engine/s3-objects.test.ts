import { createHash, randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalS3 } from './s3-fixture.ts';

const s3 = new LocalS3();
beforeEach(() => s3.start());
afterEach(() => s3.stop());

const Bucket = 'bucket';
const put = (Key: string, Body: string | Buffer | Readable, more: object = {}) =>
  s3.client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = async (Key: string, more: object = {}) => {
  const output = await s3.client.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return { ...output, text: (await output.Body?.transformToString()) ?? '' };
};
const md5 = (data: string | Buffer) => createHash('md5').update(data).digest('hex');

describe('an object', () => {
  it('comes back as it was put, with its metadata and the MD5 as ETag', async () => {
    const { ETag } = await put('a.csv', 'a,b\n1,2\n', {
      ContentType: 'text/csv',
      CacheControl: 'no-store',
      ContentEncoding: 'identity',
      ContentDisposition: 'attachment',
      Metadata: { owner: 'me', Kind: 'x y' },
    });
    expect(ETag).toBe(`"${md5('a,b\n1,2\n')}"`);
    const { text, ...object } = await get('a.csv');
    expect(text).toBe('a,b\n1,2\n');
    expect(object).toMatchObject({
      ETag,
      ContentType: 'text/csv',
      ContentLength: 8,
      CacheControl: 'no-store',
      ContentEncoding: 'identity',
      ContentDisposition: 'attachment',
      AcceptRanges: 'bytes',
      Metadata: { owner: 'me', kind: 'x y' },
    });
    expect(object.LastModified!.getTime()).toBeGreaterThan(Date.now() - 60_000);
    const { $metadata, ...head } = await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'a.csv' }));
    expect(head).toMatchObject({ ETag, ContentLength: 8, ContentType: 'text/csv' });
    expect($metadata.requestId).toMatch(/^[0-9A-F]{16}$/);
  });

  it('may have any key of up to 1,024 bytes', async () => {
    const keys = [
      'incoming/some ünïcode key.csv',
      '../../etc/passwd',
      'a/../b',
      '..',
      '/leading',
      'double//slash/',
      'question?mark&amp=1#hash%25+plus',
      '日本語/😀.txt',
      'line\nbreak\tand \\ "quotes" <xml>',
      `long/${'é'.repeat(509)}`,
    ];
    for (const key of keys) await put(key, key);
    for (const key of keys) expect((await get(key)).text).toBe(key);
    expect((await readdir(s3.bodies)).every((name) => /^[0-9a-f]{32}$/.test(name))).toBe(true);
    await expect(put('x'.repeat(1025), '')).rejects.toMatchObject({ name: 'KeyTooLongError' });
  });

  it('is gone after a delete, which may be repeated, and leaves no file behind', async () => {
    await put('a', 'text');
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await expect(get('a')).rejects.toMatchObject({ name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } });
    await expect.poll(() => readdir(s3.bodies)).toEqual([]);
  });

  it('is read to its end as it was when the reading began, though it is replaced or deleted meanwhile', async () => {
    const body = randomBytes(3_000_000);
    await put('a', body);
    const { Body } = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'a' }));
    await put('a', 'new');
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    expect(md5(Buffer.from(await Body!.transformToByteArray()))).toBe(md5(body));
    await expect.poll(() => readdir(s3.bodies)).toEqual([]);
  });

  it('is let go of when its reader goes away in the middle', async () => {
    await put('a', Buffer.alloc(20_000_000));
    const { Body } = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'a' }));
    (Body as Readable).destroy();
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await expect.poll(() => readdir(s3.bodies)).toEqual([]);
  });

  it('can be empty', async () => {
    await put('empty', '');
    const { text, ContentLength } = await get('empty');
    expect([text, ContentLength]).toEqual(['', 0]);
    await expect(get('empty', { Range: 'bytes=0-0' })).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  it('is served in ranges', async () => {
    await put('digits', '0123456789');
    const range = async (Range: string) => {
      const { text, ContentRange, $metadata } = await get('digits', { Range });
      return [text, ContentRange, $metadata.httpStatusCode];
    };
    expect(await range('bytes=2-4')).toEqual(['234', 'bytes 2-4/10', 206]);
    expect(await range('bytes=7-')).toEqual(['789', 'bytes 7-9/10', 206]);
    expect(await range('bytes=8-100')).toEqual(['89', 'bytes 8-9/10', 206]);
    expect(await range('bytes=-3')).toEqual(['789', 'bytes 7-9/10', 206]);
    expect(await range('bytes=-30')).toEqual(['0123456789', 'bytes 0-9/10', 206]);
    expect(await range('bytes=5-2')).toEqual(['0123456789', undefined, 200]);
    await expect(range('bytes=10-')).rejects.toMatchObject({
      name: 'InvalidRange',
      $metadata: { httpStatusCode: 416 },
    });
    const head = await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'digits', Range: 'bytes=0-3' }));
    expect([head.ContentLength, head.ContentRange]).toEqual([4, 'bytes 0-3/10']);
  });

  it('is read on conditions', async () => {
    const { ETag } = await put('a', 'text');
    const past = new Date(Date.now() - 3_600_000);
    const future = new Date(Date.now() + 3_600_000);
    const status = (more: object) =>
      get('a', more).then(
        ({ $metadata }) => $metadata.httpStatusCode,
        (error) => error.$metadata.httpStatusCode,
      );
    expect(await status({ IfMatch: ETag })).toBe(200);
    expect(await status({ IfMatch: '"other"' })).toBe(412);
    expect(await status({ IfNoneMatch: ETag })).toBe(304);
    expect(await status({ IfNoneMatch: '"other"' })).toBe(200);
    expect(await status({ IfModifiedSince: past })).toBe(200);
    expect(await status({ IfModifiedSince: future })).toBe(304);
    expect(await status({ IfUnmodifiedSince: past })).toBe(412);
    expect(await status({ IfUnmodifiedSince: future })).toBe(200);
    expect(await status({ IfMatch: ETag, IfUnmodifiedSince: past })).toBe(200);
    expect(await status({ IfNoneMatch: ETag, IfModifiedSince: past })).toBe(304);
  });

  it("answers with the headers that the request's response-… parameters ask for", async () => {
    await put('a', 'text', { ContentType: 'text/plain' });
    const { ContentType, ContentDisposition } = await get('a', {
      ResponseContentType: 'application/json',
      ResponseContentDisposition: 'inline',
    });
    expect([ContentType, ContentDisposition]).toEqual(['application/json', 'inline']);
  });

  it('is copied with its metadata, or with new metadata, and cannot be copied to itself unchanged', async () => {
    const body = randomBytes(100_000);
    await put('from/ü +%.bin', body, { ContentType: 'text/csv', Metadata: { a: '1' }, Tagging: 'k=v' });
    const CopySource = `${Bucket}/${encodeURIComponent('from/ü +%.bin')}`;
    const { CopyObjectResult } = await s3.client.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource }));
    expect(CopyObjectResult!.ETag).toBe(`"${md5(body)}"`);
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'from/ü +%.bin' }));
    const { Body, ...copy } = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'to' }));
    expect(Buffer.from(await Body!.transformToByteArray()).equals(body)).toBe(true);
    expect(copy).toMatchObject({ ContentType: 'text/csv', Metadata: { a: '1' }, TagCount: 1 });

    const self = { Bucket, Key: 'to', CopySource: `${Bucket}/to` };
    await expect(s3.client.send(new CopyObjectCommand(self))).rejects.toMatchObject({ name: 'InvalidRequest' });
    await s3.client.send(new CopyObjectCommand({ ...self, MetadataDirective: 'REPLACE', Metadata: { b: '2' } }));
    const { Metadata, ContentType } = await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'to' }));
    expect([Metadata, ContentType]).toEqual([{ b: '2' }, 'binary/octet-stream']);
    await expect(
      s3.client.send(new CopyObjectCommand({ Bucket, Key: 'x', CopySource: `${Bucket}/none` })),
    ).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(
      s3.client.send(
        new CopyObjectCommand({ Bucket, Key: 'x', CopySource: `${Bucket}/to`, CopySourceIfMatch: '"other"' }),
      ),
    ).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });

  it('carries tags', async () => {
    await put('a', 'x', { Tagging: 'one=1&two=zw%C3%B6lf' });
    const tags = async () => (await s3.client.send(new GetObjectTaggingCommand({ Bucket, Key: 'a' }))).TagSet;
    expect(await tags()).toEqual([
      { Key: 'one', Value: '1' },
      { Key: 'two', Value: 'zwölf' },
    ]);
    const TagSet = [{ Key: 'three', Value: '<3>' }];
    await s3.client.send(new PutObjectTaggingCommand({ Bucket, Key: 'a', Tagging: { TagSet } }));
    expect(await tags()).toEqual(TagSet);
  });

  it('survives a restart, while what a crash left behind is swept away', async () => {
    await put('kept', 'text', { Metadata: { a: '1' } });
    await writeFile(join(s3.bodies, 'f'.repeat(32)), 'half a body');
    await writeFile(join(s3.bodies, 'README'), 'not ours');
    await s3.restart();
    const { text, Metadata } = await get('kept');
    expect([text, Metadata]).toEqual(['text', { a: '1' }]);
    const files = await readdir(s3.bodies);
    expect(files).toHaveLength(2);
    expect(files).toContain('README');
  });

  it('whose upload breaks off is not stored, and what was there before stays', async () => {
    await put('a', 'before');
    const upload = httpRequest(`${s3.endpoint.url}/bucket/a`, {
      method: 'PUT',
      headers: { 'content-length': 1_000_000 },
    });
    upload.on('error', () => {});
    upload.write(randomBytes(100_000));
    const files = async () => (await readdir(s3.bodies)).length;
    await expect.poll(files).toBe(2);
    upload.destroy();
    await expect.poll(files).toBe(1);
    expect((await get('a')).text).toBe('before');
  });
});

describe('deleting many', () => {
  it('deletes each key, also one that does not exist or needs escaping', async () => {
    for (const key of ['a', '<b>&"c"', 'd']) await put(key, 'x');
    const Objects = [{ Key: 'a' }, { Key: '<b>&"c"' }, { Key: 'none' }, { Key: 'd', ETag: '"other"' }];
    const { Deleted, Errors } = await s3.client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted).toEqual([{ Key: 'a' }, { Key: '<b>&"c"' }, { Key: 'none' }]);
    expect(Errors).toMatchObject([{ Key: 'd', Code: 'PreconditionFailed' }]);
    await expect(get('a')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect((await get('d')).text).toBe('x');
  });
});

describe('a bucket', () => {
  it('is created, listed, found and deleted once it is empty', async () => {
    await s3.client.send(new CreateBucketCommand({ Bucket: 'second-bucket' }));
    await s3.client.send(new CreateBucketCommand({ Bucket: 'second-bucket' }));
    const { Buckets } = await s3.client.send(new ListBucketsCommand({}));
    expect(Buckets!.map(({ Name }) => Name)).toEqual(['bucket', 'second-bucket']);
    await s3.client.send(new HeadBucketCommand({ Bucket }));
    await s3.client.send(new GetBucketLocationCommand({ Bucket }));
    await put('a', 'x');
    const remove = () => s3.client.send(new DeleteBucketCommand({ Bucket }));
    await expect(remove()).rejects.toMatchObject({ name: 'BucketNotEmpty' });
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await remove();
    await expect(s3.client.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'NotFound' });
    await expect(put('a', 'x'.repeat(100_000))).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  it('is not taken for another when it is named badly', async () => {
    await expect(s3.client.send(new CreateBucketCommand({ Bucket: 'Bad_Name' }))).rejects.toMatchObject({
      name: 'InvalidBucketName',
    });
  });

  it('can stand in the host name', async () => {
    await put('a b.txt', 'text');
    const port = new URL(s3.endpoint.url).port;
    const text = await new Promise<string>((resolve, reject) => {
      const headers = { host: `bucket.localhost:${port}` };
      httpRequest(`${s3.endpoint.url}/a%20b.txt`, { headers }, async (response) => {
        resolve((await response.toArray()).join(''));
      })
        .on('error', reject)
        .end();
    });
    expect(text).toBe('text');
  });

  it('refuses what the local S3 does not have, by name', async () => {
    await expect(s3.client.send(new GetBucketAclCommand({ Bucket }))).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('GET ?acl'),
    });
  });
});
