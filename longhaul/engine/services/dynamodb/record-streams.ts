import type { RecordStreams } from '../../sources/streams/record-stream.ts';
import { RETENTION, SHARD_ID, type Streams } from './streams.ts';

/**
 * The streams of tables for event source mappings. A record of a function's event has the stream's ARN besides what
 * GetRecords gives. https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 */
export function tableStreams(streams: Streams): RecordStreams {
  return {
    open(arn) {
      const stream = streams.list().find((candidate) => candidate.arn === arn);
      if (!stream) return undefined;
      return {
        arn,
        batchInfo: 'DDBStreamBatchInfo',
        shards: [SHARD_ID],
        retentionSeconds: RETENTION / 1000,
        start: (_shard, from) => (from === 'LATEST' ? streams.log.latest() : 0),
        read: (_shard, after, limit, characters) =>
          streams.read(stream, after, limit, characters).map(({ record, ...place }) => ({
            ...place,
            event: { ...record, eventSourceARN: arn },
          })),
        onRecord: (_shard, listener) => streams.log.onAppend((shard) => shard === arn && listener()),
      };
    },
  };
}
