import { randomUUID } from 'node:crypto';
import type { StreamMapping } from './mapping.ts';
import type { RecordStream, SourceRecord } from './record-stream.ts';

/** Why records were given up. Of the two, AWS documents the first; the other is named as it is for asynchronous events. */
export type Condition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded' | 'PayloadTooLarge';

export interface GivenUp {
  mapping: StreamMapping;
  stream: RecordStream;
  shard: string;
  records: SourceRecord[];
  condition: Condition;
  functionArn: string;
  /** Invocations that were tried. */
  attempts: number;
  /** Of the last one. */
  requestId: string;
  functionError?: string;
}

/**
 * What a destination is told of records that were given up. A bucket gets the whole event as well, as JSON text.
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
export function failureRecord(given: GivenUp, now: number, withPayload: boolean): object {
  const { stream, shard, records, functionError } = given;
  const [first, last] = [records[0]!, records.at(-1)!];
  return {
    requestContext: {
      requestId: given.requestId,
      functionArn: given.functionArn,
      condition: given.condition,
      approximateInvokeCount: given.attempts,
    },
    ...(given.attempts > 0 && {
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        ...(functionError && { functionError }),
      },
    }),
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    [stream.batchInfo]: {
      shardId: shard,
      startSequenceNumber: first.sequenceNumber,
      endSequenceNumber: last.sequenceNumber,
      approximateArrivalOfFirstRecord: new Date(first.time).toISOString(),
      approximateArrivalOfLastRecord: new Date(last.time).toISOString(),
      batchSize: records.length,
      streamArn: stream.arn,
    },
    ...(withPayload && { payload: JSON.stringify({ Records: records.map(({ event }) => event) }) }),
  };
}

/** `aws/lambda/UUID/SHARD/2026/10/24/2026-10-24T08.00.00-UUID`: the record's key in a bucket. */
export function failureKey({ mapping, shard }: GivenUp, now: number): string {
  const time = new Date(now).toISOString();
  const day = time.slice(0, 10).replaceAll('-', '/');
  return `aws/lambda/${mapping.uuid}/${shard}/${day}/${time.slice(0, 19).replaceAll(':', '.')}-${randomUUID()}`;
}
