import { PermanentJobError, TransientJobError } from '../errors.ts';
import { messageOf } from '../log.ts';
import { type ObjectAddress, uri } from './address.ts';

/** The object was overwritten since the position was saved, or while it was being read. */
export class ObjectReplacedError extends TransientJobError {
  override name = 'ObjectReplacedError';
}

/** Turns S3's answer to a read into the error that a job ends with: permanent if another attempt would get the same answer. */
export function readError(cause: unknown, address: ObjectAddress): Error {
  const object = uri(address);
  switch (cause instanceof Error ? cause.name : typeof cause) {
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
      // S3 also answers this for a missing object if the role may not list the bucket (GetObject, "Permissions").
      return new PermanentJobError(
        `Access to ${object} is denied: the job's role may not read it (s3:GetObject, and kms:Decrypt for its key), or it does not exist.`,
        { cause },
      );
    case 'InvalidObjectState':
      return new PermanentJobError(`${object} is archived: restore it before it can be read.`, { cause });
    case 'PreconditionFailed':
    case 'InvalidRange':
      return new ObjectReplacedError(
        `${object} was replaced while it was being read. To start over with the new content, catch ObjectReplacedError.`,
        { cause },
      );
    default:
      return new TransientJobError(`Reading ${object} failed: ${messageOf(cause)}`, { cause });
  }
}
