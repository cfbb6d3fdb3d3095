import type { DatabaseSync } from 'node:sqlite';

/** An asynchronous event that is not done with. */
export interface AsyncEvent {
  requestId: string;
  functionName: string;
  payload: Buffer;
  /** Milliseconds since the epoch. */
  receivedAt: number;
  dueAt: number;
  /** Invocations that ended in an error of the function. */
  attempts: number;
  /** Times it went back without having been invoked: throttled, or its destination not reached. */
  delays: number;
  /** When it is invoked no more: the record that its destinations still have to get. */
  record: string | undefined;
}

/** Asynchronous events on disk, from when they are accepted until their last outcome: none is lost with the engine. */
export class AsyncStore {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(`
      CREATE TABLE IF NOT EXISTS lambda_async_events (
        request_id TEXT PRIMARY KEY,
        function_name TEXT NOT NULL,
        payload BLOB NOT NULL,
        received_at INTEGER NOT NULL,
        due_at INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        delays INTEGER NOT NULL DEFAULT 0,
        record TEXT
      );
      CREATE INDEX IF NOT EXISTS lambda_async_events_due ON lambda_async_events (function_name, due_at);
      CREATE INDEX IF NOT EXISTS lambda_async_events_next ON lambda_async_events (due_at);
    `);
  }

  add(event: Pick<AsyncEvent, 'requestId' | 'functionName' | 'payload' | 'receivedAt'>): void {
    this.#db
      .prepare(
        'INSERT INTO lambda_async_events (request_id, function_name, payload, received_at, due_at) VALUES (?, ?, ?, ?, ?)',
      )
      .run(event.requestId, event.functionName, event.payload, event.receivedAt, event.receivedAt);
  }

  /** The function's first events that are due, without those in `except`. */
  due(functionName: string, now: number, limit: number, except: Iterable<string>): AsyncEvent[] {
    const rows = this.#db
      .prepare(
        `SELECT * FROM lambda_async_events WHERE function_name = ? AND due_at <= ?
         AND request_id NOT IN (SELECT value FROM json_each(?)) ORDER BY due_at, rowid LIMIT ?`,
      )
      .all(functionName, now, JSON.stringify([...except]), limit);
    return rows.map((row) => ({
      requestId: String(row.request_id),
      functionName: String(row.function_name),
      payload: Buffer.from(row.payload as Uint8Array),
      receivedAt: Number(row.received_at),
      dueAt: Number(row.due_at),
      attempts: Number(row.attempts),
      delays: Number(row.delays),
      record: row.record === null ? undefined : String(row.record),
    }));
  }

  /** When the next event after `now` is due; undefined when there is none. */
  nextDue(now: number): number | undefined {
    const row = this.#db.prepare('SELECT min(due_at) AS due FROM lambda_async_events WHERE due_at > ?').get(now);
    return row?.due == null ? undefined : Number(row.due);
  }

  save(event: AsyncEvent): void {
    this.#db
      .prepare('UPDATE lambda_async_events SET due_at = ?, attempts = ?, delays = ?, record = ? WHERE request_id = ?')
      .run(event.dueAt, event.attempts, event.delays, event.record ?? null, event.requestId);
  }

  remove(requestId: string): void {
    this.#db.prepare('DELETE FROM lambda_async_events WHERE request_id = ?').run(requestId);
  }
}
