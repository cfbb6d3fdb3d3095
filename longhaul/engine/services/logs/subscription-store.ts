import type { DatabaseSync } from 'node:sqlite';
import type { StoredEvent } from './log-store.ts';

export interface Subscription {
  group: string;
  name: string;
  pattern: string;
  /** ARN of a function. */
  destination: string;
  /** Milliseconds since the epoch. */
  created: number;
}

/** A matching event that its subscription's function has not been given yet. */
export type Pending = Pick<StoredEvent, 'id' | 'stream' | 'timestamp' | 'message'>;

/** Subscription filters, and events on their way to functions, in SQLite. */
export class SubscriptionStore {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(`
      CREATE TABLE IF NOT EXISTS log_subscriptions (
        log_group TEXT NOT NULL, name TEXT NOT NULL, pattern TEXT NOT NULL, destination TEXT NOT NULL,
        created INTEGER NOT NULL, declared INTEGER NOT NULL, PRIMARY KEY (log_group, name)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS log_pending (
        log_group TEXT NOT NULL, name TEXT NOT NULL, stream TEXT NOT NULL, id INTEGER NOT NULL,
        timestamp INTEGER NOT NULL, message TEXT NOT NULL, PRIMARY KEY (log_group, name, stream, id)
      ) STRICT, WITHOUT ROWID;
    `);
  }

  atomically(work: () => void): void {
    this.#db.exec('SAVEPOINT subscriptions');
    try {
      work();
      this.#db.exec('RELEASE subscriptions');
    } catch (error) {
      this.#db.exec('ROLLBACK TO subscriptions; RELEASE subscriptions');
      throw error;
    }
  }

  /** By group and name. */
  all(): Subscription[] {
    return this.#db
      .prepare('SELECT * FROM log_subscriptions ORDER BY log_group, name')
      .all()
      .map((row) => ({
        group: row.log_group as string,
        name: row.name as string,
        pattern: row.pattern as string,
        destination: row.destination as string,
        created: row.created as number,
      }));
  }

  /** @param declared - by the template, which has the last word at the next start */
  save({ group, name, pattern, destination, created }: Subscription, declared: boolean): void {
    this.#db
      .prepare(
        `INSERT INTO log_subscriptions (log_group, name, pattern, destination, created, declared) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET pattern = excluded.pattern, destination = excluded.destination,
           declared = max(declared, excluded.declared)`,
      )
      .run(group, name, pattern, destination, created, declared ? 1 : 0);
  }

  /** With what it has not delivered. */
  remove(group: string, name: string): void {
    this.#db.prepare('DELETE FROM log_subscriptions WHERE log_group = ? AND name = ?').run(group, name);
    this.#db.prepare('DELETE FROM log_pending WHERE log_group = ? AND name = ?').run(group, name);
  }

  /** Those that the template declared before and does not any more. */
  keepDeclared(keys: { group: string; name: string }[]): void {
    const kept = new Set(keys.map(({ group, name }) => JSON.stringify([group, name])));
    for (const row of this.#db.prepare('SELECT log_group, name FROM log_subscriptions WHERE declared = 1').all()) {
      const [group, name] = [row.log_group as string, row.name as string];
      if (!kept.has(JSON.stringify([group, name]))) this.remove(group, name);
    }
  }

  addPending({ group, name }: Subscription, { stream, id, timestamp, message }: Pending): void {
    this.#db
      .prepare('INSERT INTO log_pending (log_group, name, stream, id, timestamp, message) VALUES (?, ?, ?, ?, ?, ?)')
      .run(group, name, stream, id, timestamp, message);
  }

  /** The streams that have some. */
  pendingStreams({ group, name }: Subscription): string[] {
    return this.#db
      .prepare('SELECT DISTINCT stream FROM log_pending WHERE log_group = ? AND name = ?')
      .all(group, name)
      .map(({ stream }) => stream as string);
  }

  /** The first of a stream, in the order of their arrival. */
  pending({ group, name }: Subscription, stream: string, limit: number): Pending[] {
    return this.#db
      .prepare('SELECT * FROM log_pending WHERE log_group = ? AND name = ? AND stream = ? ORDER BY id LIMIT ?')
      .all(group, name, stream, limit)
      .map(({ id, timestamp, message }) => ({
        id: id as number,
        stream,
        timestamp: timestamp as number,
        message: message as string,
      }));
  }

  removePending({ group, name }: Subscription, { stream, id }: Pending): void {
    this.#db
      .prepare('DELETE FROM log_pending WHERE log_group = ? AND name = ? AND stream = ? AND id = ?')
      .run(group, name, stream, id);
  }
}
