import { PermanentJobError, TransientJobError } from 'longhaul/runtime';

/** The object is no longer the one whose reading began. */
export class ObjectReplacedError extends TransientJobError {
  override name = 'ObjectReplacedError';
}

export interface ObjectAddress {
  bucket: string;
  key: string;
  versionId?: string | undefined;
}

export function uri({ bucket, key, versionId }: ObjectAddress): string {
  return `s3://${bucket}/${key}${versionId === undefined ? '' : ` (version ${versionId})`}`;
}

/** What S3's answer to a read means for the job: permanent where another attempt would get the same answer. */
export function readError(cause: unknown, address: ObjectAddress): Error {
  const object = uri(address);
  const { name, message } = cause instanceof Error ? cause : { name: typeof cause, message: String(cause) };
  switch (name) {
    case 'NoSuchKey':
    case 'NoSuchVersion':
    case 'NotFound':
    // A version that is a delete marker.
    case 'MethodNotAllowed':
      return new PermanentJobError(`${object} does not exist: it was deleted before it could be read.`, { cause });
    case 'NoSuchBucket':
      return new PermanentJobError(`The bucket ${address.bucket} does not exist.`, { cause });
    case 'AccessDenied':
    case 'Forbidden':
      // S3 answers so for an object that does not exist, too, when the role may not list the bucket (GetObject, "Permissions").
      return new PermanentJobError(
        `Access to ${object} is denied: the job's role may not read it (s3:GetObject, and kms:Decrypt for its key), or it does not exist.`,
        { cause },
      );
    case 'InvalidObjectState':
      return new PermanentJobError(`${object} is archived: restore it before it can be read.`, { cause });
    case 'PreconditionFailed':
    case 'InvalidRange':
      return new ObjectReplacedError(`${object} was replaced while it was being read.`, { cause });
    default:
      return new TransientJobError(`Reading ${object} failed: ${name}: ${message}`, { cause });
  }
}
