import type { Resource } from '../../template/model.ts';
import type { S3ObjectEvent } from '../s3/events.ts';
import type { Occurrence } from './event.ts';

/** The buckets whose `NotificationConfiguration` has an `EventBridgeConfiguration`, which is enabled unless it says otherwise. */
export function bucketsWithEvents(resources: Resource[]): Set<string> {
  const enabled = resources.filter(({ type, properties }) => {
    const configuration = properties.NotificationConfiguration?.EventBridgeConfiguration;
    return type === 'AWS::S3::Bucket' && configuration && String(configuration.EventBridgeEnabled ?? true) === 'true';
  });
  return new Set(enabled.map(({ ref }) => ref));
}

const REASONS: Record<S3ObjectEvent['eventName'], string> = {
  'ObjectCreated:Put': 'PutObject',
  'ObjectCreated:CompleteMultipartUpload': 'CompleteMultipartUpload',
  'ObjectCreated:Copy': 'CopyObject',
  'ObjectRemoved:Delete': 'DeleteObject',
};

/**
 * `Object Created` and `Object Deleted`. Unlike in S3's own notifications the key is as it is, not URL-encoded. The
 * sequencer and the request id are those of the notification. Later versions of the structure only add members
 * (`event-version`, `aws-generated-tags`).
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function objectEvent(event: S3ObjectEvent): Occurrence {
  const { bucket, key, eventName, size, eTag, versionId, sequencer, requestId, time } = event;
  const removed = eventName === 'ObjectRemoved:Delete';
  return {
    source: 'aws.s3',
    detailType: removed ? 'Object Deleted' : 'Object Created',
    resources: [`arn:aws:s3:::${bucket}`],
    time: Date.parse(time),
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: {
        key,
        ...(size !== undefined && { size }),
        ...(eTag !== undefined && { etag: eTag }),
        ...(versionId !== undefined && { 'version-id': versionId }),
        sequencer,
      },
      'request-id': requestId,
      requester: '000000000000',
      'source-ip-address': '127.0.0.1',
      reason: REASONS[eventName],
      ...(removed && { 'deletion-type': 'Permanently Deleted' }),
    },
  };
}
