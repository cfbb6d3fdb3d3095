import { type BigIntStats, lstatSync, readdirSync, utimesSync } from 'node:fs';
import { join, sep } from 'node:path';
import { UnsavableValueError } from './errors.ts';

/** A regular file, and what tells its content from another without reading it. */
export interface ScannedFile {
  /** Below the directory, with `/`. */
  path: string;
  size: number;
  /** Of size, times and inode: another one after any write. */
  stamp: string;
}

/** Modification times that were set here, in nanoseconds, by path. */
export type Marks = Map<string, bigint>;

/**
 * A file's times advance with the kernel's clock tick, up to 10 ms (Linux before 6.13, "multigrain timestamps"): a second
 * write within one leaves no trace if the size stays.
 */
const YOUNG_MILLISECONDS = 20;

/**
 * All files below a directory, by path. A file that was written just now has its modification time set back by a millisecond,
 * once, so that any later write shows.
 * @throws UnsavableValueError for what is neither a file nor a directory
 */
export function scanDirectory(directory: string, marks: Marks): ScannedFile[] {
  const files: ScannedFile[] = [];
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const absolute = join(entry.parentPath, entry.name);
    const path = absolute.slice(directory.length + 1).replaceAll(sep, '/');
    if (!entry.isFile()) {
      throw new UnsavableValueError(
        `file ${path}`,
        'is a symbolic link, a socket or a device; only plain files are kept',
      );
    }
    const found = look(absolute, path, marks);
    // One that was removed meanwhile is none.
    if (found) files.push({ path, size: Number(found.size), stamp: stampOf(found) });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function look(file: string, path: string, marks: Marks): BigIntStats | undefined {
  const stat = () => lstatSync(file, { bigint: true, throwIfNoEntry: false });
  const found = stat();
  const isYoung = found && Number(found.mtimeMs) > Date.now() - YOUNG_MILLISECONDS;
  if (!isYoung || marks.get(path) === found.mtimeNs) return found;
  try {
    utimesSync(file, Number(found.atimeMs) / 1000, (Number(found.mtimeMs) - 1) / 1000);
  } catch {
    // Somebody else's file, or gone.
    return stat();
  }
  const marked = stat();
  if (marked) marks.set(path, marked.mtimeNs);
  return marked;
}

const stampOf = ({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string => [ino, size, mtimeNs, ctimeNs].join();

/** One text for all of it: the same as long as no file has come, gone or changed. */
export const fingerprint = (files: readonly ScannedFile[]): string =>
  files.map(({ path, stamp }) => `${path}\0${stamp}`).join('\n');
