import { createHash, randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { type Checksum, compositeChecksum } from './checksum.ts';
import { combineCrcs } from './crc-combine.ts';
import { s3Error } from './errors.ts';
import type { ObjectStore, Write } from './object-store.ts';
import {
  describe,
  jsonOrNull,
  type ObjectRecord,
  type PartRecord,
  toPart,
  toUpload,
  type UploadRecord,
} from './records.ts';

/** Multipart uploads under way. An upload that is completed keeps its parts' files as they are: nothing is rewritten. */
export class UploadStore {
  readonly #db: DatabaseSync;
  readonly #objects: ObjectStore;

  constructor(db: DatabaseSync, objects: ObjectStore) {
    this.#db = db;
    this.#objects = objects;
  }

  /** @throws NoSuchBucket */
  create(draft: Omit<UploadRecord, 'id' | 'initiated'>): UploadRecord {
    this.#objects.buckets.require(draft.bucket);
    const upload: UploadRecord = { ...draft, id: randomBytes(32).toString('base64url'), initiated: Date.now() };
    const { id, bucket, key, initiated, algorithm, checksumType } = upload;
    this.#db
      .prepare('INSERT INTO s3_uploads VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(id, bucket, key, initiated, describe(upload), algorithm ?? null, checksumType ?? null);
    return upload;
  }

  /** @throws NoSuchBucket, NoSuchUpload */
  require(bucket: string, key: string, id: string): UploadRecord {
    const row = this.#db
      .prepare('SELECT * FROM s3_uploads WHERE id = ? AND bucket = ? AND key = ?')
      .get(id, bucket, key);
    if (row) return toUpload(row);
    this.#objects.buckets.require(bucket);
    throw s3Error('NoSuchUpload', { UploadId: id });
  }

  /** By key, then by age, as S3 lists them. */
  list(bucket: string): UploadRecord[] {
    const rows = this.#db.prepare('SELECT * FROM s3_uploads WHERE bucket = ? ORDER BY key, initiated, id').all(bucket);
    return rows.map(toUpload);
  }

  /** By number. */
  parts(upload: UploadRecord): PartRecord[] {
    const rows = this.#db.prepare('SELECT * FROM s3_parts WHERE upload = ? ORDER BY number').all(upload.id);
    return rows.map(toPart);
  }

  /** Adds a part, in the place of an earlier one of that number. @throws NoSuchUpload when it ended in the meantime */
  addPart(upload: UploadRecord, part: PartRecord): void {
    const { number, segment, eTag, modified, checksum } = part;
    const files = this.#objects.files;
    try {
      this.require(upload.bucket, upload.key, upload.id);
    } catch (error) {
      files.remove([segment]);
      throw error;
    }
    const replaced = this.#db.prepare('SELECT * FROM s3_parts WHERE upload = ? AND number = ?').get(upload.id, number);
    this.#db
      .prepare('INSERT OR REPLACE INTO s3_parts VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(upload.id, number, segment.file, segment.size, eTag, modified, jsonOrNull(checksum));
    if (replaced) files.remove([toPart(replaced).segment]);
  }

  abort(upload: UploadRecord): void {
    const parts = this.parts(upload);
    this.#forget(upload);
    this.#objects.files.remove(parts.map(({ segment }) => segment));
  }

  /**
   * Makes the chosen parts, in their order, the object. Parts that were not chosen are removed.
   *
   * @throws PreconditionFailed, NoSuchKey, NoSuchUpload, InvalidPart
   */
  complete(upload: UploadRecord, chosen: PartRecord[], checksum: Checksum | undefined, write: Write): ObjectRecord {
    const { bucket, key } = upload;
    const segments = chosen.map(({ segment }) => segment);
    const size = segments.reduce((sum, segment) => sum + segment.size, 0);
    const { headers, metadata, tags } = upload;
    const draft = { bucket, key, size, eTag: multipartETag(chosen), headers, metadata, tags, checksum, segments };
    let unused: PartRecord[] = [];
    const object = this.#objects.commit(draft, write, () => {
      this.require(bucket, key, upload.id);
      const used = new Set(segments.map(({ file }) => file));
      const all = this.parts(upload);
      unused = all.filter(({ segment }) => !used.has(segment.file));
      // A part that was uploaded anew since it was chosen has another file.
      if (all.length - unused.length !== chosen.length) throw s3Error('InvalidPart', { UploadId: upload.id });
      this.#forget(upload);
    });
    this.#objects.files.remove(unused.map(({ segment }) => segment));
    return object;
  }

  #forget({ id }: UploadRecord): void {
    this.#db.prepare('DELETE FROM s3_parts WHERE upload = ?').run(id);
    this.#db.prepare('DELETE FROM s3_uploads WHERE id = ?').run(id);
  }
}

function multipartETag(parts: PartRecord[]): string {
  const hash = createHash('md5');
  for (const { eTag } of parts) hash.update(eTag, 'hex');
  return `${hash.digest('hex')}-${parts.length}`;
}

/** The checksum of the whole, as the upload was begun: of the bytes, or of the parts' checksums. */
export async function checksumOfParts(upload: UploadRecord, parts: PartRecord[]): Promise<Checksum | undefined> {
  const { algorithm, checksumType: type } = upload;
  if (!algorithm || !type) return undefined;
  const pieces = parts.map(({ checksum, segment }) => ({ value: checksum?.value ?? '', size: segment.size }));
  const value =
    type === 'COMPOSITE'
      ? await compositeChecksum(
          algorithm,
          pieces.map((piece) => piece.value),
        )
      : combineCrcs(algorithm, pieces);
  return { algorithm, value, type };
}
