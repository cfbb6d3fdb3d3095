import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * The engine's one database. It is held for as long as the engine runs, so that no second one works on the same state.
 *
 * @throws Error that names the directory, when another engine holds it
 */
export function openDatabase(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  try {
    // With a lock that is kept, WAL needs no shared memory; NORMAL survives a kill of the engine, if not of the machine.
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    db.exec('BEGIN IMMEDIATE; COMMIT;');
  } catch (error) {
    db.close();
    const directory = path.dirname(file);
    throw new Error(
      `Another engine is using ${directory} (${(error as Error).message}). Stop it, or choose another directory with --data.`,
      { cause: error },
    );
  }
  return db;
}
