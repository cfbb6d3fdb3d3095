import type { Functions } from '../functions/index.ts';
import type { Messaging, Notification } from '../services/messaging/index.ts';
import type { Resource } from '../template/model.ts';

export interface SnsSourcesOptions {
  resources: Resource[];
  functions: Pick<Functions, 'enqueue'>;
  messaging: Pick<Messaging, 'subscribe' | 'deliverToFunctions'>;
  /** What the user should be told. */
  onNotice?(message: string): void;
}

/**
 * Takes the messages of topics to the functions that are subscribed: by events of type `SNS`, by `AWS::SNS::Subscription`, or
 * by whoever calls the API. A message is on disk for each of its functions before the publisher is answered.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-sns.html
 */
export function startSnsSources({ resources, functions, messaging, onNotice = () => {} }: SnsSourcesOptions): void {
  messaging.deliverToFunctions((functionArn, subscriptionArn, notification) => {
    try {
      functions.enqueue(functionArn, JSON.stringify(snsEvent(subscriptionArn, notification)));
    } catch (error) {
      onNotice(`Message ${notification.MessageId} of ${notification.TopicArn}: ${(error as Error).message}`);
    }
  });
  for (const { path, functionArn, properties } of snsEvents(resources)) {
    if (properties.SqsSubscription) {
      onNotice(`${path}: SqsSubscription is not made here; the topic's messages go to the function directly.`);
    }
    if (messaging.subscribe(properties.Topic, 'lambda', functionArn, subscriptionAttributes(properties))) continue;
    onNotice(`${path}: there is no topic ${properties.Topic} here; its messages do not reach the function.`);
  }
}

/** The topics that functions name as events. */
export function snsEvents(resources: Resource[]): { path: string; functionArn: string; properties: SnsProperties }[] {
  return resources.flatMap(({ type, path, ref, attributes, properties }) => {
    if (type !== 'AWS::Serverless::Function') return [];
    const events = Object.entries<{ Type: string; Properties: SnsProperties }>(properties.Events ?? {});
    return events
      .filter(([, { Type }]) => Type === 'SNS')
      .map(([name, { Properties }]) => ({
        path: `${path}/${name}`,
        functionArn: attributes.Arn ?? ref,
        properties: Properties,
      }));
  });
}

interface SnsProperties {
  Topic: string;
  FilterPolicy?: object;
  FilterPolicyScope?: string;
  SqsSubscription?: unknown;
}

/** The properties of a subscription that are attributes of the API, as text. */
export function subscriptionAttributes(properties: {
  FilterPolicy?: object | string;
  FilterPolicyScope?: string;
  RawMessageDelivery?: boolean | string;
}): Record<string, string> {
  const { FilterPolicy, FilterPolicyScope, RawMessageDelivery } = properties;
  return {
    ...(FilterPolicy && {
      FilterPolicy: typeof FilterPolicy === 'string' ? FilterPolicy : JSON.stringify(FilterPolicy),
    }),
    ...(FilterPolicyScope && { FilterPolicyScope }),
    ...(RawMessageDelivery !== undefined && { RawMessageDelivery: String(RawMessageDelivery) }),
  };
}

/**
 * A notification as Lambda hands it to a function: members of a message in JSON, two of them spelt in another way.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html#sns-sample-event
 */
function snsEvent(subscriptionArn: string, notification: Notification): object {
  const { SigningCertURL, UnsubscribeURL, Subject = null, MessageAttributes = {}, ...same } = notification;
  const { Type, MessageId, TopicArn, Message, Timestamp, SignatureVersion, Signature } = same;
  return {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: subscriptionArn,
        Sns: {
          Type,
          MessageId,
          TopicArn,
          Subject,
          Message,
          Timestamp,
          SignatureVersion,
          Signature,
          SigningCertUrl: SigningCertURL,
          UnsubscribeUrl: UnsubscribeURL,
          MessageAttributes,
        },
      },
    ],
  };
}
