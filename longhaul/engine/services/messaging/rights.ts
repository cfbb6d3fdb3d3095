import { type Asked, arn, type Right } from '../../rights/index.ts';

/**
 * What is done in batches needs the right to do it once.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
 */
export function sqsRights({ action, input }: Asked): Right[] {
  const name = input.QueueName ?? (input.QueueUrl && String(input.QueueUrl).split('/').at(-1));
  return [{ action: `sqs:${action.replace(/Batch$/, '')}`, resource: name ? arn('sqs', String(name)) : '*' }];
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html */
export function snsRights({ action, input }: Asked): Right[] {
  const { TopicArn, TargetArn, Name, SubscriptionArn } = input;
  // A subscription's ARN is its topic's and an id.
  const topic = TopicArn ?? TargetArn ?? (Name && arn('sns', String(Name))) ?? SubscriptionArn?.replace(/:[^:]*$/, '');
  return [{ action: `sns:${action.replace(/Batch$/, '')}`, resource: String(topic ?? '*') }];
}
