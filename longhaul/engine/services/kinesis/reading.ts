import { type Action, ServiceError } from '../../endpoint/index.ts';
import { openIterator, shardIterator } from '../record-log/index.ts';
import { type Kinesis, place, type Stream } from './kinesis.ts';
import { positionOf, shardId } from './shards.ts';

/** Milliseconds. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html */
const ITERATOR_LIFETIME = 5 * 60_000;
/** Records and bytes of one answer. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html */
const MOST_RECORDS = 10_000;
const MOST_BYTES = 10 * 1024 * 1024;

interface IteratorRequest {
  StreamName?: string;
  StreamARN?: string;
  ShardId: string;
  ShardIteratorType: string;
  StartingSequenceNumber?: string;
  /** Seconds since the epoch. */
  Timestamp?: number;
}

export function getShardIterator(kinesis: Kinesis): Action {
  return (input: IteratorRequest) => {
    const stream = kinesis.find(input);
    const shard = existingShard(stream, input.ShardId);
    const after = start(kinesis, stream, shard, input);
    return { ShardIterator: shardIterator({ stream: stream.arn, shard, after }, kinesis.clock.now()) };
  };
}

export function getRecords(kinesis: Kinesis): Action {
  return ({ ShardIterator, Limit = MOST_RECORDS }: { ShardIterator: string; Limit?: number }) => {
    if (!Number.isInteger(Limit) || Limit < 1 || Limit > MOST_RECORDS) {
      throw new ServiceError('ValidationException', `Limit is ${Limit}; 1 to ${MOST_RECORDS} are accepted.`);
    }
    const now = kinesis.clock.now();
    const at = openIterator(ShardIterator, now, ITERATOR_LIFETIME);
    const stream = kinesis.find({ StreamARN: at.stream });
    // Data is kept in base64, a third longer than its bytes.
    const found = kinesis.read(stream, at.shard, at.after, Limit, (MOST_BYTES / 3) * 4);
    const after = found.at(-1)?.position ?? at.after;
    const next = kinesis.read(stream, at.shard, after, 1, 0)[0];
    return {
      Records: found.map(({ sequenceNumber, time, data, partitionKey }) => ({
        SequenceNumber: sequenceNumber,
        ApproximateArrivalTimestamp: new Date(time),
        Data: data,
        PartitionKey: partitionKey,
      })),
      NextShardIterator: shardIterator({ ...at, after }, now),
      MillisBehindLatest: next ? now - next.time : 0,
    };
  };
}

function start(kinesis: Kinesis, stream: Stream, shard: string, input: IteratorRequest): number {
  const { ShardIteratorType: type, StartingSequenceNumber: number, Timestamp } = input;
  if (type === 'TRIM_HORIZON') return 0;
  if (type === 'LATEST') return kinesis.log.latest();
  if (type === 'AT_TIMESTAMP' && Timestamp !== undefined) {
    return kinesis.log.before(place(stream, shard), Math.ceil(Timestamp * 1000));
  }
  const position = positionOf(number);
  if (type === 'AT_SEQUENCE_NUMBER' && position !== undefined) return position - 1;
  if (type === 'AFTER_SEQUENCE_NUMBER' && position !== undefined) return position;
  throw new ServiceError(
    'InvalidArgumentException',
    `ShardIteratorType is '${type}', StartingSequenceNumber '${number}', Timestamp '${Timestamp}'; accepted are TRIM_HORIZON, LATEST, ` +
      'AT_TIMESTAMP with a Timestamp, AT_SEQUENCE_NUMBER and AFTER_SEQUENCE_NUMBER with a number that this stream gave.',
  );
}

function existingShard(stream: Stream, wanted: string): string {
  for (let index = 0; index < stream.shardCount; index++) if (shardId(index) === wanted) return wanted;
  throw new ServiceError(
    'ResourceNotFoundException',
    `Shard ${wanted} in stream ${stream.name} under account 000000000000 does not exist`,
  );
}
