import { basename, resolve } from 'node:path';

const SOURCE = /\.([cm]?[jt]s|json)$/;

/** Folders that no function imports its own code from, or that change all the time. */
const SKIPPED = new Set(['node_modules', 'coverage', 'dist', 'tests']);

export interface SourceWatch {
  close(): Promise<void>;
}

/** Calls `changed` for every source file below the folders that is written, added or removed from now on. */
export function watchSources(
  folders: string[],
  changed: (file: string) => void,
  failed: (error: Error) => void,
): SourceWatch {
  const watcher = startWatching(folders, changed, failed);
  watcher.catch(failed);
  return {
    close: async () => (await watcher.catch(() => undefined))?.close(),
  };
}

async function startWatching(
  folders: string[],
  changed: (file: string) => void,
  failed: (error: Error) => void,
): Promise<SourceWatch> {
  const began = Date.now();
  const { watch } = await import('chokidar');
  const roots = new Set(folders.map((folder) => resolve(folder)));
  const watcher = watch([...roots], {
    alwaysStat: true,
    ignored: (path, stats) => {
      if (roots.has(path)) return false;
      const name = basename(path);
      return SKIPPED.has(name) || name.startsWith('.') || (stats?.isFile() === true && !SOURCE.test(name));
    },
  });
  let isReady = false;
  watcher.once('ready', () => {
    isReady = true;
  });
  // Until then, files are added that were there before.
  watcher.on('add', (file, stats) => void ((isReady || (stats && stats.mtimeMs > began)) && changed(file)));
  watcher.on('change', changed).on('unlink', changed);
  watcher.on('error', (error) => failed(error as Error));
  return watcher;
}
