import { randomBytes } from 'node:crypto';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ObjectReplacedError, readError } from '../../containers/csv-report/source/errors.ts';
import { openObject, type ReadOptions } from '../../containers/csv-report/source/object-stream.ts';
import { type Log, PermanentJobError, TransientJobError } from '../../longhaul/runtime/index.ts';
import { LocalS3 } from '../engine/s3-fixture.ts';
import { CuttingProxy } from './cutting-proxy.ts';

const s3 = new LocalS3();
let proxy: CuttingProxy;
let client: S3Client;
const warnings: string[] = [];
const log: Log = { debug() {}, info() {}, warn: (message) => void warnings.push(message), error() {} };

beforeEach(async () => {
  await s3.start();
  proxy = new CuttingProxy(s3.endpoint.port);
  client = new S3Client({ ...s3.config, endpoint: await proxy.listen() });
  warnings.length = 0;
});
afterEach(async () => {
  client.destroy();
  await proxy.close();
  await s3.stop();
});

const address = { bucket: 'bucket', key: 'data.csv' };
const put = (body: Buffer | string) =>
  s3.client.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'data.csv', Body: body }));
const open = (options: Partial<ReadOptions> = {}) =>
  openObject(client, address, { signal: new AbortController().signal, log, backoff: 0, ...options });
const readAll = async (chunks: AsyncIterable<Buffer>) => {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
};

describe('reading an object', () => {
  it('goes on from the last byte when connections break, and gives every byte once', async () => {
    const body = randomBytes(1_000_000);
    await put(body);
    proxy.cuts.push(200_000, 1, 300_000, 5000);
    const { identity, chunks } = await open();
    expect(identity.size).toBe(body.length);
    expect((await readAll(chunks)).equals(body)).toBe(true);
    expect(proxy.connections).toBe(5);
    expect(warnings.length).toBeGreaterThanOrEqual(3);
  });

  it('gives up after so many broken connections without a byte between them', async () => {
    await put(randomBytes(1_000_000));
    proxy.cuts.push(300_000, ...new Array<number>(20).fill(1));
    const { chunks } = await open();
    await expect(readAll(chunks)).rejects.toThrow(TransientJobError);
    await expect(readAll(chunks)).resolves.toHaveLength(0);
  });

  it('starts in the middle of the object that it knows', async () => {
    const body = randomBytes(300_000);
    await put(body);
    const { identity } = await open();
    const { chunks } = await open({ resume: { from: 123_456, identity } });
    expect((await readAll(chunks)).equals(body.subarray(123_456))).toBe(true);
    const { chunks: rest } = await open({ resume: { from: body.length, identity } });
    expect(await readAll(rest)).toHaveLength(0);
  });

  it('says so when the object to resume was replaced', async () => {
    await put('one');
    const { identity } = await open();
    await put('two');
    await expect(open({ resume: { from: 1, identity } })).rejects.toThrow(ObjectReplacedError);
  });

  it('never mixes two contents: replaced between two connections, the reading fails and may be tried again', async () => {
    await put(randomBytes(500_000));
    proxy.cuts.push(200_000);
    const { chunks } = await open();
    await put(randomBytes(500_000));
    await expect(readAll(chunks)).rejects.toThrow('s3://bucket/data.csv was replaced while it was being read');
  });

  it('fails for good when there is no such object, or no such bucket', async () => {
    await put('x');
    await s3.client.send(new DeleteObjectCommand({ Bucket: 'bucket', Key: 'data.csv' }));
    const missing = await open().catch((error) => error);
    expect(missing).toBeInstanceOf(PermanentJobError);
    expect(missing.message).toBe('s3://bucket/data.csv does not exist: it was deleted before it could be read.');
    const options = { signal: new AbortController().signal, log };
    const noBucket = await openObject(client, { bucket: 'nowhere', key: 'a' }, options).catch((error) => error);
    expect(noBucket).toBeInstanceOf(PermanentJobError);
    expect(noBucket.message).toBe('The bucket nowhere does not exist.');
  });

  it('stops at once when it is told to', async () => {
    await put(randomBytes(5_000_000));
    const stop = new AbortController();
    const { chunks } = await open({ signal: stop.signal });
    const reading = (async () => {
      for await (const _ of chunks) stop.abort(new Error('enough'));
    })();
    await expect(reading).rejects.toThrow();
    expect(proxy.connections).toBe(1);
  });
});

describe('what S3 answers', () => {
  it.each([
    ['AccessDenied', PermanentJobError, "the job's role may not read it"],
    ['InvalidObjectState', PermanentJobError, 'is archived'],
    ['NoSuchVersion', PermanentJobError, 'does not exist'],
    ['SlowDown', TransientJobError, 'SlowDown: please'],
    ['TimeoutError', TransientJobError, 'TimeoutError: please'],
  ])('%s is %o', (name, kind, message) => {
    const error = readError(Object.assign(new Error('please'), { name }), address);
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toContain(message);
  });
});
