import type { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { BodyFiles } from './body-files.ts';
import { BucketStore } from './bucket-store.ts';
import { checkWrite, type WriteConditions } from './conditions.ts';
import { s3Error } from './errors.ts';
import type { S3EventListener, S3ObjectEvent } from './events.ts';
import { type Listing, type ListQuery, list, precedes } from './listing.ts';
import { createTables, describe, jsonOrNull, type ObjectRecord, type Row, toObject } from './records.ts';
import { Throttle } from './throttle.ts';
import { UploadStore } from './upload-store.ts';

export interface ObjectStoreOptions {
  db: DatabaseSync;
  /** Of the bodies; made when it is not there. */
  directory: string;
  /** Rate of all GetObject bodies together; no limit by default. */
  bytesPerSecond?: number | undefined;
}

/** Everything of an object that its writer knows; the store adds when, and in which order. */
export type ObjectDraft = Omit<ObjectRecord, 'modified' | 'sequencer'>;

/** What a write is about, besides the object. */
export interface Write extends WriteConditions {
  eventName: Exclude<S3ObjectEvent['eventName'], 'ObjectRemoved:Delete'>;
  requestId: string;
}

/**
 * Buckets and objects: metadata in SQLite, bodies as files. It knows nothing of HTTP. Every change is one synchronous
 * transaction, condition and write together, so that of two racing conditional writers exactly one wins.
 */
export class ObjectStore {
  readonly files: BodyFiles;
  readonly buckets: BucketStore;
  readonly uploads: UploadStore;
  /** Its rate may be changed while objects are being read. */
  readonly throttle: Throttle;
  readonly #db: DatabaseSync;
  readonly #listeners = new Set<S3EventListener>();

  constructor({ db, directory, bytesPerSecond }: ObjectStoreOptions) {
    createTables(db);
    this.#db = db;
    this.files = new BodyFiles(directory);
    this.buckets = new BucketStore(db);
    this.uploads = new UploadStore(db, this);
    this.throttle = new Throttle(bytesPerSecond);
    this.files.sweep(this.#filesInUse());
  }

  /**
   * Calls `listener` with each write, inside its transaction: what the listener stores in the same database is there if and
   * only if the object is. Returns a function that takes the listener off.
   */
  onEvent(listener: S3EventListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** False when it was there already. */
  createBucket(name: string): boolean {
    return this.buckets.create(name);
  }

  /** @throws NoSuchBucket, BucketNotEmpty */
  deleteBucket(name: string): void {
    this.buckets.require(name);
    const object = this.#db.prepare('SELECT 1 FROM s3_objects WHERE bucket = ? LIMIT 1').get(name);
    if (object) throw s3Error('BucketNotEmpty', { BucketName: name });
    for (const upload of this.uploads.list(name)) this.uploads.abort(upload);
    this.buckets.forget(name);
  }

  get(bucket: string, key: string): ObjectRecord | undefined {
    const row = this.#db.prepare('SELECT * FROM s3_objects WHERE bucket = ? AND key = ?').get(bucket, key);
    return row && toObject(row);
  }

  /** @throws NoSuchBucket, NoSuchKey */
  require(bucket: string, key: string): ObjectRecord {
    const object = this.get(bucket, key);
    if (object) return object;
    this.buckets.require(bucket);
    throw s3Error('NoSuchKey', { Key: key });
  }

  /** @throws NoSuchBucket */
  list(bucket: string, query: ListQuery): Listing<ObjectRecord> {
    this.buckets.require(bucket);
    const select = (from: string) =>
      this.#db.prepare(`SELECT * FROM s3_objects WHERE bucket = ? AND key ${from} ORDER BY key`);
    const [above, atLeast] = [select('> ?'), select('>= ?')];
    const rows = (after: string): Iterable<Row> =>
      precedes(after, query.prefix) ? atLeast.iterate(bucket, query.prefix) : above.iterate(bucket, after);
    return list((after) => Iterator.from(rows(after)).map(toObject), query);
  }

  /** The bytes from `start` to `end` (exclusive), no faster than the throttle lets them. */
  read(object: ObjectRecord, start = 0, end = object.size): Readable {
    const body = this.files.open(object.segments, start, end);
    const slowed = Readable.from(this.throttle.slow(body), { objectMode: false, highWaterMark: 64 * 1024 });
    return slowed.once('close', () => body.destroy());
  }

  /**
   * Puts the object in the place of what the key held; its body files are removed when the write is refused.
   *
   * @throws PreconditionFailed, NoSuchKey, NoSuchBucket
   */
  put(draft: ObjectDraft, write: Write): ObjectRecord {
    try {
      return this.commit(draft, write);
    } catch (error) {
      this.files.remove(draft.segments);
      throw error;
    }
  }

  /** As `put`, with `also` in the same transaction; the body files stay when the write is refused. */
  commit(draft: ObjectDraft, write: Write, also: () => void = () => {}): ObjectRecord {
    const { bucket, key } = draft;
    const modified = Date.now();
    let replaced: ObjectRecord | undefined;
    const sequencer = this.#transaction(() => {
      this.buckets.require(bucket);
      replaced = this.get(bucket, key);
      checkWrite(key, replaced, write);
      const next = this.#nextSequencer();
      const { size, eTag, checksum, segments } = draft;
      this.#db
        .prepare('INSERT OR REPLACE INTO s3_objects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(bucket, key, size, eTag, modified, describe(draft), jsonOrNull(checksum), JSON.stringify(segments), next);
      also();
      const { eventName, requestId } = write;
      this.#emit({ bucket, key, eventName, size, eTag, sequencer: next, requestId, time: iso(modified) });
      return next;
    });
    if (replaced) this.files.remove(replaced.segments);
    return { ...draft, modified, sequencer };
  }

  /** Changes an object's tags and nothing else: no event, no new time. */
  setTags(object: ObjectRecord, tags: Record<string, string>): void {
    this.#db
      .prepare('UPDATE s3_objects SET description = ? WHERE bucket = ? AND key = ?')
      .run(describe({ ...object, tags }), object.bucket, object.key);
  }

  /**
   * Removes the object, if it is there; without `ifMatch`, a key that does not exist is no error.
   *
   * @throws NoSuchBucket, PreconditionFailed, NoSuchKey
   */
  remove(bucket: string, key: string, requestId: string, ifMatch?: string): void {
    const removed = this.#transaction(() => {
      const object = this.get(bucket, key);
      if (!object) this.buckets.require(bucket);
      checkWrite(key, object, { ifMatch });
      if (!object) return undefined;
      this.#db.prepare('DELETE FROM s3_objects WHERE bucket = ? AND key = ?').run(bucket, key);
      const sequencer = this.#nextSequencer();
      this.#emit({ bucket, key, eventName: 'ObjectRemoved:Delete', sequencer, requestId, time: iso(Date.now()) });
      return object;
    });
    if (removed) this.files.remove(removed.segments);
  }

  /** Greater than every one before it, also when the clock was set back or the engine started again. */
  #nextSequencer(): string {
    const row = this.#db
      .prepare('UPDATE s3_sequence SET value = max(value + 1, ?) RETURNING value')
      .get(Date.now() * 1000) as { value: number };
    return row.value.toString(16).toUpperCase().padStart(18, '0');
  }

  /** A savepoint rather than a transaction, since a caller may have one open on the same connection. */
  #transaction<T>(work: () => T): T {
    this.#db.exec('SAVEPOINT s3');
    try {
      const result = work();
      this.#db.exec('RELEASE s3');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK TO s3; RELEASE s3');
      throw error;
    }
  }

  #emit(event: S3ObjectEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // The object is stored: what a listener makes of it is no reason to fail the request.
        console.error(`s3: a listener of ${event.eventName} ${event.bucket}/${event.key} failed:`, error);
      }
    }
  }

  #filesInUse(): Set<string> {
    const rows = this.#db.prepare(
      `SELECT file FROM s3_parts UNION ALL SELECT segment.value ->> 'file' FROM s3_objects, json_each(segments) segment`,
    );
    return new Set(Iterator.from(rows.iterate()).map((row) => row.file as string));
  }
}

const iso = (time: number) => new Date(time).toISOString();
