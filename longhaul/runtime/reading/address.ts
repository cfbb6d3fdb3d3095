import { PermanentJobError } from '../errors.ts';

/** An object in S3. */
export interface ObjectAddress {
  bucket: string;
  /** As it is, not URL-encoded. */
  key: string;
  versionId?: string | undefined;
}

/** Identifies the content of an object. */
export interface ObjectIdentity {
  /** With its quotes, as S3 returns it. */
  eTag: string;
  versionId?: string;
  /** In bytes. */
  size: number;
}

/** A place in an object, to continue from. Plain JSON, so it fits into a checkpoint. */
export interface ObjectPosition extends ObjectIdentity {
  /** Bytes before this place. */
  offset: number;
}

/**
 * Accepts `s3://bucket/key` as well.
 *
 * @throws PermanentJobError for any other text
 */
export function addressOf(object: ObjectAddress | string): ObjectAddress {
  if (typeof object !== 'string') return object;
  const match = /^s3:\/\/([^/]+)\/(.+)$/s.exec(object);
  if (!match) {
    throw new PermanentJobError(`An object is { bucket, key } or s3://bucket/key, not ${JSON.stringify(object)}`);
  }
  return { bucket: match[1]!, key: match[2]! };
}

export function uri({ bucket, key, versionId }: ObjectAddress): string {
  return `s3://${bucket}/${key}${versionId === undefined ? '' : ` (version ${versionId})`}`;
}
