import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { AwsOptions } from './aws.ts';
import { parsedJson } from './json.ts';

/**
 * What executions leave in their bucket. Loaded (with the S3 client) only when it is needed: most events are small enough to be
 * handed over without S3.
 */
export class Artifacts {
  readonly #s3: S3Client;

  constructor(options: AwsOptions) {
    // In `sam local invoke` the endpoint is host.docker.internal, and there is no bucket.host.docker.internal.
    this.#s3 = new S3Client({ ...options, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });
  }

  /**
   * Stores JSON text under a key that nobody has written yet. A second writer changes nothing: it is the same event again,
   * and the first delivery's container may be reading already.
   */
  async putOnce(bucket: string, key: string, json: string): Promise<void> {
    try {
      await this.#s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: json,
          ContentType: 'application/json',
          IfNoneMatch: '*',
        }),
      );
    } catch (error) {
      if ((error as Error).name !== 'PreconditionFailed') throw error;
    }
  }

  /**
   * The JSON in an object; undefined when there is no such object, or one over `limit` bytes, or when it is being replaced by
   * something that is no JSON.
   */
  async readJson(bucket: string, key: string, limit = Number.POSITIVE_INFINITY): Promise<unknown> {
    const object = await this.readText(bucket, key, limit);
    return object?.text === undefined ? undefined : parsedJson(object.text);
  }

  /** What a job delivered, or that it is over `limit` bytes. */
  async readResult(bucket: string, key: string, limit: number): Promise<{ result?: unknown; resultTooLarge?: true }> {
    const object = await this.readText(bucket, key, limit);
    if (!object) return {};
    return object.text === undefined ? { resultTooLarge: true } : { result: parsedJson(object.text) };
  }

  /** The text of an object, which has none when it is over `limit` bytes; undefined when there is no such object. */
  async readText(bucket: string, key: string, limit: number): Promise<{ text?: string } | undefined> {
    try {
      const { Body, ContentLength = 0 } = await this.#s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      if (Body && ContentLength <= limit) return { text: await Body.transformToString() };
      (Body as { destroy?(): void } | undefined)?.destroy?.();
      return {};
    } catch (error) {
      if ((error as Error).name === 'NoSuchKey') return undefined;
      throw error;
    }
  }
}
