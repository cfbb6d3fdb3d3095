import { type IdentityTable, nameOf, seedOf } from './identity.ts';
import { arn, stableUuid } from './names.ts';

/** CloudWatch and its Logs. */
export const observability: IdentityTable = {
  /** The ARN of a log group ends in `:*`. */
  'AWS::Logs::LogGroup': (resource, deployment) => {
    const name = nameOf(resource, deployment, 'LogGroupName', 512);
    return { ref: name, attributes: { Arn: arn(deployment, 'logs', `log-group:${name}:*`) } };
  },
  'AWS::Logs::SubscriptionFilter': (resource, deployment) => ({
    ref: nameOf(resource, deployment, 'FilterName', 512),
    attributes: {},
  }),
  'AWS::Logs::MetricFilter': (resource, deployment) => ({
    ref: nameOf(resource, deployment, 'FilterName', 512),
    attributes: {},
  }),
  'AWS::Logs::QueryDefinition': (resource, deployment) => {
    const QueryDefinitionId = stableUuid(seedOf(resource, deployment));
    return { ref: QueryDefinitionId, attributes: { QueryDefinitionId } };
  },
  'AWS::CloudWatch::Alarm': (resource, deployment) => {
    const name = nameOf(resource, deployment, 'AlarmName', 255);
    return { ref: name, attributes: { Arn: arn(deployment, 'cloudwatch', `alarm:${name}`) } };
  },
  'AWS::CloudWatch::CompositeAlarm': (resource, deployment) => {
    const name = nameOf(resource, deployment, 'AlarmName', 255);
    return { ref: name, attributes: { Arn: arn(deployment, 'cloudwatch', `alarm:${name}`) } };
  },
  'AWS::CloudWatch::Dashboard': (resource, deployment) => ({
    ref: nameOf(resource, deployment, 'DashboardName', 255),
    attributes: {},
  }),
};
