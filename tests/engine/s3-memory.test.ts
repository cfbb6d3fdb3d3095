import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MB = 1024 * 1024;
const size = 200 * MB;
const block = Buffer.alloc(MB, 'some bytes, again and again; ');

let directory: string;
let server: ChildProcess;
let client: S3Client;
let startMegabytes: number;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longhaul-s3-'));
  server = fork(join(import.meta.dirname, 's3-process.ts'), [directory]);
  const [{ url, maxRssMegabytes }] = await once(server, 'message');
  startMegabytes = maxRssMegabytes;
  client = new S3Client({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'thing' },
  });
});
afterEach(async () => {
  client.destroy();
  server.disconnect();
  await once(server, 'exit');
  await rm(directory, { recursive: true });
});

function* blocks() {
  for (let sent = 0; sent < size; sent += block.length) yield block;
}

async function grownMegabytes(): Promise<number> {
  server.send('usage');
  const [{ maxRssMegabytes }] = await once(server, 'message');
  return maxRssMegabytes - startMegabytes;
}

async function digest(source: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of source) hash.update(chunk);
  return hash.digest('hex');
}

/** Well under the object's 200 MB: neither direction holds it in memory. */
const boundMegabytes = 120;

describe('a large object', () => {
  it('goes up in parts and down again through a server whose memory does not grow with it', async () => {
    const params = { Bucket: 'bucket', Key: 'large', Body: Readable.from(blocks()) };
    await new Upload({ client, params, partSize: 8 * MB }).done();
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'large' }));
    expect(await digest(Body as Readable)).toBe(await digest(blocks()));
    expect(await grownMegabytes()).toBeLessThan(boundMegabytes);
  });

  it('goes up in one put, and down to a slow reader, in bounded memory too', async () => {
    const Body = Readable.from(blocks());
    await client.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'large', Body, ContentLength: size }));
    const { Body: body } = await client.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'large' }));
    const reader = body as Readable;
    let seen = 0;
    for await (const chunk of reader) {
      seen += chunk.length;
      // Gives the server time to send ahead, if it were to.
      if (seen % (10 * MB) < chunk.length) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(seen).toBe(size);
    expect(await grownMegabytes()).toBeLessThan(boundMegabytes);
  });
});
