import type { Log } from './log.ts';
import type { Lines, ObjectAddress, ObjectReading, ReadLinesOptions, ReadObjectOptions } from './reading/index.ts';

/** Does the work of one start of the container; what it returns becomes `result.json`. */
export type JobHandler<Input = unknown, Result = unknown> = (context: JobContext<Input>) => Promise<Result> | Result;

/** What a handler is given. */
export interface JobContext<Input = unknown> {
  /** The event as the job's schema made it; without a schema, the event itself. */
  readonly input: Input;
  /** The event as it came: the parsed JSON, or the text when it is no JSON. */
  readonly event: unknown;
  /** 1, 2, …: starts that count against `maxAttempts`. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** How often capacity was taken from this execution so far: 0, 1, … */
  readonly interruptions: number;
  readonly executionId: string;
  /** The execution's own place in S3. */
  readonly artifacts: Artifacts;
  /**
   * Aborted when the container must end: its reason is a `JobInterruptedError` (SIGTERM), a `JobTimeoutError` or a
   * `SupersededError`. Finish the record, call `checkpoint.set`, then throw: `signal.throwIfAborted()`.
   */
  readonly signal: AbortSignal;
  readonly checkpoint: Checkpoint;
  readonly progress: Progress;
  readonly log: Log;
  /**
   * Reads an object of any bucket line by line, from the beginning or from a saved position; gzip, too.
   *
   * @example
   * const saved = await checkpoint.load<{ words: number; position: LinePosition }>();
   * let words = saved?.words ?? 0;
   * const lines = await readLines(input, { position: saved?.position });
   * for await (const line of lines) {
   *   words += line.split(' ').length;
   *   checkpoint.set(() => ({ words, position: lines.position }));
   *   progress(lines.bytesRead, lines.object.size);
   * }
   * @throws PermanentJobError if the object cannot be read at all, is damaged, or has a line that is too long
   * @throws ObjectReplacedError if the object was overwritten since the position was saved, or while it was being read
   */
  readLines(object: ObjectAddress | string, options?: ReadLinesOptions): Promise<Lines>;
  /** The same for its bytes, as they are stored. Connections that break are replaced; each byte comes once. */
  readObject(object: ObjectAddress | string, options?: ReadObjectOptions): Promise<ObjectReading>;
}

/**
 * What the next start continues from.
 *
 * **What is kept.** Anything that JSON holds: null, booleans, strings, arrays, plain objects and finite numbers (bit for
 * bit, -0 too). A property that is `undefined` is left out. Everything else that JSON would change without a word (NaN,
 * Infinity, Date, Map, Set, BigInt, typed arrays, class instances, functions, holes in arrays) is refused with an
 * `UnsavableValueError` that names its path, thrown from `set` or `save` itself.
 *
 * **When it is taken.** Only inside a call of `set` or `save`, at once and whole. The value may therefore be changed freely
 * afterwards, and a function is called then or never: nothing half-changed is ever saved. Not every call takes one: the
 * runtime spends about 2 % of the time on it, so that a job may call `set` for every record. The first call does, calls do as long as the
 * state is small, and the first one after `signal` was aborted does. Of calls in between, at most fifty times as much work is lost as
 * taking one checkpoint costs.
 *
 * **When it is written.** In the background at most every few seconds, and once more before the container ends.
 */
export interface Checkpoint {
  /**
   * A local directory whose files belong to the checkpoint; what the last start saved is in it. Empty otherwise, made when it is
   * first asked for, below `TMPDIR`. Only regular files are kept, not their modes and times.
   *
   * A checkpoint has value and files of the same moment. `save` takes both: leave the files alone until it has resolved. `set`
   * writes its value in the background while the files are those of the last checkpoint; once they have changed, the value
   * waits for the next `save`, or for the end of the handler.
   */
  readonly directory: string;
  /** What the last start saved, or undefined. A new copy with each call. */
  load<State = unknown>(): Promise<State | undefined>;
  /**
   * Cheap enough for every record. A function saves building the value when no checkpoint is due. Where the work between two
   * calls awaits nothing that takes time, `await setImmediate()` (of `node:timers/promises`) now and then: only when the event
   * loop turns is anything written, SIGTERM heard and the time limit kept.
   */
  set<State>(value: State | (() => State)): void;
  /**
   * Writes now: the given value, or the last one that was set, and the directory's files; resolves when all is durable. Files that
   * the last checkpoints have already, by their content, are not sent again.
   * @throws TransientJobError when a file was changed meanwhile
   * @throws SupersededError when a newer start of the execution has taken over
   */
  save<State>(value?: State | (() => State)): Promise<void>;
}

/**
 * Shown by API, CLI and dashboard. Cheap; written in the background, the last one always. Never fails the job.
 * `done` and `total` are in any one unit (bytes, records); `total` is left out when it is unknown.
 */
export type Progress = (done: number, total?: number, message?: string) => void;

/** Files of the execution, under its prefix in S3, where people and the API find them. */
export interface Artifacts {
  /** `s3://bucket/executions/<id>/` */
  readonly uri: string;
  readonly bucket: string;
  /** `executions/<id>/` */
  readonly prefix: string;
  /**
   * Stores a file; `contentType` follows from the name's ending where none is given.
   * @throws TypeError for a name that the runtime uses itself (`result.json`, `progress.json`, `checkpoint/…`, …)
   * @throws SupersededError when a newer start of the execution has taken over
   */
  put(name: string, body: string | Uint8Array, options?: { contentType?: string }): Promise<void>;
  /** The file's bytes, or undefined when there is none. */
  get(name: string): Promise<Uint8Array | undefined>;
}
