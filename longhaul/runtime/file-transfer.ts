import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type SavedFile, UnreadableCheckpointError } from './entry.ts';
import type { S3Address } from './environment.ts';
import { TransientJobError } from './errors.ts';
import type { ObjectStore } from './objects.ts';

/** Connections that break without a byte between them, before a download is given up. */
const ROUNDS = 5;

/** SHA-256 in hex. @throws TransientJobError when the file is no longer as long as it was */
export async function hashFile(file: string, { path, size }: { path: string; size: number }): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of exactly(file, path, size)) hash.update(chunk);
  return hash.digest('hex');
}

/** Stores a file, read as it goes. @throws TransientJobError when its content is no longer the one with this hash */
export async function storeFile(
  objects: ObjectStore,
  to: S3Address,
  file: string,
  { path, size, sha256 }: { path: string; size: number; sha256: string },
): Promise<void> {
  const hash = createHash('sha256');
  async function* hashed() {
    for await (const chunk of exactly(file, path, size)) {
      hash.update(chunk);
      yield chunk;
    }
    // Thrown inside of the body, so that nothing is stored under a name that is not its own.
    if (hash.digest('hex') !== sha256) throw changed(path);
  }
  await objects.upload(to, hashed(), size);
}

/** The bytes of a file that has `size` of them. */
async function* exactly(file: string, path: string, size: number): AsyncGenerator<Buffer> {
  let read = 0;
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      read += chunk.length;
      if (read > size) break;
      yield chunk;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  if (read !== size) throw changed(path);
}

const changed = (path: string): TransientJobError =>
  new TransientJobError(
    `The file ${path} of the checkpoint directory was changed while it was saved: leave it alone until checkpoint.save() has resolved`,
  );

/**
 * Brings one file back, going on from the last byte when a connection breaks.
 * @throws UnreadableCheckpointError when it is not there, or not what was saved
 */
export async function fetchFile(
  objects: ObjectStore,
  from: S3Address,
  { path, size, sha256 }: SavedFile,
  directory: string,
): Promise<void> {
  const file = join(directory, path);
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(file, 'w');
  const hash = createHash('sha256');
  let received = 0;
  try {
    for (let round = 0; received < size || round === 0; round++) {
      const begun = received;
      try {
        const body = await objects.download(from, received);
        if (!body) throw new UnreadableCheckpointError(`its file ${path} is not there`);
        for await (const chunk of body) {
          hash.update(chunk);
          await handle.writeFile(chunk);
          received += chunk.length;
        }
        if (received < size) throw new UnreadableCheckpointError(`its file ${path} has ${received} bytes, not ${size}`);
      } catch (error) {
        if (error instanceof UnreadableCheckpointError || round >= ROUNDS) throw error;
        if (received > begun) round = 0;
        await sleep(200 * 2 ** round);
      }
    }
  } finally {
    await handle.close();
  }
  if (received !== size) throw new UnreadableCheckpointError(`its file ${path} has ${received} bytes, not ${size}`);
  if (hash.digest('hex') !== sha256) throw new UnreadableCheckpointError(`its file ${path} has another content`);
}
