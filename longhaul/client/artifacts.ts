import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

/**
 * What an execution left under its prefix. Loaded (with the S3 client) only when it is needed: most events are small
 * enough to be handed over without S3.
 */
let client: S3Client | undefined;
const s3 = (): S3Client => {
  client ??= new S3Client({});
  return client;
};

/** Larger objects stay where they are: an answer of the HTTP API has at most 6 MB (Lambda quotas, synchronous invocation). */
const READ_LIMIT = 1024 * 1024;

/**
 * Stores JSON text under a key that nobody has written yet. A second writer changes nothing: it is the same event again,
 * and the first delivery's container may be reading already.
 */
export async function putOnce(bucket: string, key: string, json: string): Promise<void> {
  try {
    await s3().send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: json, ContentType: 'application/json', IfNoneMatch: '*' }),
    );
  } catch (error) {
    if ((error as Error).name !== 'PreconditionFailed') throw error;
  }
}

/**
 * The JSON in an object; undefined when there is no such object, or one over a megabyte, or when it is being replaced by
 * something that is no JSON.
 */
export async function readJson(bucket: string, key: string): Promise<unknown> {
  try {
    const { Body, ContentLength = 0 } = await s3().send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if (!Body || ContentLength > READ_LIMIT) {
      (Body as { destroy?(): void } | undefined)?.destroy?.();
      return undefined;
    }
    return parse(await Body.transformToString());
  } catch (error) {
    if ((error as Error).name === 'NoSuchKey') return undefined;
    throw error;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
