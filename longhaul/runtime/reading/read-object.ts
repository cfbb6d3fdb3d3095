import { addAbortSignal, type Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { PermanentJobError, TransientJobError } from '../errors.ts';
import type { Log } from '../log.ts';
import { addressOf, type ObjectAddress, type ObjectIdentity, type ObjectPosition, uri } from './address.ts';
import { ObjectReplacedError } from './errors.ts';
import type { ObjectSource, OpenedObject } from './object-source.ts';

export interface ReadObjectOptions {
  /** Where to continue, as an earlier start saved it. Without it, reads from the beginning. */
  position?: ObjectPosition | undefined;
}

/** An object that is being read: its bytes in chunks, each byte once, or an error. */
export interface ObjectReading extends AsyncIterable<Buffer> {
  /** Which content is read. */
  readonly object: ObjectIdentity;
  /** After the last chunk that was handed out. */
  readonly position: ObjectPosition;
}

/** What a reader works with. */
export interface Reading {
  source: ObjectSource;
  signal: AbortSignal;
  log: Log;
  /** Whether the job's newest checkpoint is not taken yet: its next one is, so a stop waits for that. */
  isPending?: () => boolean;
  /** Before the first retry, in milliseconds; doubled for each further one. */
  backoff?: number;
}

/** Connections lost in a row, without a byte between them, before the attempt fails. */
const MAX_DROPS = 6;
/** A connection that sends nothing for this long is lost. */
const IDLE_MILLISECONDS = 60_000;

/**
 * Opens an object and reads it in one pass. Replaces a broken connection with one that continues after the last byte, and only
 * if the object still has the same ETag: never fewer bytes, never those of another object.
 *
 * @throws PermanentJobError if it cannot be read at all
 * @throws ObjectReplacedError if it was overwritten
 */
export async function readObject(
  object: ObjectAddress | string,
  { position }: ReadObjectOptions,
  reading: Reading,
): Promise<ObjectReading> {
  const address = addressOf(object);
  const isAtEnd = position !== undefined && position.offset === position.size;
  const first = isAtEnd ? undefined : await reading.source.open(address, position, reading.signal);
  const { eTag, size, versionId } = first?.identity ?? position!;
  const identity = { eTag, size, ...(versionId !== undefined && { versionId }) };
  let offset = position?.offset ?? 0;
  const chunks = chunksOf(address, { ...identity, offset }, first, reading);
  return {
    object: identity,
    get position() {
      return { ...identity, offset };
    },
    async *[Symbol.asyncIterator]() {
      for await (const chunk of chunks) {
        offset += chunk.length;
        yield chunk;
      }
    },
  };
}

async function* chunksOf(
  address: ObjectAddress,
  position: ObjectPosition,
  first: OpenedObject | undefined,
  { source, signal, log, backoff = 250 }: Reading,
): AsyncGenerator<Buffer> {
  const { size } = position;
  let at = position.offset;
  let body = first?.body;
  for (let drops = 0; at < size; ) {
    const before = at;
    let problem: unknown = new Error('the connection ended early');
    try {
      body ??= (await source.open(address, { ...position, offset: at }, signal)).body;
      for await (const chunk of alive(addAbortSignal(signal, body))) {
        at += chunk.length;
        yield chunk;
      }
    } catch (error) {
      // A refusal stays one; a dropped connection and a server's bad moment pass.
      if (signal.aborted || error instanceof PermanentJobError || error instanceof ObjectReplacedError) throw error;
      problem = error;
    }
    if (at === size) return;
    body = undefined;
    drops = at > before ? 1 : drops + 1;
    if (drops > MAX_DROPS) {
      const message = `Reading ${uri(address)} failed ${drops} times in a row at byte ${at} of ${size}.`;
      throw new TransientJobError(message, { cause: problem });
    }
    log.warn('The connection to S3 was lost; reading on from the last byte', { offset: at, error: problem });
    await delay(backoff * 2 ** (drops - 1), undefined, { signal });
  }
}

/** The body's chunks, or an error if none comes for a minute. The time that the job takes for a chunk does not count. */
async function* alive(body: Readable): AsyncGenerator<Buffer> {
  const chunks = body[Symbol.asyncIterator]();
  const silence = () => body.destroy(new Error(`no data for ${IDLE_MILLISECONDS / 1000} seconds`));
  try {
    while (true) {
      const timer = setTimeout(silence, IDLE_MILLISECONDS);
      const { done, value } = await chunks.next().finally(() => clearTimeout(timer));
      if (done) return;
      yield value;
    }
  } finally {
    body.destroy();
  }
}
