import type { GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import type { S3Address } from './environment.ts';

export interface StoredObject {
  body: Uint8Array;
  etag: string;
}

export interface PutOptions {
  contentType: string;
  /** Write only if there is no such object, or only if it still is the one with this ETag. */
  condition?: 'absent' | { etag: string };
}

/** S3 as far as the runtime needs it; a test of a job may bring its own. */
export interface ObjectStore {
  /** Undefined when there is no such object. */
  get(address: S3Address): Promise<StoredObject | undefined>;
  /** Answers the new ETag. @throws ConditionError when the condition did not hold */
  put(address: S3Address, body: string | Uint8Array, options: PutOptions): Promise<string>;
  delete(address: S3Address): Promise<void>;
  /** Keys below a prefix. */
  list(prefix: S3Address): Promise<string[]>;
  close(): void;
}

/** A conditional write was refused. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError';
  /**
   * `changed`: the object is not (412), or no longer (404), what the condition says. `conflict`: another write was under way
   * at the same time (409 ConditionalRequestConflict): look again and retry.
   */
  readonly outcome: 'changed' | 'conflict';
  constructor(outcome: 'changed' | 'conflict', { bucket, key }: S3Address, cause: unknown) {
    super(`Conditional write of s3://${bucket}/${key}: ${outcome}`, { cause });
    this.outcome = outcome;
  }
}

/**
 * Patience for a service that is away for a moment: a job of many hours must not fail for seconds of it. Ten attempts are
 * about half a minute with the SDK's backoff; a connection that is dead, as after a network cut, is given up.
 */
const CLIENT = { maxAttempts: 10, requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000 } };

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

  return {
    async get({ bucket, key }) {
      const { sdk, client } = await s3();
      let found: GetObjectCommandOutput;
      try {
        found = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key }));
      } catch (error) {
        if (nameOf(error) === 'NoSuchKey') return undefined;
        // GetObject, "Permissions": without s3:ListBucket a missing object is answered with 403 instead of 404.
        const hint = statusOf(error) === 403 ? ' (the role of the job needs s3:GetObject and s3:ListBucket)' : '';
        throw new Error(`Cannot read s3://${bucket}/${key}${hint}: ${error instanceof Error ? error.message : error}`, {
          cause: error,
        });
      }
      return { body: (await found.Body?.transformToByteArray()) ?? new Uint8Array(), etag: found.ETag ?? '' };
    },

    async put({ bucket, key }, body, { contentType, condition }) {
      const { sdk, client } = await s3();
      const command = new sdk.PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: body,
        ContentType: contentType,
        ...(condition === 'absent' && { IfNoneMatch: '*' }),
        ...(typeof condition === 'object' && { IfMatch: condition.etag }),
      });
      try {
        return (await client.send(command)).ETag ?? '';
      } catch (error) {
        const status = statusOf(error);
        if (condition && (status === 412 || nameOf(error) === 'NoSuchKey')) {
          throw new ConditionError('changed', { bucket, key }, error);
        }
        if (condition && status === 409) throw new ConditionError('conflict', { bucket, key }, error);
        throw new Error(`Cannot write s3://${bucket}/${key}: ${error instanceof Error ? error.message : error}`, {
          cause: error,
        });
      }
    },

    async delete({ bucket, key }) {
      const { sdk, client } = await s3();
      await client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key }));
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
