import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Changes {
  /** A folder that is not there yet, with its files by their names. */
  created?: { folder: string; files: Record<string, string> } | undefined;
  /** A folder that goes. */
  removed?: string | undefined;
  /** Files that are there, or may be, with their new text. */
  edits: Record<string, string>;
}

/**
 * Makes all changes or none: an error takes back those that were made.
 *
 * @throws Error of the file system, when everything is as it was before
 */
export function writeAll({ created, removed, edits }: Changes): void {
  const undo: (() => void)[] = [];
  const aside = `${removed}.${process.pid}.tmp`;
  try {
    if (created) {
      mkdirSync(created.folder);
      undo.push(() => rmSync(created.folder, { recursive: true }));
      for (const [name, text] of Object.entries(created.files)) writeFileSync(path.join(created.folder, name), text);
    }
    for (const [file, text] of Object.entries(edits)) {
      const before = read(file);
      if (before === text) continue;
      undo.push(() => (before === undefined ? rmSync(file, { force: true }) : writeFileSync(file, before)));
      replace(file, text);
    }
    if (removed) renameSync(removed, aside);
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  }
  if (removed) rmSync(aside, { recursive: true });
}

/** A reader sees the old text or the new one, never a part. */
function replace(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** The file's text; undefined where there is none. */
export function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
