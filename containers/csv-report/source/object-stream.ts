import { addAbortSignal, type Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type Log, PermanentJobError, TransientJobError } from 'longhaul/runtime';
import { type ObjectAddress, ObjectReplacedError, readError, uri } from './errors.ts';

/** What identifies the content that is read. `eTag` with its quotes, as S3 gives it; `size` in bytes. */
export interface ObjectIdentity {
  eTag: string;
  versionId?: string;
  size: number;
}

export interface ObjectStream {
  identity: ObjectIdentity;
  /** The object's bytes from `from` to its end, or an error: never fewer bytes, never those of another object. */
  chunks: AsyncIterable<Buffer>;
}

export interface ReadOptions {
  signal: AbortSignal;
  log: Log;
  /** Where to begin, in an object whose identity is known. */
  resume?: { from: number; identity: ObjectIdentity } | undefined;
  /** Before the first try again, in milliseconds; doubled for each further one. */
  backoff?: number;
}

/** Connections lost one after another, without a byte between them, before the attempt fails. */
const MAX_DROPS = 6;
/** A connection that says nothing for this long is lost. */
const IDLE_MILLISECONDS = 60_000;

/**
 * Opens an object for reading in one pass. A connection that breaks is replaced by another from the byte after the last one
 * (a Range request that holds only for the same ETag).
 * @throws PermanentJobError when it cannot be read at all, ObjectReplacedError when it is not (or no longer) the object to resume
 */
export async function openObject(s3: S3Client, address: ObjectAddress, options: ReadOptions): Promise<ObjectStream> {
  const { resume, signal } = options;
  if (resume !== undefined && resume.from === resume.identity.size)
    return { identity: resume.identity, chunks: none() };
  const first = await request(s3, address, resume, signal);
  return { identity: first.identity, chunks: chunks(s3, address, first, resume?.from ?? 0, options) };
}

async function* none(): AsyncGenerator<Buffer> {}

async function* chunks(
  s3: S3Client,
  address: ObjectAddress,
  { identity, body: firstBody }: Opened,
  from: number,
  { signal, log, backoff = 250 }: ReadOptions,
): AsyncGenerator<Buffer> {
  let at = from;
  let body: Readable | undefined = firstBody;
  for (let drops = 0; at < identity.size; ) {
    const before = at;
    let problem: unknown = new Error('the connection ended early');
    try {
      body ??= (await request(s3, address, { from: at, identity }, signal)).body;
      for await (const chunk of alive(body)) {
        at += chunk.length;
        yield chunk;
      }
    } catch (error) {
      // A refusal stays one; a dropped connection and a server's bad moment pass.
      if (signal.aborted || error instanceof PermanentJobError || error instanceof ObjectReplacedError) throw error;
      problem = error;
    }
    if (at === identity.size) return;
    body = undefined;
    drops = at > before ? 1 : drops + 1;
    if (drops > MAX_DROPS) {
      const message = `Reading ${uri(address)} failed ${drops} times in a row at byte ${at} of ${identity.size}.`;
      throw new TransientJobError(message, { cause: problem });
    }
    log.warn('The connection to S3 was lost; reading on from the last byte', { offset: at, error: problem });
    await delay(backoff * 2 ** (drops - 1), undefined, { signal });
  }
}

interface Opened {
  identity: ObjectIdentity;
  body: Readable;
}

async function request(
  s3: S3Client,
  address: ObjectAddress,
  resume: ReadOptions['resume'],
  signal: AbortSignal,
): Promise<Opened> {
  try {
    const response = await s3.send(
      new GetObjectCommand({
        Bucket: address.bucket,
        Key: address.key,
        VersionId: resume?.identity.versionId ?? address.versionId,
        ...(resume && { IfMatch: resume.identity.eTag, ...(resume.from > 0 && { Range: `bytes=${resume.from}-` }) }),
      }),
      { abortSignal: signal },
    );
    const body = addAbortSignal(signal, response.Body as Readable);
    const size = Number(response.ContentRange?.split('/')[1] ?? response.ContentLength);
    const versionId = response.VersionId ?? address.versionId;
    return { identity: { eTag: response.ETag!, size, ...(versionId !== undefined && { versionId }) }, body };
  } catch (error) {
    if (signal.aborted) throw error;
    throw readError(error, address);
  }
}

/** The body's chunks; an error when none comes for a minute. */
async function* alive(body: Readable): AsyncGenerator<Buffer> {
  const silence = setTimeout(
    () => body.destroy(new Error(`no data for ${IDLE_MILLISECONDS / 1000} seconds`)),
    IDLE_MILLISECONDS,
  );
  try {
    for await (const chunk of body) {
      yield chunk;
      silence.refresh();
    }
  } finally {
    clearTimeout(silence);
  }
}
