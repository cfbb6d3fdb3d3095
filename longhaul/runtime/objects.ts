import type { S3Address } from './environment.ts';

export interface StoredObject {
  body: Uint8Array;
  etag: string;
}

export interface PutOptions {
  contentType: string;
  /** Write only if there is no such object, or only if it still is the one with this ETag. */
  condition?: 'absent' | { etag: string };
}

/** S3 as far as the runtime needs it. `longhaul/testing` has another one, in memory. */
export interface ObjectStore {
  /** Undefined when there is no such object. */
  get(address: S3Address): Promise<StoredObject | undefined>;
  /** Answers the new ETag. @throws ConditionError when the condition did not hold */
  put(address: S3Address, body: string | Uint8Array, options: PutOptions): Promise<string>;
  /** Inside the store, if the source still is the one with this ETag. @throws ConditionError when it is not */
  copy(from: S3Address, to: S3Address, etag: string): Promise<void>;
  /** The object from byte `from` on, as it comes, for what does not fit into memory. Undefined when there is none. */
  download(address: S3Address, from: number): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Stores `size` bytes, in parts when they are many. */
  upload(address: S3Address, body: AsyncIterable<Uint8Array>, size: number): Promise<void>;
  /**
   * Deletes the object; with an ETag, only if it still is the one with this ETag.
   * @throws ConditionError when it is another one, or gone
   */
  delete(address: S3Address, etag?: string): Promise<void>;
  /** Keys below a prefix. */
  list(prefix: S3Address): Promise<string[]>;
  close(): void;
}

/** A conditional write was refused. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError';
  /**
   * `changed`: the object is not (412), or no longer (404), what the condition says. `conflict`: another write was under way
   * at the same time (409 ConditionalRequestConflict): look again and retry.
   */
  readonly outcome: 'changed' | 'conflict';
  constructor(outcome: 'changed' | 'conflict', { bucket, key }: S3Address, cause: unknown) {
    super(`Conditional write of s3://${bucket}/${key}: ${outcome}`, { cause });
    this.outcome = outcome;
  }
}
