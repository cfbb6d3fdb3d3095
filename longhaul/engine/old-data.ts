import { existsSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { DATA_DIRECTORY } from './data-directory.ts';
import { openDatabase } from './database.ts';

/** Where older versions kept their state, in the project. */
const OLD_DIRECTORY = '.longhaul';

/**
 * Moves the state that an older version left in the project to where it is kept now, unless state is there already.
 *
 * @throws Error that says what to do, when an engine still runs on it; nothing is moved then
 */
export function moveOldData(dataDirectory: string, onNotice: (notice: string) => void): void {
  const projectDirectory = path.resolve(dataDirectory, '../..');
  if (path.join(projectDirectory, DATA_DIRECTORY) !== dataDirectory || existsSync(dataDirectory)) return;
  const old = path.join(projectDirectory, OLD_DIRECTORY);
  const database = path.join(old, 'engine.sqlite');
  if (!existsSync(database)) return;
  try {
    openDatabase(database).close();
  } catch (error) {
    const reason = ((error as Error).cause as Error).message;
    throw new Error(
      `The data of an older version cannot be moved from ${old} to ${dataDirectory} (${reason}). ` +
        'If an engine still runs on it, stop that first, then start again. Or choose another directory with --data.',
      { cause: error },
    );
  }
  mkdirSync(path.dirname(dataDirectory), { recursive: true });
  renameSync(old, dataDirectory);
  onNotice(`Moved the data of an older version from ${old} to ${dataDirectory}.`);
}
