import type { DatabaseSync } from 'node:sqlite';
import { after, before, type Position } from './position.ts';

export interface LogEvent {
  /** Milliseconds since the epoch. */
  timestamp: number;
  message: string;
}

export interface StoredEvent extends LogEvent {
  /** Greater than that of every event stored before. */
  id: number;
  stream: string;
  ingestionTime: number;
}

export interface LogGroup {
  name: string;
  created: number;
  retentionInDays: number | undefined;
  /** Bytes of the messages. */
  storedBytes: number;
}

export interface LogStream {
  name: string;
  created: number;
  firstEvent: number | undefined;
  lastEvent: number | undefined;
  lastIngestion: number | undefined;
}

/** Called with the events in the transaction that stores them. */
export type StoredListener = (group: string, events: StoredEvent[]) => void;

/** Which events of a group; without `streams`, of all streams. */
export interface EventQuery {
  group: string;
  streams?: string[];
  /** Inclusive, milliseconds since the epoch. */
  from?: number | undefined;
  /** Exclusive, milliseconds since the epoch. */
  until?: number | undefined;
  after?: Position | undefined;
  before?: Position | undefined;
  limit: number;
  /** Whether to take the last events of what the query names instead of the first. */
  newest?: boolean;
}

/** Log groups, streams and events, in SQLite. Events are kept in the order of their time, then of their arrival. */
export class LogStore {
  readonly #db: DatabaseSync;
  readonly #listeners = new Set<StoredListener>();

  /** Drops what is older than its group's retention. */
  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(`
      CREATE TABLE IF NOT EXISTS log_groups (
        name TEXT PRIMARY KEY, created INTEGER NOT NULL, retention INTEGER, bytes INTEGER NOT NULL DEFAULT 0
      );
      CREATE TABLE IF NOT EXISTS log_streams (
        log_group TEXT NOT NULL, name TEXT NOT NULL, created INTEGER NOT NULL,
        first_event INTEGER, last_event INTEGER, last_ingestion INTEGER,
        PRIMARY KEY (log_group, name)
      );
      CREATE TABLE IF NOT EXISTS log_events (
        id INTEGER PRIMARY KEY AUTOINCREMENT, log_group TEXT NOT NULL, stream TEXT NOT NULL,
        timestamp INTEGER NOT NULL, ingested INTEGER NOT NULL, message TEXT NOT NULL
      );
      CREATE INDEX IF NOT EXISTS log_events_by_stream ON log_events (log_group, stream, timestamp, id);
      CREATE INDEX IF NOT EXISTS log_events_by_time ON log_events (log_group, timestamp, id);
    `);
    const old = '? - 86400000 * (SELECT retention FROM log_groups WHERE name = log_group AND retention IS NOT NULL)';
    db.prepare(`DELETE FROM log_events WHERE timestamp < ${old}`).run(Date.now());
    db.prepare(`DELETE FROM log_streams WHERE last_event < ${old}`).run(Date.now());
  }

  /** Stores events, making group and stream when they are not there, and tells the listeners. */
  append(group: string, stream: string, events: LogEvent[]): void {
    if (events.length === 0) return;
    const now = Date.now();
    this.createGroup(group);
    this.createStream(group, stream);
    const insert = this.#db.prepare(
      'INSERT INTO log_events (log_group, stream, timestamp, ingested, message) VALUES (?, ?, ?, ?, ?)',
    );
    let bytes = 0;
    let [first, last] = [Number.POSITIVE_INFINITY, 0];
    this.#db.exec('SAVEPOINT log_append');
    try {
      const stored: StoredEvent[] = [];
      for (const { timestamp, message } of events) {
        const { lastInsertRowid } = insert.run(group, stream, timestamp, now, message);
        stored.push({ id: Number(lastInsertRowid), stream, timestamp, ingestionTime: now, message });
        bytes += Buffer.byteLength(message);
        first = Math.min(first, timestamp);
        last = Math.max(last, timestamp);
      }
      this.#db
        .prepare(
          `UPDATE log_streams SET first_event = min(ifnull(first_event, ?1), ?1), last_event = max(ifnull(last_event, ?2), ?2),
           last_ingestion = ?3 WHERE log_group = ?4 AND name = ?5`,
        )
        .run(first, last, now, group, stream);
      this.#db.prepare('UPDATE log_groups SET bytes = bytes + ? WHERE name = ?').run(bytes, group);
      for (const listener of this.#listeners) listener(group, stored);
      this.#db.exec('RELEASE log_append');
    } catch (error) {
      this.#db.exec('ROLLBACK TO log_append; RELEASE log_append');
      throw error;
    }
  }

  /**
   * Calls `listener` inside the transaction of whatever is appended from now on: what it stores in the same database is
   * there if and only if the events are. Returns a function that takes the listener off.
   */
  onStored(listener: StoredListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** False when it was there already. */
  createGroup(name: string): boolean {
    const insert = this.#db.prepare('INSERT OR IGNORE INTO log_groups (name, created) VALUES (?, ?)');
    return insert.run(name, Date.now()).changes === 1;
  }

  /** False when it was there already. */
  createStream(group: string, name: string): boolean {
    const insert = this.#db.prepare('INSERT OR IGNORE INTO log_streams (log_group, name, created) VALUES (?, ?, ?)');
    return insert.run(group, name, Date.now()).changes === 1;
  }

  /** With everything in it. */
  deleteGroup(name: string): void {
    this.#db.prepare('DELETE FROM log_events WHERE log_group = ?').run(name);
    this.#db.prepare('DELETE FROM log_streams WHERE log_group = ?').run(name);
    this.#db.prepare('DELETE FROM log_groups WHERE name = ?').run(name);
  }

  /** Events older than that are dropped at the next start; undefined keeps them for ever. */
  setRetention(group: string, days: number | undefined): void {
    this.#db.prepare('UPDATE log_groups SET retention = ? WHERE name = ?').run(days ?? null, group);
  }

  hasGroup(name: string): boolean {
    return this.#db.prepare('SELECT 1 FROM log_groups WHERE name = ?').get(name) !== undefined;
  }

  hasStream(group: string, name: string): boolean {
    return (
      this.#db.prepare('SELECT 1 FROM log_streams WHERE log_group = ? AND name = ?').get(group, name) !== undefined
    );
  }

  /** By name. */
  groups(): LogGroup[] {
    return this.#db
      .prepare('SELECT * FROM log_groups ORDER BY name')
      .all()
      .map((row) => ({
        name: row.name as string,
        created: row.created as number,
        retentionInDays: (row.retention as number | null) ?? undefined,
        storedBytes: row.bytes as number,
      }));
  }

  /** By name. */
  streams(group: string): LogStream[] {
    return this.#db
      .prepare('SELECT * FROM log_streams WHERE log_group = ? ORDER BY name')
      .all(group)
      .map((row) => ({
        name: row.name as string,
        created: row.created as number,
        firstEvent: (row.first_event as number | null) ?? undefined,
        lastEvent: (row.last_event as number | null) ?? undefined,
        lastIngestion: (row.last_ingestion as number | null) ?? undefined,
      }));
  }

  /** In the order of time, also when the newest are asked for. */
  events(query: EventQuery): StoredEvent[] {
    const parts: [sql: string, ...values: (string | number)[]][] = [['log_group = ?', query.group]];
    const { streams, from, until } = query;
    if (streams) parts.push([`stream IN (${streams.map(() => '?').join(', ')})`, ...streams]);
    if (from !== undefined) parts.push(['timestamp >= ?', from]);
    if (until !== undefined) parts.push(['timestamp < ?', until]);
    if (query.after) parts.push(after(query.after));
    if (query.before) parts.push(before(query.before));
    const direction = query.newest ? 'DESC' : 'ASC';
    const rows = this.#db
      .prepare(
        `SELECT * FROM log_events WHERE ${parts.map(([sql]) => sql).join(' AND ')}
         ORDER BY timestamp ${direction}, id ${direction} LIMIT ?`,
      )
      .all(...parts.flatMap(([, ...values]) => values), query.limit);
    const events = rows.map((row) => ({
      id: row.id as number,
      stream: row.stream as string,
      timestamp: row.timestamp as number,
      ingestionTime: row.ingested as number,
      message: row.message as string,
    }));
    return query.newest ? events.reverse() : events;
  }
}
