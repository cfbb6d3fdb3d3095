import { Readable } from 'node:stream';
import type { GetObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import type { S3Address } from './environment.ts';
import { messageOf } from './log.ts';
import { ConditionError, type ObjectStore } from './objects.ts';

/**
 * Patience for a service that is away for a moment: a job of many hours must not fail for seconds of it. Ten attempts are
 * about half a minute with the SDK's backoff. A connection that is dead, as after a network cut, is given up so soon that
 * another one can save the last checkpoint in the 30 seconds between SIGTERM and SIGKILL.
 */
const CLIENT = { maxAttempts: 10, requestHandler: { connectionTimeout: 10_000, socketTimeout: 10_000 } };

/** "Multipart upload limits", Amazon S3 user guide: at most 10,000 parts, of at least 5 MiB except the last. */
const MOST_PARTS = 10_000;
const PART_SIZE = 8 * 1024 * 1024;
/** They are in memory, for each of the files that are sent at the same time. */
const PARTS_AT_ONCE = 2;

/** How often a body that breaks off is read again; the SDK itself repeats requests only. */
const READS = 5;

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

/** S3 by region, endpoint and credentials of the environment; the SDK is loaded with the first call. */
export function s3Objects(): ObjectStore {
  let loading: ReturnType<typeof load> | undefined;
  let client: S3Client | undefined;
  const load = async () => {
    const sdk = await import('@aws-sdk/client-s3');
    client = new sdk.S3Client(CLIENT);
    return { sdk, client };
  };
  const s3 = () => {
    loading ??= load();
    return loading;
  };

  async function read(address: S3Address, options: Partial<GetObjectCommandInput> = {}) {
    const { sdk, client } = await s3();
    const { bucket, key } = address;
    try {
      return await client.send(new sdk.GetObjectCommand({ ...options, Bucket: bucket, Key: key }));
    } catch (error) {
      if (nameOf(error) === 'NoSuchKey') return undefined;
      // GetObject, "Permissions": without s3:ListBucket a missing object is answered with 403 instead of 404.
      const hint = statusOf(error) === 403 ? ' (the role of the job needs s3:GetObject and s3:ListBucket)' : '';
      throw unread(address, error, hint);
    }
  }

  const unread = ({ bucket, key }: S3Address, error: unknown, hint = ''): Error =>
    new Error(`Cannot read s3://${bucket}/${key}${hint}: ${messageOf(error)}`, { cause: error });

  /** Sends a write; what is refused because of its condition becomes a `ConditionError`. */
  async function write<T>({ bucket, key }: S3Address, conditional: boolean, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      const status = statusOf(error);
      if (conditional && (status === 412 || nameOf(error) === 'NoSuchKey')) {
        throw new ConditionError('changed', { bucket, key }, error);
      }
      if (conditional && status === 409) throw new ConditionError('conflict', { bucket, key }, error);
      throw new Error(`Cannot write s3://${bucket}/${key}: ${messageOf(error)}`, { cause: error });
    }
  }

  return {
    async get(address) {
      for (let round = 1; ; round++) {
        const found = await read(address);
        if (!found) return undefined;
        try {
          return { body: (await found.Body?.transformToByteArray()) ?? new Uint8Array(), etag: found.ETag ?? '' };
        } catch (error) {
          if (round >= READS) throw unread(address, error);
        }
      }
    },

    async put(address, body, { contentType, condition }) {
      const { sdk, client } = await s3();
      const command = new sdk.PutObjectCommand({
        Bucket: address.bucket,
        Key: address.key,
        Body: body,
        ContentType: contentType,
        ...(condition === 'absent' && { IfNoneMatch: '*' }),
        ...(typeof condition === 'object' && { IfMatch: condition.etag }),
      });
      return write(address, condition !== undefined, async () => (await client.send(command)).ETag ?? '');
    },

    async copy(from, to, etag) {
      const { sdk, client } = await s3();
      // CopyObject, `x-amz-copy-source`: "must be URL-encoded".
      const source = `${from.bucket}/${from.key.split('/').map(encodeURIComponent).join('/')}`;
      const target = { Bucket: to.bucket, Key: to.key };
      const command = new sdk.CopyObjectCommand({ ...target, CopySource: source, CopySourceIfMatch: etag });
      await write(to, true, () => client.send(command));
    },

    async download(address, from) {
      // A checksum of the whole object says nothing about its end; the runtime compares the hash itself.
      const found = await read(address, from > 0 ? { Range: `bytes=${from}-` } : {});
      return found && ((found.Body as Readable | undefined) ?? Readable.from([]));
    },

    async upload(address, body, size) {
      const { client } = await s3();
      const { Upload } = await import('@aws-sdk/lib-storage');
      const upload = new Upload({
        client,
        params: { Bucket: address.bucket, Key: address.key, Body: Readable.from(body, { objectMode: false }) },
        partSize: Math.max(PART_SIZE, Math.ceil(size / MOST_PARTS)),
        queueSize: PARTS_AT_ONCE,
      });
      await write(address, false, () => upload.done());
    },

    async delete(address, etag) {
      const { sdk, client } = await s3();
      const command = new sdk.DeleteObjectCommand({
        Bucket: address.bucket,
        Key: address.key,
        ...(etag !== undefined && { IfMatch: etag }),
      });
      await write(address, etag !== undefined, () => client.send(command));
    },

    async list({ bucket, key }) {
      const { sdk, client } = await s3();
      const keys: string[] = [];
      for await (const page of sdk.paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: key })) {
        for (const object of page.Contents ?? []) keys.push(object.Key!);
      }
      return keys;
    },

    close: () => client?.destroy(),
  };
}
