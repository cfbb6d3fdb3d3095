import type { RecordStreams } from '../../sources/streams/record-stream.ts';
import { type Kinesis, place } from './kinesis.ts';
import { shardId } from './shards.ts';

/**
 * Kinesis streams for event source mappings, with records as a function gets them.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
 */
export function kinesisStreams(kinesis: Kinesis): RecordStreams {
  return {
    open(arn) {
      const stream = kinesis.list().find((candidate) => candidate.arn === arn);
      if (!stream) return undefined;
      return {
        arn,
        batchInfo: 'KinesisBatchInfo',
        shards: Array.from({ length: stream.shardCount }, (_, index) => shardId(index)),
        retentionSeconds: stream.retentionHours * 3600,
        start: (shard, from, time) => {
          if (from === 'LATEST') return kinesis.log.latest();
          return from === 'AT_TIMESTAMP' ? kinesis.log.before(place(stream, shard), time ?? 0) : 0;
        },
        read: (shard, after, limit, characters) =>
          kinesis.read(stream, shard, after, limit, characters).map((record) => ({
            position: record.position,
            time: record.time,
            sequenceNumber: record.sequenceNumber,
            event: {
              kinesis: {
                kinesisSchemaVersion: '1.0',
                partitionKey: record.partitionKey,
                sequenceNumber: record.sequenceNumber,
                data: record.data,
                approximateArrivalTimestamp: record.time / 1000,
              },
              eventSource: 'aws:kinesis',
              eventVersion: '1.0',
              eventID: `${shard}:${record.sequenceNumber}`,
              eventName: 'aws:kinesis:record',
              invokeIdentityArn: 'arn:aws:iam::000000000000:role/local',
              awsRegion: 'us-east-1',
              eventSourceARN: arn,
            },
          })),
        onRecord: (shard, listener) => kinesis.log.onAppend((other) => other === place(stream, shard) && listener()),
      };
    },
  };
}
