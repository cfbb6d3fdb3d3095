import type { Resource } from '../../template/model.ts';
import type { Subscription } from './subscription-store.ts';

interface Event {
  Type: string;
  Properties?: { LogGroupName: string; FilterPattern?: string };
}

/**
 * `AWS::Logs::SubscriptionFilter`, and events of type `CloudWatchLogs` of functions.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-cloudwatchlogs.html
 */
export function declaredSubscriptions(resources: Resource[]): Omit<Subscription, 'created'>[] {
  return resources.flatMap((resource) => {
    const { type, properties, attributes, ref } = resource;
    if (type === 'AWS::Logs::SubscriptionFilter') {
      const { LogGroupName, FilterPattern, DestinationArn } = properties;
      return [subscription(LogGroupName, properties.FilterName ?? ref, FilterPattern, DestinationArn)];
    }
    if (type !== 'AWS::Serverless::Function') return [];
    return Object.entries<Event>(properties.Events ?? {})
      .filter(([, { Type }]) => Type === 'CloudWatchLogs')
      .map(([name, { Properties }]) =>
        subscription(Properties?.LogGroupName, `${ref}-${name}`, Properties?.FilterPattern, attributes.Arn),
      );
  });
}

const subscription = (group: unknown, name: string, pattern: unknown, destination: unknown) => ({
  group: String(group),
  name,
  pattern: String(pattern ?? ''),
  destination: String(destination),
});
