import type { DatabaseSync } from 'node:sqlite';
import { s3Error } from './errors.ts';

export interface BucketRecord {
  name: string;
  /** Milliseconds since the epoch. */
  created: number;
}

/** The buckets themselves, without what is in them. */
export class BucketStore {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /**
   * False when it was there already.
   *
   * @throws InvalidBucketName for a name outside
   *   https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
   */
  create(name: string): boolean {
    const isName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name);
    const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(name);
    if (!isName || isAddress || name.includes('..')) throw s3Error('InvalidBucketName', { BucketName: name });
    const insert = this.#db.prepare('INSERT OR IGNORE INTO s3_buckets VALUES (?, ?)');
    return insert.run(name, Date.now()).changes === 1;
  }

  /** @throws NoSuchBucket */
  require(name: string): void {
    const row = this.#db.prepare('SELECT 1 FROM s3_buckets WHERE name = ?').get(name);
    if (!row) throw s3Error('NoSuchBucket', { BucketName: name });
  }

  all(): BucketRecord[] {
    const rows = this.#db.prepare('SELECT name, created FROM s3_buckets ORDER BY name').all();
    return rows.map((row) => ({ name: row.name as string, created: row.created as number }));
  }

  forget(name: string): void {
    this.#db.prepare('DELETE FROM s3_buckets WHERE name = ?').run(name);
  }
}
