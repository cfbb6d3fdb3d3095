import type { DatabaseSync } from 'node:sqlite';
import type { Schedule } from './schedule.ts';

/** A schedule as it is kept. Times are milliseconds since the epoch. */
export interface StoredSchedule {
  schedule: Schedule;
  /** Its next scheduled time; undefined when there is none. */
  due: number | undefined;
  /** From the template, rather than made over the API. */
  declared: boolean;
  createdAt: number;
  modifiedAt: number;
}

/** Schedules and their next scheduled times on disk. */
export class ScheduleStore {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(`
      CREATE TABLE IF NOT EXISTS scheduler_schedules (
        arn TEXT PRIMARY KEY,
        schedule TEXT NOT NULL,
        due INTEGER,
        declared INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        modified_at INTEGER NOT NULL
      )`);
  }

  all(): StoredSchedule[] {
    return this.#db.prepare('SELECT * FROM scheduler_schedules ORDER BY arn').all().map(toStored);
  }

  get(arn: string): StoredSchedule | undefined {
    const row = this.#db.prepare('SELECT * FROM scheduler_schedules WHERE arn = ?').get(arn);
    return row && toStored(row);
  }

  save({ schedule, due, declared, createdAt, modifiedAt }: StoredSchedule): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO scheduler_schedules VALUES (?, ?, ?, ?, ?, ?)')
      .run(schedule.arn, JSON.stringify(schedule), due ?? null, Number(declared), createdAt, modifiedAt);
  }

  remove(arn: string): void {
    this.#db.prepare('DELETE FROM scheduler_schedules WHERE arn = ?').run(arn);
  }

  /** Does all of it or nothing; inside a caller's transaction, too. */
  atomically(work: () => void): void {
    this.#db.exec('SAVEPOINT scheduler');
    try {
      work();
      this.#db.exec('RELEASE scheduler');
    } catch (error) {
      this.#db.exec('ROLLBACK TO scheduler; RELEASE scheduler');
      throw error;
    }
  }
}

function toStored(row: Record<string, unknown>): StoredSchedule {
  return {
    schedule: JSON.parse(String(row.schedule)),
    due: row.due === null ? undefined : Number(row.due),
    declared: row.declared === 1,
    createdAt: Number(row.created_at),
    modifiedAt: Number(row.modified_at),
  };
}
