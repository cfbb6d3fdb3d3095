import { type BigIntStats, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UnsavableValueError } from './errors.ts';

/** A regular file, and what tells its content from another without reading it. */
export interface ScannedFile {
  /** Below the directory, with `/`. */
  path: string;
  size: number;
  /** Of size, times and inode: another one after any write. */
  stamp: string;
}

/**
 * All files below a directory, by path.
 * @throws UnsavableValueError for what is neither a file nor a directory
 */
export function scanDirectory(directory: string): ScannedFile[] {
  const files: ScannedFile[] = [];
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const absolute = join(entry.parentPath, entry.name);
    const path = absolute.slice(directory.length + 1).replaceAll('\\', '/');
    if (!entry.isFile()) {
      throw new UnsavableValueError(
        `file ${path}`,
        'is a symbolic link, a socket or a device; only plain files are kept',
      );
    }
    const found: BigIntStats | undefined = lstatSync(absolute, { bigint: true, throwIfNoEntry: false });
    // One that was removed meanwhile is none.
    if (found) files.push({ path, size: Number(found.size), stamp: stampOf(found) });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

const stampOf = ({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string => [ino, size, mtimeNs, ctimeNs].join();

/** One text for all of it: the same as long as no file has come, gone or changed. */
export const fingerprint = (files: readonly ScannedFile[]): string =>
  files.map(({ path, stamp }) => `${path}\0${stamp}`).join('\n');
