/** What happened to an object, as far as `s3:ObjectCreated:*` and `s3:ObjectRemoved:*` notifications tell it. */
export interface S3ObjectEvent {
  bucket: string;
  /** As it is, not URL-encoded (a notification's `s3.object.key` is). */
  key: string;
  eventName:
    | 'ObjectCreated:Put'
    | 'ObjectCreated:CompleteMultipartUpload'
    | 'ObjectCreated:Copy'
    | 'ObjectRemoved:Delete';
  /** Bytes. Absent for a removed object, as in S3's own notifications. */
  size?: number;
  /** Without quotes. Absent for a removed object. */
  eTag?: string;
  /** Buckets here are not versioned: always absent. */
  versionId?: string;
  /**
   * Hexadecimal, all of the same length: the later event of one key has the greater one.
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
   */
  sequencer: string;
  /** The `x-amz-request-id` of the request that did it. */
  requestId: string;
  /** ISO 8601 in UTC with milliseconds, as `eventTime`. */
  time: string;
}

export type S3EventListener = (event: S3ObjectEvent) => void;
