import type { DynamoDBRecord, DynamoDBStreamEvent, SQSBatchResponse } from 'aws-lambda';
import { ofStream } from '../stream.ts';
import { textAt, trigger } from '../trigger.ts';

/** Changes of a table's items, from its stream. Each has an id of its own, the same at every delivery. */
export const handler = trigger<DynamoDBStreamEvent, DynamoDBRecord, SQSBatchResponse>({
  source: 'dynamodb',
  ...ofStream((record) => record?.dynamodb?.SequenceNumber),
  identity: (record) => [textAt(record, 'eventSourceARN'), textAt(record, 'eventID')],
});
