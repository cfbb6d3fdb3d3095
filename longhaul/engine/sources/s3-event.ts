import { createHash } from 'node:crypto';
import type { S3ObjectEvent } from '../services/s3/events.ts';

/**
 * The event that S3 sends for one object. Version 2.1 of the structure, which has all members of object creations and
 * removals; later minor versions only add to it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function s3Event(event: S3ObjectEvent, configurationId: string): object {
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'us-east-1',
        eventTime: event.time,
        eventName: event.eventName,
        userIdentity: { principalId: 'AWS:LOCAL' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: {
          'x-amz-request-id': event.requestId,
          'x-amz-id-2': createHash('sha512').update(event.requestId).digest('base64').slice(0, 76),
        },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId,
          bucket: {
            name: event.bucket,
            ownerIdentity: { principalId: 'LOCAL' },
            arn: `arn:aws:s3:::${event.bucket}`,
          },
          object: {
            key: encodeKey(event.key),
            ...(event.size !== undefined && { size: event.size }),
            ...(event.eTag !== undefined && { eTag: event.eTag }),
            ...(event.versionId !== undefined && { versionId: event.versionId }),
            sequencer: event.sequencer,
          },
        },
      },
    ],
  };
}

/** As a form encodes it: `+` for a space, UTF-8 bytes as `%C3%BC`; the slashes stay. */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
}
