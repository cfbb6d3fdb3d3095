import type { Fauxqs } from './fauxqs.ts';

/** What SNS sends to a subscriber: the members of a notification in JSON. */
export interface Notification {
  Type: 'Notification';
  MessageId: string;
  TopicArn: string;
  Subject?: string;
  Message: string;
  Timestamp: string;
  SignatureVersion: string;
  Signature: string;
  SigningCertURL: string;
  UnsubscribeURL: string;
  MessageAttributes?: Record<string, { Type: string; Value: string }>;
}

export type DeliverToFunction = (functionArn: string, subscriptionArn: string, notification: Notification) => void;

/**
 * Makes fauxqs deliver to functions. It delivers to queues only, and filters for them; so a subscription of protocol
 * `lambda` looks like one of a queue to whoever publishes, and the function behind it like a queue that takes messages.
 */
export function deliverToFunctions(
  { queues, topics }: Pick<Fauxqs, 'queues' | 'topics'>,
  deliver: DeliverToFunction,
): void {
  const subscriptionOf = topics.getSubscription.bind(topics);
  topics.getSubscription = (arn) => {
    const subscription = subscriptionOf(arn);
    if (subscription?.protocol !== 'lambda') return subscription;
    const asQueue = { protocol: 'sqs', confirmed: true, attributes: withoutRaw(subscription.attributes) };
    return Object.assign(Object.create(subscription), asQueue);
  };

  const queueOf = queues.getQueueByArn.bind(queues);
  queues.getQueueByArn = (arn) => {
    if (!arn.startsWith('arn:aws:lambda:')) return queueOf(arn);
    const asQueue = {
      isFifo: () => false,
      enqueue({ body }: { body: string }) {
        const notification = JSON.parse(body) as Notification;
        const subscriptionArn = new URL(notification.UnsubscribeURL).searchParams.get('SubscriptionArn') ?? '';
        deliver(arn, subscriptionArn, notification);
      },
    };
    return asQueue as unknown as ReturnType<typeof queueOf>;
  };
}

/** Raw delivery is for queues and HTTP alone (SNS developer guide, "raw message delivery"). */
function withoutRaw(attributes: Record<string, string>): Record<string, string> {
  if (attributes.RawMessageDelivery === undefined) return attributes;
  const { RawMessageDelivery: _, ...others } = attributes;
  return others;
}
