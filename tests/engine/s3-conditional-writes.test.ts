import { readdir } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalS3 } from './s3-fixture.ts';

const s3 = new LocalS3();
beforeEach(() => s3.start());
afterEach(() => s3.stop());

const at = { Bucket: 'bucket', Key: 'checkpoint' };
const put = (Body: string, more: object = {}) => s3.client.send(new PutObjectCommand({ ...at, Body, ...more }));
const text = async () => (await s3.client.send(new GetObjectCommand(at))).Body!.transformToString();
const remove = (more: object = {}) => s3.client.send(new DeleteObjectCommand({ ...at, ...more }));

describe('a conditional write', () => {
  it('creates only what is not there', async () => {
    await put('first', { IfNoneMatch: '*' });
    await expect(put('second', { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
    expect(await text()).toBe('first');
    await expect.poll(() => readdir(s3.bodies)).toHaveLength(1);
  });

  it('replaces only the version that the writer knows', async () => {
    await expect(put('x', { IfMatch: '"any"' })).rejects.toMatchObject({
      name: 'NoSuchKey',
      $metadata: { httpStatusCode: 404 },
    });
    const { ETag } = await put('first');
    await put('second', { IfMatch: ETag });
    await expect(put('third', { IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(await text()).toBe('second');
  });

  it('is won by exactly one of many that race', async () => {
    const created = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => put(`creator ${index}`, { IfNoneMatch: '*' })),
    );
    expect(created.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await text()).toBe(`creator ${created.findIndex(({ status }) => status === 'fulfilled')}`);

    const { ETag } = await put('known');
    const replaced = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => put(`replacer ${index}`, { IfMatch: ETag })),
    );
    const winners = replaced.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
    expect(winners).toHaveLength(1);
    expect(await text()).toBe(`replacer ${winners[0]}`);
  });

  it('that creates is told to try again when the key was deleted while its body came in', async () => {
    await put('old');
    const status = new Promise<number | undefined>((resolve, reject) => {
      const headers = { 'content-length': 8, 'if-none-match': '*' };
      const slow = httpRequest(`${s3.endpoint.url}/bucket/checkpoint`, { method: 'PUT', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      slow.on('error', reject);
      slow.write('half');
      expect
        .poll(() => readdir(s3.bodies))
        .toHaveLength(2)
        .then(() => remove())
        .then(() => slow.end('half'), reject);
    });
    expect(await status).toBe(409);
    await expect(text()).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('deletes only the version that the deleter knows', async () => {
    const { ETag } = await put('first');
    await put('second');
    await expect(remove({ IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(await text()).toBe('second');
    await remove({ IfMatch: '*' });
    await expect(text()).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});
