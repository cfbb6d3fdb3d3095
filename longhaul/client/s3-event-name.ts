import { at, optionalText } from './event-fields.ts';

const REASONS: Record<string, string> = {
  PutObject: 'Put',
  'POST Object': 'Post',
  CopyObject: 'Copy',
  CompleteMultipartUpload: 'CompleteMultipartUpload',
};

const NAMES: Record<string, string> = {
  'Object Restore Initiated': 'ObjectRestore:Post',
  'Object Restore Completed': 'ObjectRestore:Completed',
  'Object Restore Expired': 'ObjectRestore:Delete',
  'Object Storage Class Changed': 'LifecycleTransition',
  'Object Access Tier Changed': 'IntelligentTiering',
  'Object Tags Added': 'ObjectTagging:Put',
  'Object Tags Deleted': 'ObjectTagging:Delete',
  'Object ACL Updated': 'ObjectAcl:Put',
};

/**
 * The name that S3's notifications have for an event that it sent to EventBridge: `ObjectCreated:Put` for `Object Created`
 * with the reason `PutObject`. A type that is not in the tables keeps its own name.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-mapping-troubleshooting.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
 */
export function s3EventName(detailType: string, detail: unknown): string {
  const reason = optionalText(detail, 'reason') ?? '';
  if (detailType === 'Object Created') return `ObjectCreated:${REASONS[reason] ?? reason}`;
  if (detailType !== 'Object Deleted') return NAMES[detailType] ?? detailType;
  const by = reason === 'Lifecycle Expiration' ? 'LifecycleExpiration' : 'ObjectRemoved';
  return `${by}:${at(detail, 'deletion-type') === 'Delete Marker Created' ? 'DeleteMarkerCreated' : 'Delete'}`;
}
