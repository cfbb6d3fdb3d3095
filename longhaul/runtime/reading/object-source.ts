import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import type { ObjectAddress, ObjectIdentity, ObjectPosition } from './address.ts';
import { readError } from './errors.ts';

export interface OpenedObject {
  identity: ObjectIdentity;
  /** The bytes from the position on, or from the beginning. */
  body: Readable;
}

/** Where objects are read from: S3, or memory in `longhaul/testing`. */
export interface ObjectSource {
  /**
   * Opens one connection.
   *
   * @throws PermanentJobError if the object cannot be read at all
   * @throws ObjectReplacedError if it is no longer the object of the position
   */
  open(address: ObjectAddress, position: ObjectPosition | undefined, signal: AbortSignal): Promise<OpenedObject>;
  close(): void;
}

/**
 * S3, with region, endpoint and credentials from the environment. Loads the SDK with the first call.
 *
 * The connection has no read timeout: a job may work on one chunk for longer than any. Silence while a chunk is awaited is
 * noticed by the reader.
 */
export function s3Source(): ObjectSource {
  let client: S3Client | undefined;
  return {
    async open({ bucket, key, versionId }, position, signal) {
      const sdk = await import('@aws-sdk/client-s3');
      // A checksum of the whole object cannot be checked against a body that starts in the middle; TLS protects each connection.
      client ??= new sdk.S3Client({ followRegionRedirects: true, responseChecksumValidation: 'WHEN_REQUIRED' });
      try {
        const response = await client.send(
          new sdk.GetObjectCommand({
            Bucket: bucket,
            Key: key,
            VersionId: position?.versionId ?? versionId,
            ...(position && { IfMatch: position.eTag }),
            ...(position && position.offset > 0 && { Range: `bytes=${position.offset}-` }),
          }),
          { abortSignal: signal },
        );
        const size = Number(response.ContentRange?.split('/')[1] ?? response.ContentLength);
        const version = response.VersionId ?? versionId;
        const identity = { eTag: response.ETag!, size, ...(version !== undefined && { versionId: version }) };
        return { identity, body: response.Body as Readable };
      } catch (error) {
        if (signal.aborted) throw error;
        throw readError(error, { bucket, key, versionId });
      }
    },
    close: () => client?.destroy(),
  };
}
