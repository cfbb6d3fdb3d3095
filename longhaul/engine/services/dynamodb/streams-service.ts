import { jsonService, type Service, ServiceError } from '../../endpoint/index.ts';
import { openIterator, shardIterator } from '../record-log/index.ts';
import { dynamoDbStreamsRights } from './rights.ts';
import { positionOf, SHARD_ID, type Stream, type Streams, sequenceNumber } from './streams.ts';

/** Milliseconds. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html */
const ITERATOR_LIFETIME = 15 * 60_000;
/** Records and bytes of one answer. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html */
const MOST_RECORDS = 1_000;
const MOST_BYTES = 1_048_576;

/** DynamoDB Streams: its own API, under DynamoDB's signing name. */
export function streamsService(streams: Streams): Service {
  const summary = ({ arn, tableName, label }: Stream) => ({ StreamArn: arn, TableName: tableName, StreamLabel: label });

  const shardOf = (stream: Stream, shardId: string | undefined): void => {
    if (shardId === SHARD_ID) return;
    throw new ServiceError(
      'ResourceNotFoundException',
      `Requested resource not found: Shard: ${shardId} of ${stream.arn} not found; it has ${SHARD_ID}`,
    );
  };

  function start(stream: Stream, type: string, given: string | undefined): number {
    if (type === 'TRIM_HORIZON') return 0;
    if (type === 'LATEST') return streams.log.latest();
    if (type === 'AFTER_SEQUENCE_NUMBER') return positionOf(given);
    if (type === 'AT_SEQUENCE_NUMBER') return positionOf(given) - 1;
    throw new ServiceError(
      'ValidationException',
      `ShardIteratorType is '${type}'; a stream of ${stream.tableName} takes TRIM_HORIZON, LATEST, AT_SEQUENCE_NUMBER, AFTER_SEQUENCE_NUMBER.`,
    );
  }

  const service = jsonService('dynamodb', 'DynamoDBStreams_20120810', '1.0', {
    ListStreams(input: { TableName?: string; Limit?: number; ExclusiveStartStreamArn?: string }) {
      const all = streams.list(input.TableName);
      const from = all.findIndex(({ arn }) => arn === input.ExclusiveStartStreamArn) + 1;
      const page = all.slice(from, from + (input.Limit ?? 100));
      const more = from + page.length < all.length;
      return { Streams: page.map(summary), ...(more && { LastEvaluatedStreamArn: page.at(-1)?.arn }) };
    },

    DescribeStream(input: { StreamArn: string; ExclusiveStartShardId?: string }) {
      const stream = streams.find(input.StreamArn);
      const newest = streams.log.newestOf(stream.arn) ?? 0;
      const range = {
        StartingSequenceNumber: sequenceNumber(0),
        ...(!stream.enabled && { EndingSequenceNumber: sequenceNumber(newest) }),
      };
      return {
        StreamDescription: {
          ...summary(stream),
          StreamStatus: stream.enabled ? 'ENABLED' : 'DISABLED',
          StreamViewType: stream.viewType,
          CreationRequestDateTime: new Date(stream.createdAt),
          KeySchema: stream.keys,
          Shards: input.ExclusiveStartShardId ? [] : [{ ShardId: SHARD_ID, SequenceNumberRange: range }],
        },
      };
    },

    GetShardIterator(input: {
      StreamArn: string;
      ShardId?: string;
      ShardIteratorType: string;
      SequenceNumber?: string;
    }) {
      const stream = streams.find(input.StreamArn);
      shardOf(stream, input.ShardId);
      const after = start(stream, input.ShardIteratorType, input.SequenceNumber);
      return { ShardIterator: shardIterator({ stream: stream.arn, shard: SHARD_ID, after }, streams.clock.now()) };
    },

    GetRecords(input: { ShardIterator: string; Limit?: number }) {
      const now = streams.clock.now();
      const at = openIterator(input.ShardIterator, now, ITERATOR_LIFETIME);
      const stream = streams.find(at.stream);
      const limit = Math.min(input.Limit ?? MOST_RECORDS, MOST_RECORDS);
      const found = streams.read(stream, at.after, limit, MOST_BYTES);
      const after = found.at(-1)?.position ?? at.after;
      const isEnd = !stream.enabled && after >= (streams.log.newestOf(stream.arn) ?? 0);
      return {
        Records: found.map(({ record }) => record),
        ...(!isEnd && { NextShardIterator: shardIterator({ ...at, after }, now) }),
      };
    },
  });
  return { ...service, rights: dynamoDbStreamsRights };
}
