import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../../asl/host.ts';
import { ServiceError } from '../../endpoint/service.ts';
import type { Resource } from '../../template/model.ts';
import type { RecordLog } from '../record-log/index.ts';
import type { Change } from './changes.ts';
import type { Table } from './dynalite.ts';
import { isViewType, type StreamRecord, streamRecord, type ViewType } from './stream-record.ts';

/** One stream of one table. A table that gets a new one keeps the records of the old for a day. */
export interface Stream {
  arn: string;
  tableName: string;
  label: string;
  viewType: ViewType;
  /** Names of the key attributes. */
  keys: Table['KeySchema'];
  enabled: boolean;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

/** A template's or a request's wish. */
export interface StreamSpecification {
  StreamEnabled?: boolean;
  StreamViewType?: string;
}

type StreamTable = Pick<Table, 'TableName' | 'TableArn' | 'KeySchema'>;

/** Every stream has one shard here: its records come in the order of all writes, not only of one item's. */
export const SHARD_ID = 'shardId-00000000000000000000-00000001';

/** Milliseconds. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html */
export const RETENTION = 24 * 3_600_000;

interface Row extends Omit<Stream, 'keys' | 'enabled'> {
  keys: string;
  enabled: number;
}

/** Which tables have streams, and the records of those. */
export class Streams {
  readonly log: RecordLog;
  readonly clock: Clock;
  readonly #db: DatabaseSync;
  /** By table: asked at each write. */
  readonly #enabled = new Map<string, Stream>();

  constructor({ db, log, clock }: { db: DatabaseSync; log: RecordLog; clock: Clock }) {
    this.log = log;
    this.clock = clock;
    this.#db = db;
    db.exec(`
      CREATE TABLE IF NOT EXISTS dynamodb_streams (
        arn TEXT PRIMARY KEY, tableName TEXT NOT NULL, label TEXT NOT NULL, viewType TEXT NOT NULL,
        keys TEXT NOT NULL, enabled INTEGER NOT NULL, createdAt INTEGER NOT NULL
      ) STRICT
    `);
    for (const stream of this.list()) if (stream.enabled) this.#enabled.set(stream.tableName, stream);
  }

  /** The stream that records a table's changes now. */
  of(tableName: string): Stream | undefined {
    return this.#enabled.get(tableName);
  }

  /** All streams, of one table or of all. */
  list(tableName?: string): Stream[] {
    const rows = this.#db.prepare('SELECT * FROM dynamodb_streams ORDER BY createdAt, arn').all() as unknown as Row[];
    return rows
      .filter((row) => tableName === undefined || row.tableName === tableName)
      .map((row) => ({ ...row, keys: JSON.parse(row.keys), enabled: row.enabled === 1 }));
  }

  /** @throws ServiceError ResourceNotFoundException */
  find(arn: string): Stream {
    const stream = this.list().find((candidate) => candidate.arn === arn);
    if (stream) return stream;
    throw new ServiceError('ResourceNotFoundException', `Requested resource not found: Stream: ${arn} not found`);
  }

  /** Begins to record, as a stream with this label. @throws ServiceError ValidationException for an unknown view type */
  enable(table: StreamTable, viewType: string | undefined, label = this.#label()): Stream {
    if (!isViewType(viewType)) {
      throw new ServiceError(
        'ValidationException',
        `StreamViewType is '${viewType}'; it must be one of KEYS_ONLY, NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES.`,
      );
    }
    const stream: Stream = {
      arn: `${table.TableArn}/stream/${label}`,
      tableName: table.TableName,
      label,
      viewType,
      keys: table.KeySchema,
      enabled: true,
      createdAt: this.clock.now(),
    };
    this.#db
      .prepare(
        `INSERT INTO dynamodb_streams (arn, tableName, label, viewType, keys, enabled, createdAt)
         VALUES ($arn, $tableName, $label, $viewType, $keys, 1, $createdAt)
         ON CONFLICT (arn) DO UPDATE SET viewType = $viewType, keys = $keys, enabled = 1`,
      )
      .run({
        $arn: stream.arn,
        $tableName: stream.tableName,
        $label: label,
        $viewType: viewType,
        $keys: JSON.stringify(stream.keys),
        $createdAt: stream.createdAt,
      });
    this.#enabled.set(stream.tableName, stream);
    return stream;
  }

  /**
   * Begins or ends to record as an `AWS::DynamoDB::Table` says.
   * @param table - as it is; by default as the template says
   */
  declare({ ref, properties, attributes }: Resource, table?: StreamTable): void {
    const viewType = properties.StreamSpecification?.StreamViewType;
    const declared = { TableName: ref, TableArn: attributes.Arn!, KeySchema: properties.KeySchema };
    if (viewType) this.enable(table ?? declared, viewType, attributes.StreamArn?.split('/stream/').at(-1));
    else this.disable(ref);
  }

  /** Ends the recording; what was recorded can be read for a day. */
  disable(tableName: string): void {
    this.#db.prepare('UPDATE dynamodb_streams SET enabled = 0 WHERE tableName = ?').run(tableName);
    this.#enabled.delete(tableName);
  }

  /** Adds a change to the stream of its table; once, however often it is given. */
  accept(change: Change): void {
    const stream = this.of(change.tableName);
    if (!stream) return;
    this.log.append({
      shard: stream.arn,
      data: JSON.stringify(streamRecord(change, stream)),
      time: change.time,
      retention: RETENTION,
      key: change.id,
    });
  }

  /** Records after a position, with that of each. */
  read(stream: Stream, after: number, limit: number, characters: number) {
    return this.log.read(stream.arn, after, limit, characters).map(({ position, time, data }) => {
      const record = JSON.parse(data) as StreamRecord;
      const dynamodb = { ...record.dynamodb, SequenceNumber: sequenceNumber(position) };
      return { position, time, sequenceNumber: dynamodb.SequenceNumber, record: { ...record, dynamodb } };
    });
  }

  /** `2026-10-24T08:00:00.000`: no two of one table are the same. */
  #label(): string {
    return new Date(this.clock.now()).toISOString().replace('Z', '');
  }
}

/** 21 digits, the fewest that DynamoDB uses: a position with a leading 1. */
export function sequenceNumber(position: number): string {
  return `1${String(position).padStart(20, '0')}`;
}

/** @throws ServiceError ValidationException */
export function positionOf(sequenceNumber: unknown): number {
  if (/^1\d{20}$/.test(String(sequenceNumber))) return Number(String(sequenceNumber).slice(1));
  throw new ServiceError(
    'ValidationException',
    `Invalid SequenceNumber: '${sequenceNumber}' is none that this stream gave.`,
  );
}
