import {
  ListObjectsCommand,
  type ListObjectsCommandInput,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalS3 } from './s3-fixture.ts';

const s3 = new LocalS3();
beforeEach(() => s3.start());
afterEach(() => s3.stop());

const Bucket = 'bucket';
async function put(...keys: string[]) {
  await Promise.all(keys.map((Key) => s3.client.send(new PutObjectCommand({ Bucket, Key, Body: Key }))));
}
async function list(input: Partial<ListObjectsV2CommandInput> = {}) {
  const output = await s3.client.send(new ListObjectsV2Command({ Bucket, ...input }));
  return {
    ...output,
    keys: (output.Contents ?? []).map(({ Key }) => Key),
    prefixes: (output.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
  };
}

describe('a listing', () => {
  it("gives keys in the order of their UTF-8 bytes, with size, ETag and time, also those that XML can't hold as they are", async () => {
    const keys = ['A', 'a', 'a b+c%20.csv', 'a&<b>', 'z', 'ä', '\u{ff5e}', '\u{1f600}', 'x\r\ny'];
    await put(...keys);
    const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const { Contents, KeyCount, IsTruncated } = await list();
    expect(Contents!.map(({ Key }) => Key)).toEqual(sorted);
    expect([KeyCount, IsTruncated]).toEqual([keys.length, false]);
    expect(Contents![0]).toMatchObject({
      Key: 'A',
      Size: 1,
      StorageClass: 'STANDARD',
      ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
    });
    const encoded = await list({ EncodingType: 'url' });
    expect(encoded.keys.map((key) => decodeURIComponent(key!.replaceAll('+', ' ')))).toEqual(sorted);
  });

  it('rolls keys up to common prefixes', async () => {
    await put('a/1', 'a/2', 'a/b/3', 'b', 'c/4');
    expect(await list({ Delimiter: '/' })).toMatchObject({ keys: ['b'], prefixes: ['a/', 'c/'], KeyCount: 3 });
    expect(await list({ Delimiter: '/', Prefix: 'a/' })).toMatchObject({ keys: ['a/1', 'a/2'], prefixes: ['a/b/'] });
    expect(await list({ Prefix: 'a/' })).toMatchObject({ keys: ['a/1', 'a/2', 'a/b/3'], prefixes: [] });
    expect(await list({ Prefix: 'nothing' })).toMatchObject({ keys: [], KeyCount: 0 });
  });

  it('comes in pages that miss nothing and repeat nothing, common prefixes among them', async () => {
    await put('a', 'b/1', 'b/2', 'b/3', 'c', 'd/1', 'e', 'ü/1', 'ü/2');
    const seen: (string | undefined)[] = [];
    const sizes: number[] = [];
    const pages = paginateListObjectsV2({ client: s3.client, pageSize: 2 }, { Bucket, Delimiter: '/' });
    for await (const { Contents = [], CommonPrefixes = [] } of pages) {
      sizes.push(Contents.length + CommonPrefixes.length);
      seen.push(...Contents.map(({ Key }) => Key), ...CommonPrefixes.map(({ Prefix }) => Prefix));
    }
    expect(seen.toSorted()).toEqual(['a', 'b/', 'c', 'd/', 'e', 'ü/']);
    expect(sizes).toEqual([2, 2, 2]);
  });

  it('starts after a key, and knows when it has no more', async () => {
    await put('a', 'b', 'c');
    expect(await list({ StartAfter: 'a' })).toMatchObject({ keys: ['b', 'c'], StartAfter: 'a' });
    expect(await list({ MaxKeys: 3 })).toMatchObject({ IsTruncated: false });
    expect(await list({ MaxKeys: 0 })).toMatchObject({ keys: [], IsTruncated: false });
    await expect(list({ ContinuationToken: 'nonsense' })).rejects.toMatchObject({ name: 'InvalidArgument' });
  });

  it('of the first version is paged by markers', async () => {
    await put('a', 'b/1', 'b/2', 'c');
    const page = async (input: Partial<ListObjectsCommandInput>) => {
      const output = await s3.client.send(new ListObjectsCommand({ Bucket, ...input }));
      const prefixes = output.CommonPrefixes?.map(({ Prefix }) => Prefix);
      return [output.Contents?.map(({ Key }) => Key), prefixes, output.IsTruncated, output.NextMarker];
    };
    expect(await page({ MaxKeys: 2 })).toEqual([['a', 'b/1'], undefined, true, undefined]);
    expect(await page({ MaxKeys: 2, Marker: 'b/1' })).toEqual([['b/2', 'c'], undefined, false, undefined]);
    expect(await page({ MaxKeys: 2, Delimiter: '/' })).toEqual([['a'], ['b/'], true, 'b/']);
    expect(await page({ MaxKeys: 2, Delimiter: '/', Marker: 'b/' })).toEqual([['c'], undefined, false, undefined]);
  });

  it('of a bucket that does not exist says so', async () => {
    await expect(list({ Bucket: 'no-such-bucket' })).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });
});
