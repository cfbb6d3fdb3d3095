import type { DatabaseSync } from 'node:sqlite';

/** How far each mapping has come in each shard. */
export class Positions {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(`
      CREATE TABLE IF NOT EXISTS stream_positions (
        mapping TEXT NOT NULL, shard TEXT NOT NULL, position INTEGER NOT NULL,
        PRIMARY KEY (mapping, shard)
      ) STRICT;
      CREATE TABLE IF NOT EXISTS stream_batches (
        mapping TEXT NOT NULL, shard TEXT NOT NULL, last INTEGER NOT NULL,
        PRIMARY KEY (mapping, shard)
      ) STRICT
    `);
  }

  get(mapping: string, shard: string): number | undefined {
    const row = this.#db
      .prepare('SELECT position FROM stream_positions WHERE mapping = ? AND shard = ?')
      .get(mapping, shard) as { position: number } | undefined;
    return row?.position;
  }

  set(mapping: string, shard: string, position: number): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO stream_positions (mapping, shard, position) VALUES (?, ?, ?)')
      .run(mapping, shard, position);
  }

  /** Says that records up to this position are given to the function together. */
  begin(mapping: string, shard: string, last: number): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO stream_batches (mapping, shard, last) VALUES (?, ?, ?)')
      .run(mapping, shard, last);
  }

  /** The last position of the batch that was begun last. */
  begun(mapping: string, shard: string): number | undefined {
    const row = this.#db
      .prepare('SELECT last FROM stream_batches WHERE mapping = ? AND shard = ?')
      .get(mapping, shard) as { last: number } | undefined;
    return row?.last;
  }
}
