import { randomBytes } from 'node:crypto';
import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Log,
  type ObjectPosition,
  ObjectReplacedError,
  PermanentJobError,
  TransientJobError,
} from '../../longhaul/runtime/index.ts';
import { describeError } from '../../longhaul/runtime/log.ts';
import { readError } from '../../longhaul/runtime/reading/errors.ts';
import { type ObjectSource, readObject, s3Source } from '../../longhaul/runtime/reading/index.ts';
import { LocalS3 } from '../engine/s3-fixture.ts';
import { CuttingProxy } from './cutting-proxy.ts';

const s3 = new LocalS3();
let proxy: CuttingProxy;
let source: ObjectSource;
const warnings: string[] = [];
const log: Log = { debug() {}, info() {}, warn: (message) => void warnings.push(message), error() {} };

beforeEach(async () => {
  await s3.start();
  proxy = new CuttingProxy(s3.endpoint.port);
  const environment = { AWS_ENDPOINT_URL_S3: await proxy.listen(), AWS_REGION: 'us-east-1' };
  const credentials = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  for (const [name, value] of Object.entries({ ...environment, ...credentials })) vi.stubEnv(name, value);
  source = s3Source();
  warnings.length = 0;
});
afterEach(async () => {
  source.close();
  vi.unstubAllEnvs();
  await proxy.close();
  await s3.stop();
});

const address = { bucket: 'bucket', key: 'data.csv' };
const put = (body: Buffer | string) =>
  s3.client.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'data.csv', Body: body }));
const open = (position?: ObjectPosition, signal = new AbortController().signal) =>
  readObject(address, { position }, { source, signal, log, backoff: 0 });
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
    const reading = await open();
    expect(reading.object.size).toBe(body.length);
    expect((await readAll(reading)).equals(body)).toBe(true);
    expect(reading.position).toEqual({ ...reading.object, offset: body.length });
    expect(proxy.connections).toBe(5);
    expect(warnings.length).toBeGreaterThanOrEqual(3);
  });

  it('gives up after so many broken connections without a byte between them', async () => {
    await put(randomBytes(1_000_000));
    proxy.cuts.push(300_000, ...new Array<number>(20).fill(1));
    const reading = await open();
    await expect(readAll(reading)).rejects.toThrow(TransientJobError);
    await expect(readAll(reading)).resolves.toHaveLength(0);
  });

  it('starts in the middle of the object that it knows', async () => {
    const body = randomBytes(300_000);
    await put(body);
    const { object } = await open();
    const middle = await open({ ...object, offset: 123_456 });
    expect((await readAll(middle)).equals(body.subarray(123_456))).toBe(true);
    expect(await readAll(await open({ ...object, offset: body.length }))).toHaveLength(0);
  });

  it('says so when the object to resume was replaced', async () => {
    await put('one');
    const { object } = await open();
    await put('two');
    await expect(open({ ...object, offset: 1 })).rejects.toThrow(ObjectReplacedError);
  });

  it('never mixes two contents: replaced between two connections, the reading fails and may be tried again', async () => {
    await put(randomBytes(500_000));
    proxy.cuts.push(200_000);
    const reading = await open();
    await put(randomBytes(500_000));
    await expect(readAll(reading)).rejects.toThrow('s3://bucket/data.csv was replaced while it was being read');
  });

  it('fails for good when there is no such object, or no such bucket', async () => {
    await put('x');
    await s3.client.send(new DeleteObjectCommand({ Bucket: 'bucket', Key: 'data.csv' }));
    const missing = await open().catch((error) => error);
    expect(missing).toBeInstanceOf(PermanentJobError);
    expect(missing.message).toBe('s3://bucket/data.csv does not exist: it was deleted before it could be read.');
    const noBucket = await readObject(
      's3://nowhere/a',
      {},
      { source, signal: new AbortController().signal, log },
    ).catch((error) => error);
    expect(noBucket).toBeInstanceOf(PermanentJobError);
    expect(noBucket.message).toBe('The bucket nowhere does not exist.');
  });

  it('stops at once when it is told to', async () => {
    await put(randomBytes(5_000_000));
    const stop = new AbortController();
    const chunks = await open(undefined, stop.signal);
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
    ['SlowDown', TransientJobError, 'SlowDown (503): please'],
  ])('%s is %o', (name, kind, message) => {
    const error = readError(Object.assign(new Error('please'), { name, $metadata: { httpStatusCode: 503 } }), address);
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toContain(message);
  });

  it('is in the message by name and status, also where S3 sends no text', async () => {
    const error = await s3.client
      .send(new HeadObjectCommand({ Bucket: 'bucket', Key: 'nothing' }))
      .catch((error) => error);
    expect(describeError(error).message).toBe('NotFound (404)');
    const missing = await s3.client
      .send(new GetObjectCommand({ Bucket: 'bucket', Key: 'nothing' }))
      .catch((error) => error);
    expect(describeError(missing).message).toBe('NoSuchKey (404): The specified key does not exist.');
  });
});
