import { createHash } from 'node:crypto';
import type { S3ObjectEvent } from '../services/s3/events.ts';
import type { Resource } from '../template/model.ts';

/** One configuration of a bucket's event notifications that has a function as its target. */
export interface BucketNotification {
  /** The `configurationId` of the events. */
  id: string;
  bucket: string;
  /** `s3:ObjectCreated:*` */
  events: string[];
  prefix: string;
  suffix: string;
  /** Name or ARN of the function. */
  functionName: string;
}

/**
 * The notifications that functions declare as events of type `S3`, and those that buckets declare themselves.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-s3.html
 */
export function bucketNotifications(resources: Resource[]): BucketNotification[] {
  const found = resources.flatMap((resource) => {
    if (resource.type === 'AWS::Serverless::Function') return ofFunction(resource);
    return resource.type === 'AWS::S3::Bucket' ? ofBucket(resource) : [];
  });
  // A template may say the same on both sides: the function is to hear of an object once.
  return [...new Map(found.map((notification) => [notification.id, notification])).values()];
}

interface Filter {
  S3Key?: { Rules?: { Name: string; Value: string }[] };
}

function ofFunction(resource: Resource): BucketNotification[] {
  const events: { Type: string; Properties: { Bucket: string; Events: string | string[]; Filter?: Filter } }[] =
    Object.values(resource.properties.Events ?? {});
  return events
    .filter(({ Type }) => Type === 'S3')
    .map(({ Properties }) => notification(Properties.Bucket, Properties.Events, Properties.Filter, resource.ref));
}

function ofBucket(resource: Resource): BucketNotification[] {
  const configurations: { Event: string; Function: string; Filter?: Filter }[] =
    resource.properties.NotificationConfiguration?.LambdaConfigurations ?? [];
  return configurations.map(({ Event, Function: name, Filter }) => notification(resource.ref, Event, Filter, name));
}

function notification(
  bucket: string,
  events: string | string[],
  filter: Filter | undefined,
  target: string,
): BucketNotification {
  const rule = (name: string) =>
    filter?.S3Key?.Rules?.find((candidate) => candidate.Name.toLowerCase() === name)?.Value ?? '';
  const functionName = target.replace(/^.*:function:/, '');
  const what = { bucket, events: [events].flat(), prefix: rule('prefix'), suffix: rule('suffix'), functionName };
  // Without an id of its own S3 gives a configuration a UUID; this one stays the same over restarts.
  const hash = createHash('sha256').update(JSON.stringify(what)).digest('hex');
  return { id: hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5'), ...what };
}

/** Whether a notification wants an event. A type that ends in `*` stands for all that begin so. */
export function concerns(notification: BucketNotification, event: S3ObjectEvent): boolean {
  const name = `s3:${event.eventName}`;
  return (
    notification.bucket === event.bucket &&
    notification.events.some((type) => (type.endsWith('*') ? name.startsWith(type.slice(0, -1)) : name === type)) &&
    event.key.startsWith(notification.prefix) &&
    event.key.endsWith(notification.suffix)
  );
}
