import { at, optionalText, recordsOf, textOf } from './event-fields.ts';
import { s3EventName } from './s3-event-name.ts';

/** An object that an event of S3 is about. The same for one write, whichever way its event came. */
export interface S3Object {
  bucket: string;
  /** As it is, not URL-encoded. */
  key: string;
  versionId?: string;
  /** Without quotes. */
  eTag?: string;
  /** In bytes. */
  size?: number;
  /** `ObjectCreated:Put`, …: the names of S3's notifications, also for an event from EventBridge. */
  eventName: string;
}

/**
 * A key as S3's notifications have it: URL-encoded, with + for a space ("Event message structure", Amazon S3 user guide).
 * @throws TypeError when it is not URL-encoded
 */
export function decodeS3Key(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    throw new TypeError(`The key of the object is not URL-encoded: ${JSON.stringify(key)}`);
  }
}

/** Whether S3 sent this event to EventBridge, rather than as a notification. */
export function isS3EventBridgeEvent(event: unknown): boolean {
  return at(event, 'source') === 'aws.s3' && at(event, 'Records') === undefined;
}

/**
 * Reads an event of S3: a notification, or the event that S3 sends to EventBridge, whose key is not encoded.
 *
 * @example const [{ bucket, key }] = decodeS3(event);
 * @throws TypeError when it is neither
 */
export function decodeS3(event: unknown): S3Object[] {
  if (isS3EventBridgeEvent(event)) {
    return [
      {
        bucket: textOf(event, 'detail.bucket.name'),
        key: textOf(event, 'detail.object.key'),
        ...details(at(event, 'detail.object'), { eTag: 'etag', versionId: 'version-id' }),
        eventName: s3EventName(textOf(event, 'detail-type'), at(event, 'detail')),
      },
    ];
  }
  return recordsOf(event).map((record, index) => ({
    bucket: textOf(record, 's3.bucket.name', index),
    key: decodeS3Key(textOf(record, 's3.object.key', index)),
    ...details(at(record, 's3.object'), { eTag: 'eTag', versionId: 'versionId' }),
    eventName: textOf(record, 'eventName', index),
  }));
}

function details(object: unknown, names: { eTag: string; versionId: string }) {
  const [eTag, versionId] = [optionalText(object, names.eTag), optionalText(object, names.versionId)];
  const size = at(object, 'size');
  return { ...(versionId && { versionId }), ...(eTag && { eTag }), ...(typeof size === 'number' && { size }) };
}
