import { type Action, ServiceError } from '../../endpoint/index.ts';
import type { Kinesis, Stream } from './kinesis.ts';
import { hashRange, sequenceNumber, shardId } from './shards.ts';

type Named = { StreamName?: string; StreamARN?: string };

/** Shapes: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StreamDescription.html and its neighbours. */
function shards({ shardCount }: Stream) {
  return Array.from({ length: shardCount }, (_, index) => {
    const { start, end } = hashRange(index, shardCount);
    return {
      ShardId: shardId(index),
      HashKeyRange: { StartingHashKey: String(start), EndingHashKey: String(end) },
      SequenceNumberRange: { StartingSequenceNumber: sequenceNumber(0) },
    };
  });
}

const common = (stream: Stream) => ({
  StreamName: stream.name,
  StreamARN: stream.arn,
  StreamStatus: 'ACTIVE',
  StreamModeDetails: { StreamMode: stream.mode },
});

const details = (stream: Stream) => ({
  ...common(stream),
  RetentionPeriodHours: stream.retentionHours,
  StreamCreationTimestamp: new Date(stream.createdAt),
  EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
  EncryptionType: 'NONE',
});

export function describeStream(kinesis: Kinesis): Action {
  return (input: Named & { Limit?: number; ExclusiveStartShardId?: string }) => {
    const stream = kinesis.find(input);
    const { page, more } = paged(shards(stream), input.ExclusiveStartShardId, input.Limit ?? 100);
    return { StreamDescription: { ...details(stream), Shards: page, HasMoreShards: more } };
  };
}

export function describeStreamSummary(kinesis: Kinesis): Action {
  return (input: Named) => {
    const stream = kinesis.find(input);
    return {
      StreamDescriptionSummary: {
        ...details(stream),
        OpenShardCount: stream.shardCount,
        ConsumerCount: 0,
        MaxRecordSizeInKiB: stream.maxRecordKiB,
      },
    };
  };
}

export function listStreams(kinesis: Kinesis): Action {
  return (input: { Limit?: number; ExclusiveStartStreamName?: string; NextToken?: string }) => {
    const from = input.ExclusiveStartStreamName ?? input.NextToken ?? '';
    const after = kinesis.list().filter(({ name }) => name > from);
    const page = after.slice(0, input.Limit ?? 100);
    const more = page.length < after.length;
    return {
      StreamNames: page.map(({ name }) => name),
      StreamSummaries: page.map((stream) => ({
        ...common(stream),
        StreamCreationTimestamp: new Date(stream.createdAt),
      })),
      HasMoreStreams: more,
      ...(more && { NextToken: page.at(-1)?.name }),
    };
  };
}

export function listShards(kinesis: Kinesis): Action {
  return (input: Named & { MaxResults?: number; ExclusiveStartShardId?: string; NextToken?: string }) => {
    // The token stands for the stream as well.
    const [arn, last] = input.NextToken?.split(' ') ?? [];
    if (input.NextToken && !last) throw new ServiceError('InvalidArgumentException', 'NextToken is invalid.');
    const stream = kinesis.find(arn ? { StreamARN: arn } : input);
    const { page, more } = paged(shards(stream), last ?? input.ExclusiveStartShardId, input.MaxResults ?? 1000);
    return { Shards: page, ...(more && { NextToken: `${stream.arn} ${page.at(-1)?.ShardId}` }) };
  };
}

function paged<T extends { ShardId: string }>(all: T[], after: string | undefined, limit: number) {
  const rest = all.filter(({ ShardId }) => after === undefined || ShardId > after);
  return { page: rest.slice(0, limit), more: rest.length > limit };
}
