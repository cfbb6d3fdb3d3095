import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { copyFile, link, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A piece of an object's body: one file. An object uploaded in parts has one for each part. */
export interface Segment {
  file: string;
  /** Bytes. */
  size: number;
}

/**
 * Bodies as files in one directory. A file's name is random and has nothing to do with the key, so any key is safe; it
 * is written once and never changed, so a reader sees one body to its end whatever happens to the object meanwhile.
 * Metadata that names a file is committed after the file is complete: what a crash leaves behind is named by nobody and
 * swept away at the next start.
 */
export class BodyFiles {
  readonly #directory: string;
  readonly #readers = new Map<string, number>();
  readonly #doomed = new Set<string>();

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
  }

  /** Writes a body as it comes, as fast as the disk takes it. Nothing is left when the source fails. */
  async write(source: AsyncIterable<Uint8Array>): Promise<Segment> {
    const file = newName();
    const stream = createWriteStream(this.#path(file), { flags: 'wx', highWaterMark: 1024 * 1024 });
    try {
      await pipeline(Readable.from(source, { objectMode: false, highWaterMark: 256 * 1024 }), stream);
    } catch (error) {
      await rm(this.#path(file), { force: true });
      throw error;
    }
    return { file, size: stream.bytesWritten };
  }

  /** Another name for the same bytes, which lives on when the first is removed. */
  async duplicate(segment: Segment): Promise<Segment> {
    const file = newName();
    const release = this.#pin([segment]);
    try {
      // A file system without hard links gets a copy.
      await link(this.#path(segment.file), this.#path(file)).catch(() =>
        copyFile(this.#path(segment.file), this.#path(file)),
      );
    } finally {
      release();
    }
    return { file, size: segment.size };
  }

  /**
   * The bytes from `start` to `end` (exclusive) of the segments put together, whatever happens to the object until the
   * stream is closed.
   */
  open(segments: Segment[], start: number, end: number): Readable {
    const release = this.#pin(segments);
    const stream = Readable.from(this.#read(segments, start, end), { objectMode: false, highWaterMark: 256 * 1024 });
    return stream.once('close', release);
  }

  async *#read(segments: Segment[], start: number, end: number): AsyncGenerator<Buffer> {
    let offset = 0;
    for (const { file, size } of segments) {
      const from = Math.max(start - offset, 0);
      const to = Math.min(end - offset, size);
      offset += size;
      if (from >= to) continue;
      yield* createReadStream(this.#path(file), { start: from, end: to - 1, highWaterMark: 256 * 1024 });
    }
  }

  /** Removes the files, as soon as nobody reads them any more. */
  remove(segments: Segment[]): void {
    for (const { file } of segments) {
      if (this.#readers.has(file)) this.#doomed.add(file);
      else this.#unlink(file);
    }
  }

  /** Removes every body file that is not in `keep`. Files of other names are somebody else's and stay. */
  sweep(keep: Set<string>): void {
    for (const file of readdirSync(this.#directory)) {
      if (/^[0-9a-f]{32}$/.test(file) && !keep.has(file)) rmSync(this.#path(file), { force: true });
    }
  }

  #pin(segments: Segment[]): () => void {
    for (const { file } of segments) this.#readers.set(file, (this.#readers.get(file) ?? 0) + 1);
    return () => {
      for (const { file } of segments) this.#release(file);
    };
  }

  #release(file: string): void {
    const left = (this.#readers.get(file) ?? 1) - 1;
    if (left > 0) {
      this.#readers.set(file, left);
      return;
    }
    this.#readers.delete(file);
    if (this.#doomed.delete(file)) this.#unlink(file);
  }

  #unlink(file: string): void {
    // A file that cannot be removed now is swept away at the next start.
    rm(this.#path(file), { force: true }).catch(() => {});
  }

  #path(file: string): string {
    return join(this.#directory, file);
  }
}

const newName = () => randomBytes(16).toString('hex');
