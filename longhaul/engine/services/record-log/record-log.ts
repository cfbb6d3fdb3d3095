import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Clock } from '../../../asl/host.ts';

export interface AppendedRecord {
  /** Of which stream and shard. */
  shard: string;
  /** JSON text: whatever the service keeps of a record. */
  data: string;
  /** Milliseconds since the epoch. */
  time: number;
  /** Milliseconds that it stays. */
  retention: number;
  /** A record of a key that is there already is not added again. */
  key?: string;
}

export interface LoggedRecord {
  /** Greater than that of every record before it, over all shards. */
  position: number;
  shard: string;
  data: string;
  time: number;
}

/** Deleting what has expired is cheap, but not worth to be done at each append. */
const TRIM_INTERVAL = 60_000;

/**
 * Records in the order in which they came, per shard, in SQLite: what the streams of DynamoDB and those of Kinesis share.
 * A record is on disk when `append` returns, and never becomes visible after a later one.
 */
export class RecordLog {
  readonly #db: DatabaseSync;
  readonly #clock: Clock;
  readonly #listeners = new Set<(shard: string) => void>();
  #trimmed = 0;

  constructor(db: DatabaseSync, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
    // AUTOINCREMENT: the position of a record that is gone is never given to another one.
    db.exec(`
      CREATE TABLE IF NOT EXISTS record_log (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        shard TEXT NOT NULL,
        time INTEGER NOT NULL,
        expires INTEGER NOT NULL,
        key TEXT UNIQUE,
        data TEXT NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS record_log_shard ON record_log (shard, position);
      CREATE INDEX IF NOT EXISTS record_log_expires ON record_log (expires);
    `);
  }

  /** @returns the record's position; undefined when its key was there already */
  append({ shard, data, time, retention, key }: AppendedRecord): number | undefined {
    this.#trim();
    const { changes, lastInsertRowid } = this.#db
      .prepare('INSERT OR IGNORE INTO record_log (shard, time, expires, key, data) VALUES (?, ?, ?, ?, ?)')
      .run(shard, time, time + retention, key ?? null, data);
    if (changes === 0) return undefined;
    for (const listener of this.#listeners) listener(shard);
    return Number(lastInsertRowid);
  }

  /**
   * The records of a shard after a position, oldest first: at most `limit` of them, and after the first one no more than
   * what brings their data to `characters`.
   */
  read(shard: string, after: number, limit: number, characters: number): LoggedRecord[] {
    const rows = this.#db
      .prepare(
        `SELECT position, shard, time, data FROM record_log
         WHERE shard = ? AND position > ? AND expires > ? ORDER BY position LIMIT ?`,
      )
      .iterate(shard, after, this.#clock.now(), limit) as Iterable<unknown> as Iterable<LoggedRecord>;
    const records: LoggedRecord[] = [];
    let sum = 0;
    for (const row of rows) {
      sum += row.data.length;
      if (records.length > 0 && sum > characters) break;
      records.push({ ...row });
    }
    return records;
  }

  /** The position of the newest record of all; every record that comes has a greater one. */
  latest(): number {
    return this.#number(`SELECT seq AS value FROM sqlite_sequence WHERE name = 'record_log'`) ?? 0;
  }

  /** The position of a shard's newest record that is there. */
  newestOf(shard: string): number | undefined {
    return this.#number('SELECT max(position) AS value FROM record_log WHERE shard = ?', shard);
  }

  /** The position after which the first record is the first one at or after a time. */
  before(shard: string, time: number): number {
    const first = this.#number(
      'SELECT min(position) AS value FROM record_log WHERE shard = ? AND time >= ?',
      shard,
      time,
    );
    return first === undefined ? this.latest() : first - 1;
  }

  /** Calls back after each record, with its shard. @returns what ends that */
  onAppend(listener: (shard: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets a shard. */
  remove(shard: string): void {
    this.#db.prepare('DELETE FROM record_log WHERE shard = ?').run(shard);
  }

  #number(query: string, ...values: SQLInputValue[]): number | undefined {
    const row = this.#db.prepare(query).get(...values) as { value: number | null } | undefined;
    return row?.value ?? undefined;
  }

  #trim(): void {
    const now = this.#clock.now();
    if (now - this.#trimmed < TRIM_INTERVAL) return;
    this.#trimmed = now;
    this.#db.prepare('DELETE FROM record_log WHERE expires <= ?').run(now);
  }
}
