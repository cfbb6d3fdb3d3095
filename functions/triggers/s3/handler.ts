import type { EventBridgeEvent, S3Event, S3EventRecord } from 'aws-lambda';
import { decodeS3Key, isS3EventBridgeEvent, s3EventName } from 'longhaul/trigger';
import { MalformedEventError, textAt, trigger } from '../trigger.ts';

type FromEventBridge = EventBridgeEvent<string, { object: { 'version-id'?: string; sequencer?: string } }>;

/**
 * Objects of a bucket, as EventBridge delivers their events or as S3's own notifications. The job gets what the source
 * delivered: the whole event of EventBridge, or the notification with one record.
 */
export const handler = trigger<FromEventBridge | S3Event, FromEventBridge | S3EventRecord>({
  source: 's3',
  records(event) {
    if (isFromEventBridge(event)) return [event];
    if (Array.isArray(event?.Records) && event.Records.length > 0) return event.Records;
    throw new MalformedEventError("An event of S3 has 'source' aws.s3, or 'Records' with at least one record");
  },
  identity: (one) => identityOf(isFromEventBridge(one) ? ofEventBridge(one) : ofNotification(one)),
  alone: (one) => (isFromEventBridge(one) ? one : { Records: [one] }),
});

function isFromEventBridge(event: unknown): event is FromEventBridge {
  return isS3EventBridgeEvent(event);
}

interface Written {
  bucket: string;
  key: string;
  /** `ObjectCreated:Put` */
  name: string;
  versionId: string | undefined;
  sequencer: string | undefined;
  /** The request that caused the event. */
  requestId(): string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
function ofEventBridge(event: FromEventBridge): Written {
  return {
    bucket: textAt(event, 'detail.bucket.name'),
    key: textAt(event, 'detail.object.key'),
    name: s3EventName(textAt(event, 'detail-type'), event.detail),
    versionId: event.detail.object['version-id'],
    sequencer: event.detail.object.sequencer,
    requestId: () => textAt(event, 'detail.request-id'),
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
function ofNotification(record: S3EventRecord): Written {
  return {
    bucket: textAt(record, 's3.bucket.name'),
    key: decoded(textAt(record, 's3.object.key')),
    name: textAt(record, 'eventName'),
    versionId: record.s3.object.versionId,
    sequencer: record.s3.object.sequencer,
    requestId: () => textAt(record, 'responseElements.x-amz-request-id'),
  };
}

/**
 * The same for one write, whichever way its event came. Only what creates or deletes an object has a sequencer both ways;
 * a restore has one in its notification only.
 */
function identityOf({ bucket, key, name, versionId, sequencer, requestId }: Written): string[] {
  const [kind = ''] = name.split(':');
  const write = kind === 'ObjectRestore' ? undefined : sequencer;
  return [bucket, key, kind, versionId ?? '', write ?? requestId()];
}

function decoded(key: string): string {
  try {
    return decodeS3Key(key);
  } catch {
    throw new MalformedEventError("'s3.object.key' must be URL-encoded");
  }
}
