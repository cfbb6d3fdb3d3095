import type { DatabaseSync } from 'node:sqlite';

/** Which subscriptions come from the template, on disk: it has the last word on those, and none on those made over the API. */
export class DeclaredSubscriptions {
  readonly #db: DatabaseSync;
  readonly #now = new Set<string>();

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec('CREATE TABLE IF NOT EXISTS declared_subscriptions (arn TEXT PRIMARY KEY) STRICT');
  }

  add(arn: string): void {
    this.#now.add(arn);
    this.#db.prepare('INSERT OR IGNORE INTO declared_subscriptions (arn) VALUES (?)').run(arn);
  }

  /** ARNs of those that an earlier start declared and this one has not. */
  gone(): string[] {
    const all = this.#db.prepare('SELECT arn FROM declared_subscriptions').all() as { arn: string }[];
    return all.map(({ arn }) => arn).filter((arn) => !this.#now.has(arn));
  }

  remove(arn: string): void {
    this.#db.prepare('DELETE FROM declared_subscriptions WHERE arn = ?').run(arn);
  }
}
