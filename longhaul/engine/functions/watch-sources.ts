import { basename, resolve } from 'node:path';
import { watch } from 'chokidar';

const SOURCE = /\.([cm]?[jt]s|json)$/;

/** Folders that no function imports its own code from, or that change all the time. */
const SKIPPED = new Set(['node_modules', 'coverage', 'dist', 'tests']);

export interface SourceWatch {
  /** Resolves when changes from now on are seen. */
  ready: Promise<void>;
  close(): Promise<void>;
}

/** Calls `changed` for every source file below the folders that is written, added or removed. */
export function watchSources(
  folders: string[],
  changed: (file: string) => void,
  failed: (error: Error) => void,
): SourceWatch {
  const roots = new Set(folders.map((folder) => resolve(folder)));
  const watcher = watch([...roots], {
    ignoreInitial: true,
    ignored: (path, stats) => {
      if (roots.has(path)) return false;
      const name = basename(path);
      return SKIPPED.has(name) || name.startsWith('.') || (stats?.isFile() === true && !SOURCE.test(name));
    },
  });
  watcher.on('add', changed).on('change', changed).on('unlink', changed);
  watcher.on('error', (error) => failed(error as Error));
  return {
    ready: new Promise((resolve) => watcher.once('ready', () => resolve())),
    close: () => watcher.close(),
  };
}
