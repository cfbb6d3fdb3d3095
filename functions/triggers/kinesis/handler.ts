import type { KinesisStreamEvent, KinesisStreamRecord, SQSBatchResponse } from 'aws-lambda';
import { ofStream } from '../stream.ts';
import { textAt, trigger } from '../trigger.ts';

/** Records of a Kinesis stream. An event id is shard and sequence number, and so the same at every delivery. */
export const handler = trigger<KinesisStreamEvent, KinesisStreamRecord, SQSBatchResponse>({
  source: 'kinesis',
  ...ofStream((record) => record?.kinesis?.sequenceNumber),
  identity: (record) => [textAt(record, 'eventSourceARN'), textAt(record, 'eventID')],
});
