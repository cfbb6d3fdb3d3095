import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

/** The definitions of state machines that executions started with, each stored once, by its hash. */
export class DefinitionStore {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec('CREATE TABLE IF NOT EXISTS states_definitions (hash TEXT PRIMARY KEY, definition TEXT NOT NULL) STRICT');
  }

  /** @returns the hash by which an execution names it */
  keep(definition: string): string {
    const id = hash('sha256', definition);
    this.#db.prepare('INSERT OR IGNORE INTO states_definitions (hash, definition) VALUES (?, ?)').run(id, definition);
    return id;
  }

  /** Takes away those that no execution names. */
  forgetUnused(): void {
    this.#db.exec('DELETE FROM states_definitions WHERE hash NOT IN (SELECT definitionHash FROM states_executions)');
  }

  /** Older versions stored the whole definition with each execution: 50 kB a row. The file becomes as small as it can be. */
  adoptOld(): void {
    const db = this.#db;
    const columns = db.prepare(`SELECT name FROM pragma_table_info('states_executions')`).all();
    if (!columns.some(({ name }) => name === 'definition')) return;
    db.exec('BEGIN');
    try {
      db.exec(`ALTER TABLE states_executions ADD COLUMN definitionHash TEXT NOT NULL DEFAULT ''`);
      const update = db.prepare('UPDATE states_executions SET definitionHash = ? WHERE definition = ?');
      const definitions = db.prepare('SELECT DISTINCT definition FROM states_executions').all();
      for (const { definition } of definitions) update.run(this.keep(String(definition)), String(definition));
      db.exec('ALTER TABLE states_executions DROP COLUMN definition');
      db.exec('COMMIT');
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
    db.exec('VACUUM');
  }
}
