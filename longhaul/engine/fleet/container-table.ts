import type { DatabaseSync } from 'node:sqlite';

/** Which containers were launched and have not ended: what an engine that was killed has left behind. */
export class ContainerTable {
  #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec('CREATE TABLE IF NOT EXISTS fleet_containers (id TEXT PRIMARY KEY, identity TEXT NOT NULL) STRICT');
  }

  /** Or gives the one that is there another identity. */
  save(id: string, identity: string): void {
    this.#db.prepare('INSERT OR REPLACE INTO fleet_containers (id, identity) VALUES (?, ?)').run(id, identity);
  }

  remove(id: string): void {
    this.#db.prepare('DELETE FROM fleet_containers WHERE id = ?').run(id);
  }

  all(): { id: string; identity: string }[] {
    return this.#db.prepare('SELECT id, identity FROM fleet_containers').all() as { id: string; identity: string }[];
  }
}
