import { type Asked, arn, type Right } from '../../rights/index.ts';

/**
 * An iterator hides the stream that it is of, unless the stream is named beside it.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonkinesisdatastreams.html
 */
export function kinesisRights({ action, input }: Asked): Right[] {
  const { StreamARN, StreamName } = input;
  const resource = StreamARN ?? (StreamName && arn('kinesis', `stream/${StreamName}`));
  if (!resource) return action === 'ListStreams' ? [{ action: 'kinesis:ListStreams', resource: '*' }] : [];
  return [{ action: `kinesis:${action}`, resource }];
}
