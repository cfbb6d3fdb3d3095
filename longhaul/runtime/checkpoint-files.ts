import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fingerprint, type Marks, type ScannedFile, scanDirectory } from './directory-scan.ts';
import type { SavedFile } from './entry.ts';
import type { S3Address } from './environment.ts';
import { type SupersededError, TransientJobError } from './errors.ts';
import { fetchFile, hashFile, storeFile } from './file-transfer.ts';
import type { ObjectStore } from './objects.ts';

/** Files that are stored or fetched at the same time. */
const CONCURRENCY = 4;

/**
 * The checkpoint directory: what is in it is stored under the hash of its content, so that only what changed is sent again.
 * A directory that nobody asked for and that nothing was restored to is not there and costs nothing.
 */
export class CheckpointFiles {
  readonly #objects: ObjectStore;
  readonly #artifacts: S3Address;
  /** Of this process's keys: what another one stored under its own may be removed without asking. */
  readonly #suffix: string;
  readonly #superseded: () => SupersededError | undefined;
  #directory: string | undefined;
  /** What the files were when they were last saved or restored. */
  #saved = '';
  /** By path: the file as it was then, with its hash. */
  #known = new Map<string, SavedFile & { stamp: string }>();
  /** By hash: the key of a content that is stored. */
  #stored = new Map<string, string>();
  /** Of the newest checkpoint and of the one before. */
  #kept: [readonly SavedFile[], readonly SavedFile[]] = [[], []];
  /** Saved last, and perhaps not written yet. */
  #pending: readonly SavedFile[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  readonly #marks: Marks = new Map();

  /** `superseded` says whether another start has taken over: what was stored then nobody would remove. */
  constructor(
    objects: ObjectStore,
    artifacts: S3Address,
    writer: string,
    superseded: () => SupersededError | undefined = () => undefined,
  ) {
    this.#objects = objects;
    this.#artifacts = artifacts;
    this.#suffix = writer.slice(0, 8);
    this.#superseded = superseded;
  }

  /** Made when it is asked for, again when the job removed it. */
  get directory(): string {
    this.#directory ??= mkdtempSync(join(realpathSync(tmpdir()), 'longhaul-checkpoint-'));
    mkdirSync(this.#directory, { recursive: true });
    return this.#directory;
  }

  get used(): boolean {
    return this.#directory !== undefined;
  }

  /** What the files are now; no content is read. */
  fingerprint(): string {
    return this.used ? fingerprint(this.#scan()) : '';
  }

  /** Whether `now` is what the last checkpoint has. */
  isSaved(now: string): boolean {
    return now === this.#saved;
  }

  /** What was saved or restored last. */
  get current(): readonly SavedFile[] {
    return this.#pending;
  }

  /**
   * Brings the files of a checkpoint back into the directory.
   * @throws UnreadableCheckpointError when one is missing or is not what was saved
   */
  async restore(files: readonly SavedFile[], before: readonly SavedFile[]): Promise<void> {
    if (files.length > 0) {
      const { directory } = this;
      await inParallel(files, (file) => fetchFile(this.#objects, this.#at(file.key), file, directory));
      this.#remember(files, this.#scan());
    }
    this.#pending = files;
    this.#kept = [files, before];
    for (const { sha256, key } of [...before, ...files]) this.#stored.set(sha256, key);
  }

  /** Leaves the directory empty, as before `restore`. */
  async clear(): Promise<void> {
    if (this.#directory) await rm(this.#directory, { recursive: true, force: true });
    this.#directory = undefined;
  }

  /**
   * Stores what is not stored yet, and answers what there is.
   * @throws TransientJobError when a file was changed meanwhile
   * @throws SupersededError when there is something to store, but no longer for this start
   */
  async save(): Promise<readonly SavedFile[]> {
    const saving = this.#turn.then(() => this.#save());
    this.#turn = saving.catch(() => {});
    return saving;
  }

  /** A checkpoint with these files is written: what only the one before the previous had is removed. */
  async written(files: readonly SavedFile[]): Promise<void> {
    // In turn with the saves: one that is under way may be about to use again what would be removed.
    const removing = this.#turn.then(async () => {
      const [current, previous] = this.#kept;
      this.#kept = [files, current];
      const needed = new Set([...files, ...current, ...this.#pending].map(({ key }) => key));
      const dropped = previous.filter(({ key }) => !needed.has(key));
      for (const { sha256 } of dropped) this.#stored.delete(sha256);
      await inParallel(dropped, ({ key }) => this.#objects.delete(this.#at(key)));
    });
    // What stays is removed with the rest when the job is done.
    this.#turn = removing.catch(() => {});
    await this.#turn;
  }

  async #save(): Promise<readonly SavedFile[]> {
    const scanned = this.#scan();
    const saved = await inParallel(scanned, async (file): Promise<SavedFile> => {
      const known = this.#known.get(file.path);
      if (known?.stamp === file.stamp) return known;
      const sha256 = await hashFile(join(this.directory, file.path), file);
      let key = this.#stored.get(sha256);
      if (!key) {
        const error = this.#superseded();
        if (error) throw error;
        key = `checkpoint/files/${sha256}-${this.#suffix}`;
        await storeFile(this.#objects, this.#at(key), join(this.directory, file.path), { ...file, sha256 });
        this.#stored.set(sha256, key);
      }
      return { path: file.path, sha256, size: file.size, key };
    });
    const after = this.#scan();
    if (fingerprint(after) !== fingerprint(scanned)) {
      throw new TransientJobError(
        `The checkpoint directory was changed while it was saved: leave its files alone until checkpoint.save() has resolved`,
      );
    }
    const files = saved.map(({ path, sha256, size, key }) => ({ path, sha256, size, key }));
    this.#remember(files, scanned);
    this.#pending = files;
    return files;
  }

  #remember(files: readonly SavedFile[], scanned: readonly ScannedFile[]): void {
    const stamps = new Map(scanned.map(({ path, stamp }) => [path, stamp]));
    this.#known = new Map(files.map((file) => [file.path, { ...file, stamp: stamps.get(file.path) ?? '' }]));
    this.#saved = fingerprint(scanned);
  }

  #scan(): ScannedFile[] {
    return scanDirectory(this.directory, this.#marks);
  }

  #at(key: string): S3Address {
    return { bucket: this.#artifacts.bucket, key: this.#artifacts.key + key };
  }
}

/** In order; the first error ends it. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let failed = false;
  const worker = async () => {
    while (next < items.length && !failed) {
      const index = next++;
      try {
        results[index] = await work(items[index]!);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return results;
}
