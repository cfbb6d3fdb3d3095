/** One record as an event source mapping reads it. */
export interface SourceRecord {
  position: number;
  /** Milliseconds since the epoch at which it arrived. */
  time: number;
  sequenceNumber: string;
  /** What stands for it in the `Records` of the function's event. */
  event: object;
}

export type StartingPosition = 'LATEST' | 'TRIM_HORIZON' | 'AT_TIMESTAMP';

/** What DynamoDB streams and Kinesis streams have in common for whoever reads them. */
export interface RecordStream {
  arn: string;
  /** The name of the part of a failure's record that says where the records stood. */
  batchInfo: 'DDBStreamBatchInfo' | 'KinesisBatchInfo';
  shards: string[];
  /** How long a record stays; without a limit of its own, a mapping tries it for that long. */
  retentionSeconds: number;
  /** The position before the first record to be read. @param time milliseconds, for AT_TIMESTAMP */
  start(shard: string, from: StartingPosition, time: number | undefined): number;
  read(shard: string, after: number, limit: number, characters: number): SourceRecord[];
  /** Calls back after each record. @returns what ends that */
  onRecord(shard: string, listener: () => void): () => void;
}

/** The streams of one service. */
export interface RecordStreams {
  /** Undefined when there is no stream of this ARN. */
  open(arn: string): RecordStream | undefined;
}
