import { toFaithfulJson } from './faithful-json.ts';
import type { Launch } from './launch.ts';

/** A file of the checkpoint directory, as an entry lists it. The format is in docs/checkpoint.md. */
export interface SavedFile {
  /** Below the directory, with `/`. */
  path: string;
  /** In hex. */
  sha256: string;
  /** In bytes. */
  size: number;
  /** Of the content, below the execution's prefix: `checkpoint/files/…`. */
  key: string;
}

/** What one start leaves to the next; values as JSON texts. */
export interface Inheritance {
  state?: string;
  files?: readonly SavedFile[];
  result?: string;
}

/**
 * What `checkpoint/state.json` holds: who wrote it, and what. `writer` and `write` make every content different, and with it
 * the ETag (an MD5 of the content, as a rule): nobody's condition can hold by accident.
 */
export interface Entry extends Inheritance {
  launch: Launch;
  /** One process. */
  writer: string;
  /** Counts that process's writes. */
  write: number;
  /** ISO 8601. */
  at: string;
}

/** A checkpoint is there, but nothing can be made of it; the one before is used instead. */
export class UnreadableCheckpointError extends Error {
  override name = 'UnreadableCheckpointError';
}

/** The entry's JSON around contents that are JSON already. */
export function composeEntry({ launch, writer, write, at, state, files, result }: Entry): string {
  const members = Object.entries({ state, files: files?.length ? JSON.stringify(files) : undefined, result })
    .filter(([, json]) => json !== undefined)
    .map(([name, json]) => `,"${name}":${json}`);
  return `${JSON.stringify({ launch, writer, write, at }).slice(0, -1)}${members.join('')}}`;
}

/** @throws UnreadableCheckpointError saying what is wrong with it */
export function parseEntry(body: Uint8Array): Entry {
  let entry: Record<string, unknown> | null;
  try {
    entry = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw new UnreadableCheckpointError(`its ${body.length} bytes are no JSON: ${error}`, { cause: error });
  }
  const { launch, writer, write, at, state, files = [], result } = entry ?? {};
  if (typeof (launch as Launch | undefined)?.execution !== 'string') {
    throw new UnreadableCheckpointError('it was not written by Longhaul: it has no "launch"');
  }
  if (!Array.isArray(files) || !files.every(isSavedFile)) {
    throw new UnreadableCheckpointError('its "files" are no list of path, sha256, size and key');
  }
  return {
    ...({ launch, writer, write, at } as Entry),
    ...(state !== undefined && { state: toFaithfulJson(state) }),
    ...(files.length > 0 && { files }),
    ...(result !== undefined && { result: toFaithfulJson(result) }),
  };
}

/** A path or a key that would lead out of its place is none. */
function isSavedFile(file: Partial<Record<keyof SavedFile, unknown>> | null): file is SavedFile {
  return (
    typeof file?.path === 'string' &&
    staysBelow(file.path) &&
    typeof file.sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(file.sha256) &&
    Number.isSafeInteger(file.size) &&
    typeof file.key === 'string' &&
    file.key.startsWith('checkpoint/files/') &&
    staysBelow(file.key)
  );
}

const staysBelow = (path: string): boolean => path.split('/').every((part) => !['', '.', '..'].includes(part));
