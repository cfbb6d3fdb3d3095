import { s3Error } from './errors.ts';

interface Version {
  eTag: string;
  /** Milliseconds since the epoch. */
  modified: number;
}

/** The conditions of a read, as header values. */
export interface ReadConditions {
  ifMatch?: string | undefined;
  ifNoneMatch?: string | undefined;
  ifModifiedSince?: string | undefined;
  ifUnmodifiedSince?: string | undefined;
}

/**
 * Whether a read may go on. An ETag condition outweighs the date condition that it comes with; dates count in seconds,
 * and one that cannot be read is ignored (RFC 9110, section 13.2.2, which GetObject's documentation follows).
 */
export function judgeRead(object: Version, conditions: ReadConditions): 'go' | 'not-modified' | 'failed' {
  const { ifMatch, ifNoneMatch } = conditions;
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, object.eTag)) return 'failed';
  } else if (seconds(conditions.ifUnmodifiedSince) < Math.floor(object.modified / 1000)) {
    return 'failed';
  }
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, object.eTag) ? 'not-modified' : 'go';
  return seconds(conditions.ifModifiedSince) >= Math.floor(object.modified / 1000) ? 'not-modified' : 'go';
}

/** The conditions of a write or a delete, as header values. */
export interface WriteConditions {
  ifMatch?: string | undefined;
  ifNoneMatch?: string | undefined;
}

/**
 * Refuses a write whose condition does not hold against what is there now.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 *
 * @throws PreconditionFailed (412); NoSuchKey (404) for If-Match on a key that does not exist
 */
export function checkWrite(key: string, existing: Version | undefined, conditions: WriteConditions): void {
  const { ifMatch, ifNoneMatch } = conditions;
  if (ifNoneMatch !== undefined && existing) throw s3Error('PreconditionFailed', { Condition: 'If-None-Match' });
  if (ifMatch === undefined) return;
  if (!existing) throw s3Error('NoSuchKey', { Key: key });
  if (!matches(ifMatch, existing.eTag)) throw s3Error('PreconditionFailed', { Condition: 'If-Match' });
}

/** Whether a list of ETags, quoted or not, has this one; `*` is every one. */
function matches(header: string, eTag: string): boolean {
  return header.split(',').some((one) => {
    const tag = one.trim().replace(/^(W\/)?"(.*)"$/, '$2');
    return tag === '*' || tag === eTag;
  });
}

/** NaN, for which every comparison is false, when there is no date. */
function seconds(date: string | undefined): number {
  return Math.floor(Date.parse(date ?? '') / 1000);
}
