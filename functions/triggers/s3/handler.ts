import type { S3Event, S3EventRecord } from 'aws-lambda';
import { MalformedEventError, textAt, trigger } from '../trigger.ts';

/**
 * Objects that appear in a bucket. S3 delivers at least once and writes keys URL-encoded; the job gets the record as it
 * is (S3 user guide, "Event message structure").
 */
export const handler = trigger<S3Event, S3EventRecord>({
  source: 's3',
  records({ Records }) {
    if (Array.isArray(Records) && Records.length > 0) return Records;
    throw new MalformedEventError("'Records' must be a list with at least one record");
  },
  identity(record) {
    const { versionId, sequencer } = record?.s3?.object ?? {};
    return [
      textAt(record, 's3.bucket.name'),
      textAt(record, 's3.object.key'),
      textAt(record, 'eventName'),
      versionId ?? '',
      // Only writes and deletions have a sequencer; for the rest, the request that caused the event is told apart.
      sequencer ?? textAt(record, 'responseElements.x-amz-request-id'),
    ];
  },
  alone: (record) => ({ Records: [record] }),
});
