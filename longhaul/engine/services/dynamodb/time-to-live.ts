import type { DatabaseSync } from 'node:sqlite';
import { ServiceError } from '../../endpoint/service.ts';

/**
 * Which attribute of a table holds the time at which an item expires. Nothing is deleted here: DynamoDB itself promises no
 * more than "within a few days", and readers have to filter expired items anyway.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
 */
export class TimeToLive {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(`CREATE TABLE IF NOT EXISTS dynamodb_ttl (tableName TEXT PRIMARY KEY, attribute TEXT NOT NULL) STRICT`);
  }

  /** Undefined switches it off. */
  set(tableName: string, attribute: string | undefined): void {
    this.#db.prepare('DELETE FROM dynamodb_ttl WHERE tableName = ?').run(tableName);
    if (attribute !== undefined) {
      this.#db.prepare('INSERT INTO dynamodb_ttl (tableName, attribute) VALUES (?, ?)').run(tableName, attribute);
    }
  }

  update(tableName: string, specification: { Enabled?: boolean; AttributeName?: string } | undefined) {
    const { Enabled, AttributeName } = specification ?? {};
    if (typeof Enabled !== 'boolean' || !AttributeName) {
      throw new ServiceError(
        'ValidationException',
        'TimeToLiveSpecification needs Enabled (true or false) and AttributeName (1 to 255 characters).',
      );
    }
    this.set(tableName, Enabled ? AttributeName : undefined);
    return { TimeToLiveSpecification: { Enabled, AttributeName } };
  }

  describe(tableName: string) {
    const row = this.#db.prepare('SELECT attribute FROM dynamodb_ttl WHERE tableName = ?').get(tableName);
    return {
      TimeToLiveDescription: row
        ? { TimeToLiveStatus: 'ENABLED', AttributeName: row.attribute }
        : { TimeToLiveStatus: 'DISABLED' },
    };
  }
}
