import { chmodSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Where the engine keeps its state, in the project. `sam build` copies the project to the place where it builds, except `.aws-sam`,
 * `.git` and `node_modules`, and removes only its own folders from `.aws-sam`.
 */
export const DATA_DIRECTORY = '.aws-sam/longhaul';

/**
 * Makes the directory, or takes one that is there, for its owner alone: events, results and logs are in it.
 * @throws Error that says what to do, when it belongs to somebody else
 */
export function privateDirectory(directory: string): void {
  mkdirSync(path.dirname(directory), { recursive: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if ((statSync(directory).mode & 0o077) === 0) return;
  try {
    chmodSync(directory, 0o700);
  } catch (error) {
    throw new Error(
      `Others may read ${directory}, and this cannot be changed (${(error as Error).message}). ` +
        'Events, results and logs would be in it. Choose another directory with --data.',
      { cause: error },
    );
  }
}

/** Where engines of a project keep what they would read again at each start, whatever data directory they have. */
export const CACHE_FILE = '.aws-sam/longhaul-cache/contents';
