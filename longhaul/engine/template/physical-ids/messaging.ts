import type { Deployment } from '../model.ts';
import { type Identified, type IdentityTable, lastPart, nameOf, plainId, seedOf, text } from './identity.ts';
import { arn, generatedName, stableUuid } from './names.ts';

/** A FIFO queue's or topic's name ends in `.fifo`, the generated one as well. */
function fifoName(resource: Identified, deployment: Deployment, property: string, longest: number, isFifo: boolean) {
  const suffix = isFifo ? '.fifo' : '';
  return (
    text(resource, property) ??
    `${generatedName(deployment.stackName, resource.logicalId, longest - suffix.length)}${suffix}`
  );
}

export const messaging: IdentityTable = {
  /** `Ref` is the queue's URL: here at the local endpoint. */
  'AWS::SQS::Queue': (resource, deployment) => {
    const QueueName = fifoName(resource, deployment, 'QueueName', 80, text(resource, 'FifoQueue') === 'true');
    const QueueUrl = `${deployment.endpoint}/${deployment.accountId}/${QueueName}`;
    return { ref: QueueUrl, attributes: { Arn: arn(deployment, 'sqs', QueueName), QueueName, QueueUrl } };
  },
  'AWS::SQS::QueuePolicy': plainId('Id'),
  'AWS::SNS::Topic': (resource, deployment) => {
    const TopicName = fifoName(resource, deployment, 'TopicName', 256, text(resource, 'FifoTopic') === 'true');
    const TopicArn = arn(deployment, 'sns', TopicName);
    return { ref: TopicArn, attributes: { TopicArn, TopicName } };
  },
  'AWS::SNS::TopicPolicy': plainId('Id'),
  'AWS::SNS::Subscription': (resource, deployment) => {
    const Arn = `${text(resource, 'TopicArn')}:${stableUuid(seedOf(resource, deployment))}`;
    return { ref: Arn, attributes: { Arn } };
  },
  'AWS::Kinesis::Stream': (resource, deployment) => {
    const name = nameOf(resource, deployment, 'Name', 128);
    return { ref: name, attributes: { Arn: arn(deployment, 'kinesis', `stream/${name}`) } };
  },
  'AWS::Events::EventBus': (resource, deployment) => {
    const Name = nameOf(resource, deployment, 'Name', 256);
    return { ref: Name, attributes: { Arn: arn(deployment, 'events', `event-bus/${Name}`), Name } };
  },
  /** `Ref` is the rule's name, behind `bus|` when the bus is not the default one. */
  'AWS::Events::Rule': (resource, deployment) => {
    const name = nameOf(resource, deployment, 'Name', 64);
    const bus = lastPart(text(resource, 'EventBusName') ?? 'default');
    const isDefault = bus === 'default';
    return {
      ref: isDefault ? name : `${bus}|${name}`,
      attributes: { Arn: arn(deployment, 'events', isDefault ? `rule/${name}` : `rule/${bus}/${name}`) },
    };
  },
  'AWS::Scheduler::Schedule': (resource, deployment) => {
    const name = nameOf(resource, deployment, 'Name', 64);
    const group = text(resource, 'GroupName') ?? 'default';
    return { ref: name, attributes: { Arn: arn(deployment, 'scheduler', `schedule/${group}/${name}`) } };
  },
  'AWS::Scheduler::ScheduleGroup': (resource, deployment) => {
    const name = nameOf(resource, deployment, 'Name', 64);
    return { ref: name, attributes: { Arn: arn(deployment, 'scheduler', `schedule-group/${name}`), State: 'ACTIVE' } };
  },
};
