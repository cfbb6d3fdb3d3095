import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { PermanentJobError } from '../errors.ts';
import { addressOf, type ObjectAddress, type ObjectIdentity, type ObjectPosition, uri } from './address.ts';
import { LineSplitter } from './line-splitter.ts';
import { type ObjectReading, type Reading, readObject } from './read-object.ts';

/** A place between two lines. Plain JSON, so it fits into a checkpoint. */
export interface LinePosition extends ObjectPosition {
  /** The object is compressed: `offset` counts bytes of its uncompressed text. */
  gzip?: true;
}

export interface ReadLinesOptions {
  /** Where to continue, as an earlier start saved it. Without it, reads from the beginning. */
  position?: LinePosition | undefined;
  /** Bytes of a line, before the job is rejected rather than its memory filled. 64 MiB by default. */
  longestLine?: number;
}

/** The lines of an object, without their line ends. */
export interface Lines extends AsyncIterable<string> {
  /** Which content is read. */
  readonly object: ObjectIdentity;
  /** After the last line that was handed out: what to save with the job's own state. */
  readonly position: LinePosition;
  /** Bytes of the object that were read so far, for `progress(lines.bytesRead, lines.object.size)`. */
  readonly bytesRead: number;
}

const LONGEST_LINE = 64 * 1024 * 1024;

/**
 * Reads an object line by line, in constant memory. Lines end with LF or CRLF; the last one may end without. The text is UTF-8;
 * a byte order mark is dropped, and bytes that are not UTF-8 become U+FFFD.
 *
 * Recognizes gzip by its first bytes and decompresses it. Gzip cannot be entered in the middle, so a start that continues reads a
 * compressed object from its beginning and skips the lines before its position.
 *
 * @throws PermanentJobError if the object cannot be read at all, is damaged, or has a line that is too long
 * @throws ObjectReplacedError if it was overwritten
 */
export async function readLines(
  object: ObjectAddress | string,
  { position, longestLine = LONGEST_LINE }: ReadLinesOptions,
  reading: Reading,
): Promise<Lines> {
  const { signal, isPending = () => false } = reading;
  const address = addressOf(object);
  const from = position?.gzip ? { ...position, offset: 0 } : position;
  const bytes = await readObject(address, { position: from }, reading);
  let offset = position?.offset ?? 0;
  let gzip = position?.gzip ?? false;
  const lines = async function* (): AsyncGenerator<string> {
    let text: AsyncIterable<Buffer> = bytes;
    if (gzip || offset === 0) {
      const { head, all } = await peek(bytes);
      gzip ||= head[0] === 0x1f && head[1] === 0x8b;
      text = gzip ? gunzip(all, address, signal) : all;
    }
    if (gzip) text = skip(text, offset);
    const splitter = new LineSplitter(offset, longestLine, uri(address));
    for await (const chunk of text) {
      for (const line of splitter.split(chunk)) {
        offset = splitter.end;
        const isStopping = signal.aborted;
        yield line;
        // The job has dealt with the line. If its checkpoint came before the stop and was not taken, one more line makes it set another.
        if (isStopping || !isPending()) signal.throwIfAborted();
      }
    }
    const last = splitter.last();
    offset = splitter.end;
    if (last !== undefined) yield last;
  };
  const iterator = lines();
  return {
    object: bytes.object,
    get position() {
      return { ...bytes.object, offset, ...(gzip && { gzip }) };
    },
    get bytesRead() {
      return bytes.position.offset;
    },
    [Symbol.asyncIterator]: () => iterator,
  };
}

/** The first bytes, at least two if there are so many, and all chunks with them. */
async function peek(bytes: ObjectReading): Promise<{ head: Buffer; all: AsyncIterable<Buffer> }> {
  const chunks = bytes[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < 2) {
    const { done, value } = await chunks.next();
    if (done) break;
    head = head.length === 0 ? value : Buffer.concat([head, value]);
  }
  const all = async function* () {
    try {
      yield head;
      yield* { [Symbol.asyncIterator]: () => chunks };
    } finally {
      await chunks.return?.();
    }
  };
  return { head, all: all() };
}

async function* gunzip(
  bytes: AsyncIterable<Buffer>,
  address: ObjectAddress,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const text = createGunzip();
  let failure: unknown;
  const done = pipeline(Readable.from(bytes), text, { signal }).catch((error) => {
    failure = error;
  });
  try {
    yield* text;
  } catch (error) {
    await done;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_')) {
      throw new PermanentJobError(`${uri(address)} is not complete gzip: ${message}.`, { cause: error });
    }
    throw failure ?? error;
  } finally {
    text.destroy();
    await done;
  }
}

async function* skip(chunks: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const chunk of chunks) {
    if (chunk.length > left) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}
