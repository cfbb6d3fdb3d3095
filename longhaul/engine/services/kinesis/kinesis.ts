import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../../asl/host.ts';
import { ServiceError } from '../../endpoint/service.ts';
import type { Resource } from '../../template/model.ts';
import type { RecordLog } from '../record-log/index.ts';
import { hashKey, sequenceNumber, shardId, shardOf } from './shards.ts';

export interface KinesisOptions {
  db: DatabaseSync;
  log: RecordLog;
  clock: Clock;
}

export interface Stream {
  name: string;
  arn: string;
  mode: 'PROVISIONED' | 'ON_DEMAND';
  shardCount: number;
  retentionHours: number;
  /** Of one record, data and partition key. */
  maxRecordKiB: number;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

export interface NewRecord {
  /** Base64. */
  Data?: string;
  PartitionKey?: string;
  ExplicitHashKey?: string;
}

/** What the log keeps of a record. */
interface Kept {
  data: string;
  partitionKey: string;
}

/** Of a stream on demand when it is new. https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html */
const ON_DEMAND_SHARDS = 4;

/** Hours and KiB of a new stream: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const DEFAULTS = { retentionHours: 24, maxRecordKiB: 1024 };

/**
 * Kinesis data streams in SQLite. A stream keeps the number of shards that it was created with; nothing is throttled.
 * (kinesalite does the same on LevelDB; what would fit it in here, without its own server, is no shorter than this.)
 */
export class Kinesis {
  readonly log: RecordLog;
  readonly clock: Clock;
  readonly #db: DatabaseSync;

  constructor({ db, log, clock }: KinesisOptions) {
    this.log = log;
    this.clock = clock;
    this.#db = db;
    db.exec(`
      CREATE TABLE IF NOT EXISTS kinesis_streams (
        name TEXT PRIMARY KEY, arn TEXT NOT NULL, mode TEXT NOT NULL, shardCount INTEGER NOT NULL,
        retentionHours INTEGER NOT NULL, maxRecordKiB INTEGER NOT NULL, createdAt INTEGER NOT NULL
      ) STRICT
    `);
  }

  /** Creates the stream of an `AWS::Kinesis::Stream`; one that is there keeps its shards and records. */
  declare({ ref, properties }: Resource): void {
    const settings = {
      retentionHours: Number(properties.RetentionPeriodHours ?? DEFAULTS.retentionHours),
      maxRecordKiB: Number(properties.MaxRecordSizeInKiB ?? DEFAULTS.maxRecordKiB),
    };
    if (this.list().some(({ name }) => name === ref)) {
      this.#db
        .prepare('UPDATE kinesis_streams SET retentionHours = ?, maxRecordKiB = ? WHERE name = ?')
        .run(settings.retentionHours, settings.maxRecordKiB, ref);
      return;
    }
    const { ShardCount, StreamModeDetails } = properties;
    const mode = StreamModeDetails?.StreamMode ?? (ShardCount === undefined ? 'ON_DEMAND' : 'PROVISIONED');
    this.create({
      name: ref,
      mode,
      shardCount: ShardCount === undefined ? undefined : Number(ShardCount),
      ...settings,
    });
  }

  /** @throws ServiceError ResourceInUseException, InvalidArgumentException */
  create(wanted: Pick<Stream, 'name' | 'mode'> & Partial<Stream>): Stream {
    if (this.list().some(({ name }) => name === wanted.name)) {
      throw new ServiceError(
        'ResourceInUseException',
        `Stream ${wanted.name} under account 000000000000 already exists.`,
      );
    }
    const stream: Stream = {
      name: wanted.name,
      arn: `arn:aws:kinesis:us-east-1:000000000000:stream/${wanted.name}`,
      mode: wanted.mode,
      shardCount: wanted.mode === 'ON_DEMAND' ? ON_DEMAND_SHARDS : (wanted.shardCount ?? 1),
      retentionHours: wanted.retentionHours ?? DEFAULTS.retentionHours,
      maxRecordKiB: wanted.maxRecordKiB ?? DEFAULTS.maxRecordKiB,
      createdAt: this.clock.now(),
    };
    if (!/^[a-zA-Z0-9_.-]{1,128}$/.test(stream.name)) {
      throw new ServiceError(
        'ValidationException',
        `StreamName has 1 to 128 characters of a-z, A-Z, 0-9, _, . and -; it is '${stream.name}'`,
      );
    }
    if (!Number.isInteger(stream.shardCount) || stream.shardCount < 1 || stream.shardCount > 1000) {
      throw new ServiceError('InvalidArgumentException', `ShardCount is ${stream.shardCount}; 1 to 1000 are accepted.`);
    }
    this.#db
      .prepare(
        `INSERT INTO kinesis_streams (name, arn, mode, shardCount, retentionHours, maxRecordKiB, createdAt)
         VALUES ($name, $arn, $mode, $shardCount, $retentionHours, $maxRecordKiB, $createdAt)`,
      )
      .run({ ...stream });
    return stream;
  }

  remove(stream: Stream): void {
    for (let index = 0; index < stream.shardCount; index++) this.log.remove(place(stream, shardId(index)));
    this.#db.prepare('DELETE FROM kinesis_streams WHERE name = ?').run(stream.name);
  }

  /** By name. */
  list(): Stream[] {
    return this.#db.prepare('SELECT * FROM kinesis_streams ORDER BY name').all() as unknown as Stream[];
  }

  /** @throws ServiceError ResourceNotFoundException */
  find({ StreamName, StreamARN }: { StreamName?: string; StreamARN?: string }): Stream {
    const stream = this.list().find(({ name, arn }) => (StreamARN ? arn === StreamARN : name === StreamName));
    if (stream) return stream;
    throw new ServiceError(
      'ResourceNotFoundException',
      `Stream ${StreamARN ?? StreamName} under account 000000000000 not found.`,
    );
  }

  /** Adds a record. @throws ServiceError ValidationException, InvalidArgumentException */
  put(stream: Stream, record: NewRecord): { ShardId: string; SequenceNumber: string } {
    const { data, partitionKey, shard } = this.check(stream, record);
    const kept: Kept = { data, partitionKey };
    const position = this.log.append({
      shard: place(stream, shard),
      data: JSON.stringify(kept),
      time: this.clock.now(),
      retention: stream.retentionHours * 3_600_000,
    });
    return { ShardId: shard, SequenceNumber: sequenceNumber(position!) };
  }

  /** What a record is made of, and the shard it belongs to. @throws as `put` does */
  check(stream: Stream, { Data, PartitionKey, ExplicitHashKey }: NewRecord): Kept & { shard: string; bytes: number } {
    const key = String(PartitionKey ?? '');
    if (key.length < 1 || key.length > 256) {
      throw new ServiceError(
        'ValidationException',
        `PartitionKey must have 1 to 256 characters; it has ${key.length}.`,
      );
    }
    const data = String(Data ?? '');
    const bytes = Buffer.byteLength(data, 'base64') + Buffer.byteLength(key);
    if (bytes > stream.maxRecordKiB * 1024) {
      throw new ServiceError(
        'ValidationException',
        `Data and PartitionKey have ${bytes} bytes; records of ${stream.name} have at most ${stream.maxRecordKiB * 1024}.`,
      );
    }
    const isNumber = ExplicitHashKey === undefined || /^(0|[1-9]\d{0,38})$/.test(ExplicitHashKey);
    const hash = isNumber ? (ExplicitHashKey === undefined ? hashKey(key) : BigInt(ExplicitHashKey)) : -1n;
    const index = shardOf(hash, stream.shardCount);
    if (index === undefined) {
      throw new ServiceError(
        'InvalidArgumentException',
        `ExplicitHashKey must be a number from 0 to 2^128 - 1; it is '${ExplicitHashKey}'.`,
      );
    }
    return { data, partitionKey: key, shard: shardId(index), bytes };
  }

  /** Records after a position, with that of each. */
  read(stream: Stream, shard: string, after: number, limit: number, characters: number) {
    return this.log.read(place(stream, shard), after, limit, characters).map(({ position, time, data }) => ({
      position,
      time,
      sequenceNumber: sequenceNumber(position),
      ...(JSON.parse(data) as Kept),
    }));
  }
}

/** A shard's name in the log. */
export const place = (stream: Stream, shard: string): string => `${stream.arn}/${shard}`;
