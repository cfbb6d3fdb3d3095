export { type AppendedRecord, type LoggedRecord, RecordLog } from './record-log.ts';
export { openIterator, type ShardPosition, shardIterator } from './shard-iterator.ts';
