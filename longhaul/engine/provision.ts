import type { Kinesis } from './services/kinesis/index.ts';
import type { LogStore } from './services/logs/index.ts';
import type { Messaging } from './services/messaging/index.ts';
import type { ObjectStore } from './services/s3/index.ts';
import { subscriptionAttributes } from './sources/sns.ts';
import type { Resource } from './template/index.ts';

/** Creates what the services must hold before the first request; what is there from the last start stays as it is. */
export function provision(
  resources: Resource[],
  { objects, kinesis, logs }: { objects: ObjectStore; kinesis: Kinesis; logs: LogStore },
): void {
  for (const resource of resources) {
    const { type, ref, properties } = resource;
    if (type === 'AWS::S3::Bucket') objects.createBucket(ref);
    if (type === 'AWS::Kinesis::Stream') kinesis.declare(resource);
    if (type === 'AWS::Logs::LogGroup') {
      logs.createGroup(ref);
      logs.setRetention(ref, properties.RetentionInDays === undefined ? undefined : Number(properties.RetentionInDays));
    }
  }
}

/** The same for queues and topics, before the first request to one of them. */
export function declareMessaging(resources: Resource[], messaging: Messaging): void {
  for (const { type, properties, attributes } of resources) {
    if (type === 'AWS::SQS::Queue') messaging.createQueue(attributes.QueueName ?? '', queueAttributes(properties));
    if (type === 'AWS::SNS::Topic') provisionTopic(messaging, attributes.TopicName ?? '', properties);
    if (type === 'AWS::SNS::Subscription') {
      messaging.subscribe(
        properties.TopicArn,
        properties.Protocol,
        properties.Endpoint,
        subscriptionAttributes(properties),
      );
    }
  }
}

/** A topic with the subscriptions that it names itself. */
function provisionTopic(messaging: Messaging, name: string, properties: Resource['properties']): void {
  const attributes = {
    DisplayName: properties.DisplayName,
    FifoTopic: properties.FifoTopic || undefined,
    ContentBasedDeduplication: properties.ContentBasedDeduplication || undefined,
  };
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const arn = messaging.createTopic(name, Object.fromEntries(given.map(([key, value]) => [key, String(value)])));
  const subscriptions: { Protocol: string; Endpoint: string }[] = properties.Subscription ?? [];
  for (const { Protocol, Endpoint } of subscriptions) messaging.subscribe(arn, Protocol, Endpoint);
}

/** The properties of a queue that are attributes of the API, under the API's names. */
function queueAttributes(properties: Resource['properties']): Record<string, string> {
  const attributes: Record<string, unknown> = {
    VisibilityTimeout: properties.VisibilityTimeout,
    DelaySeconds: properties.DelaySeconds,
    MaximumMessageSize: properties.MaximumMessageSize,
    MessageRetentionPeriod: properties.MessageRetentionPeriod,
    ReceiveMessageWaitTimeSeconds: properties.ReceiveMessageWaitTimeSeconds,
    RedrivePolicy: properties.RedrivePolicy && JSON.stringify(properties.RedrivePolicy),
    FifoQueue: properties.FifoQueue || undefined,
    ContentBasedDeduplication: properties.ContentBasedDeduplication || undefined,
  };
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, String(value)]),
  );
}
