import type { DatabaseSync } from 'node:sqlite';
import type { HistoryEvent, Journal, Json } from '../../../asl/index.ts';

/** Positions and history of executions, in SQLite: what the interpreter continues from after the engine was killed. */
export class JournalStore {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(`
      CREATE TABLE IF NOT EXISTS states_positions (
        arn TEXT NOT NULL, path TEXT NOT NULL, position TEXT NOT NULL, PRIMARY KEY (arn, path)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS states_events (
        arn TEXT NOT NULL, id INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY (arn, id)
      ) STRICT, WITHOUT ROWID;
    `);
  }

  of(arn: string): Journal {
    const db = this.#db;
    return {
      load(path) {
        const row = db.prepare('SELECT position FROM states_positions WHERE arn = ? AND path = ?').get(arn, path);
        return row && (JSON.parse(row.position as string) as Json);
      },
      save(path, position) {
        db.prepare('INSERT OR REPLACE INTO states_positions (arn, path, position) VALUES (?, ?, ?)').run(
          arn,
          path,
          JSON.stringify(position),
        );
      },
      clear(path) {
        db.prepare('DELETE FROM states_positions WHERE arn = $arn AND substr(path, 1, length($path)) = $path').run({
          arn,
          path,
        });
      },
      record(event) {
        db.prepare('INSERT INTO states_events (arn, id, event) VALUES (?, ?, ?)').run(
          arn,
          event.id,
          JSON.stringify(event),
        );
      },
      lastEventId() {
        const row = db.prepare('SELECT max(id) AS id FROM states_events WHERE arn = ?').get(arn);
        return Number(row?.id ?? 0);
      },
    };
  }

  /** Takes away all that there is of an execution. */
  forget(arn: string): void {
    this.#db.prepare('DELETE FROM states_positions WHERE arn = ?').run(arn);
    this.#db.prepare('DELETE FROM states_events WHERE arn = ?').run(arn);
  }

  /** A page of events, from the one after `after` (or, reversed, before it). */
  events(arn: string, limit: number, reverse: boolean, after: number | undefined): HistoryEvent[] {
    const from = after ?? (reverse ? Number.MAX_SAFE_INTEGER : 0);
    return this.#db
      .prepare(
        `SELECT event FROM states_events WHERE arn = ? AND id ${reverse ? '<' : '>'} ?
         ORDER BY id ${reverse ? 'DESC' : 'ASC'} LIMIT ?`,
      )
      .all(arn, from, limit)
      .map((row) => JSON.parse(row.event as string) as HistoryEvent);
  }
}
