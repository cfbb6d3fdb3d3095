import { at, optionalText, recordsOf, textOf } from './event-fields.ts';

/** An object that an event of S3 is about. */
export interface S3Object {
  bucket: string;
  /** As it is, not URL-encoded. */
  key: string;
  versionId?: string;
  /** Without quotes. */
  eTag?: string;
  /** In bytes. */
  size?: number;
  /** `ObjectCreated:Put`, …; from EventBridge `Object Created`, … */
  eventName: string;
}

/**
 * A key as events of S3 have it: URL-encoded, with + for a space ("Event message structure", Amazon S3 user guide).
 * @throws TypeError when it is not URL-encoded
 */
export function decodeS3Key(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    throw new TypeError(`The key of the object is not URL-encoded: ${JSON.stringify(key)}`);
  }
}

/**
 * Reads an event of S3: a notification, as the trigger `s3` hands it to a job, or the event that S3 sends to EventBridge, whose
 * key is not encoded.
 *
 * @example const [{ bucket, key }] = decodeS3(event);
 * @throws TypeError when it is neither
 */
export function decodeS3(event: unknown): S3Object[] {
  const detail = at(event, 'detail');
  if (optionalText(event, 'source') === 'aws.s3' && optionalText(detail, 'object.key') !== undefined) {
    const bucket = optionalText(detail, 'bucket.name') ?? '';
    const eventName = optionalText(event, 'detail-type') ?? '';
    const object = details(at(detail, 'object'), { eTag: 'etag', versionId: 'version-id' });
    return [{ bucket, key: optionalText(detail, 'object.key')!, ...object, eventName }];
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
