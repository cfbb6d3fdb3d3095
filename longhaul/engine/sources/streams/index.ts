import type { DatabaseSync } from 'node:sqlite';
import { backgroundClock } from '../../../asl/clock.ts';
import type { Clock } from '../../../asl/host.ts';
import type { Destinations, Functions } from '../../functions/index.ts';
import type { Resource } from '../../template/model.ts';
import { failureKey, failureRecord, type GivenUp } from './failure-record.ts';
import { type StreamMapping, streamMappings } from './mapping.ts';
import { Positions } from './positions.ts';
import type { RecordStreams } from './record-stream.ts';
import { ShardReader } from './shard-reader.ts';

export type { RecordStream, RecordStreams, SourceRecord, StartingPosition } from './record-stream.ts';

export interface StreamSourcesOptions {
  db: DatabaseSync;
  resources: Resource[];
  functions: Pick<Functions, 'invoke' | 'definitions' | 'find'>;
  streams: Partial<Record<StreamMapping['type'], RecordStreams>>;
  destinations: Destinations;
  /** Default: real time. */
  clock?: Clock;
  /** Milliseconds before the first retry of a batch. Default 200. */
  retryDelay?: number;
  /** What the user should be told. */
  onNotice?(message: string): void;
}

/** Takes the records of streams to the functions whose events say so, as event source mappings do. */
export function startStreamSources(options: StreamSourcesOptions): { close(): Promise<void> } {
  const {
    db,
    resources,
    functions,
    destinations,
    clock = backgroundClock,
    retryDelay = 200,
    onNotice = () => {},
  } = options;
  const { mappings, problems } = streamMappings(resources);
  for (const problem of problems) onNotice(problem);
  const positions = new Positions(db);

  async function giveUp(given: GivenUp): Promise<void> {
    const { mapping, records, condition } = given;
    const { onFailure } = mapping;
    onNotice(
      `${mapping.path}: ${records.length} records were given up (${condition})${onFailure ? '' : ' and dropped'}.`,
    );
    const now = clock.now();
    if (onFailure?.includes(':s3:')) {
      await destinations.toBucket(onFailure, failureKey(given, now), JSON.stringify(failureRecord(given, now, true)));
    } else if (onFailure?.includes(':sqs:')) {
      await destinations.toQueue(onFailure, JSON.stringify(failureRecord(given, now, false)));
    }
  }

  const readers = mappings.flatMap((mapping) => {
    const stream = options.streams[mapping.type]?.open(mapping.streamArn);
    if (!stream) {
      onNotice(`${mapping.path}: there is no stream ${mapping.streamArn} here; its records do not reach the function.`);
      return [];
    }
    return stream.shards.map(
      (shard) =>
        new ShardReader({ mapping, stream, shard, positions, functions, clock, retryDelay, giveUp, notice: onNotice }),
    );
  });
  return {
    async close() {
      await Promise.all(readers.map((reader) => reader.close()));
    },
  };
}
