import type { SNSEvent, SNSEventRecord } from 'aws-lambda';
import { MalformedEventError, textAt, trigger } from '../trigger.ts';

/** Messages published to a topic. A message that SNS delivers again keeps its id (SNS developer guide, "message ID"). */
export const handler = trigger<SNSEvent, SNSEventRecord>({
  source: 'sns',
  records({ Records }) {
    if (Array.isArray(Records) && Records.length > 0) return Records;
    throw new MalformedEventError("'Records' must be a list with at least one message");
  },
  identity: (record) => [textAt(record, 'Sns.TopicArn'), textAt(record, 'Sns.MessageId')],
  alone: (record) => ({ Records: [record] }),
  together: (records) => ({ Records: records }),
});
