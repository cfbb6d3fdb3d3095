import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Changes {
  /** A folder that is not there yet, with its files by their names. */
  folder: string;
  files: Record<string, string>;
  /** Files that are there, or may be, with their new text. */
  edits: Record<string, string>;
}

/**
 * Writes all of it or nothing: what cannot be written takes back what was.
 *
 * @throws Error of the file system, when everything is as it was before
 */
export function writeAll({ folder, files, edits }: Changes): void {
  const undo: (() => void)[] = [];
  try {
    mkdirSync(folder);
    undo.push(() => rmSync(folder, { recursive: true }));
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    for (const [file, text] of Object.entries(edits)) {
      const before = read(file);
      undo.push(() => (before === undefined ? rmSync(file, { force: true }) : writeFileSync(file, before)));
      replace(file, text);
    }
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  }
}

/** Whoever reads the file meanwhile sees the old text or the new one. */
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
