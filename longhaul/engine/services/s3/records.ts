import type { DatabaseSync } from 'node:sqlite';
import type { Segment } from './body-files.ts';
import type { Checksum, ChecksumAlgorithm, ChecksumType } from './checksum.ts';

/** What a writer says about an object besides its bytes. */
export interface ObjectDescription {
  /** System metadata by lowercase header name: `content-type`, `cache-control`, … */
  headers: Record<string, string>;
  /** User metadata without its `x-amz-meta-`. */
  metadata: Record<string, string>;
  tags: Record<string, string>;
}

export interface ObjectRecord extends ObjectDescription {
  bucket: string;
  key: string;
  /** Bytes. */
  size: number;
  /** Without quotes: MD5 in hex, for a multipart upload `<md5 of md5s>-<parts>`. */
  eTag: string;
  /** Milliseconds since the epoch. */
  modified: number;
  checksum?: Checksum | undefined;
  /** One; of a multipart upload one for each part. */
  segments: Segment[];
  sequencer: string;
}

export interface UploadRecord extends ObjectDescription {
  id: string;
  bucket: string;
  key: string;
  /** Milliseconds since the epoch. */
  initiated: number;
  algorithm?: ChecksumAlgorithm | undefined;
  checksumType?: ChecksumType | undefined;
}

export interface PartRecord {
  number: number;
  segment: Segment;
  /** MD5 in hex. */
  eTag: string;
  /** Milliseconds since the epoch. */
  modified: number;
  checksum?: Checksum | undefined;
}

/** SQLite orders text by its UTF-8 bytes, which is the order in which S3 lists keys. */
export function createTables(db: DatabaseSync): void {
  db.exec(`
    CREATE TABLE IF NOT EXISTS s3_buckets (name TEXT PRIMARY KEY, created INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS s3_objects (
      bucket TEXT NOT NULL, key TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, modified INTEGER NOT NULL,
      description TEXT NOT NULL, checksum TEXT, segments TEXT NOT NULL, sequencer TEXT NOT NULL,
      PRIMARY KEY (bucket, key)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS s3_uploads (
      id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, initiated INTEGER NOT NULL,
      description TEXT NOT NULL, algorithm TEXT, checksum_type TEXT
    );
    CREATE TABLE IF NOT EXISTS s3_parts (
      upload TEXT NOT NULL, number INTEGER NOT NULL, file TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
      modified INTEGER NOT NULL, checksum TEXT,
      PRIMARY KEY (upload, number)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS s3_sequence (id INTEGER PRIMARY KEY CHECK (id = 1), value INTEGER NOT NULL);
    INSERT OR IGNORE INTO s3_sequence VALUES (1, 0);
  `);
}

export type Row = Record<string, unknown>;

export function toObject(row: Row): ObjectRecord {
  return {
    bucket: row.bucket as string,
    key: row.key as string,
    size: row.size as number,
    eTag: row.etag as string,
    modified: row.modified as number,
    ...(JSON.parse(row.description as string) as ObjectDescription),
    checksum: optionalJson<Checksum>(row.checksum),
    segments: JSON.parse(row.segments as string) as Segment[],
    sequencer: row.sequencer as string,
  };
}

export function toUpload(row: Row): UploadRecord {
  return {
    id: row.id as string,
    bucket: row.bucket as string,
    key: row.key as string,
    initiated: row.initiated as number,
    ...(JSON.parse(row.description as string) as ObjectDescription),
    algorithm: (row.algorithm as ChecksumAlgorithm | null) ?? undefined,
    checksumType: (row.checksum_type as ChecksumType | null) ?? undefined,
  };
}

export function toPart(row: Row): PartRecord {
  return {
    number: row.number as number,
    segment: { file: row.file as string, size: row.size as number },
    eTag: row.etag as string,
    modified: row.modified as number,
    checksum: optionalJson<Checksum>(row.checksum),
  };
}

export function describe({ headers, metadata, tags }: ObjectDescription): string {
  return JSON.stringify({ headers, metadata, tags });
}

export const jsonOrNull = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

function optionalJson<T>(text: unknown): T | undefined {
  return text === null ? undefined : (JSON.parse(text as string) as T);
}
