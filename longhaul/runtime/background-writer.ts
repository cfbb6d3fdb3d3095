export interface BackgroundWriterOptions<T> {
  write(value: T): Promise<void>;
  /** Between the beginnings of two writes. */
  intervalMilliseconds(): number;
  /** What became of a write in the background. The value is kept and written again, unless a newer one has come. */
  failed(error: unknown): void;
}

/** Not nothing: a write that fails at once must not be tried again without a pause. */
const HURRIED_INTERVAL_MILLISECONDS = 100;

/**
 * Writes the newest value it was given: one write at a time, the first at once, then at most every interval. What came in
 * between is left out, except the last one.
 */
export class BackgroundWriter<T> {
  readonly #options: BackgroundWriterOptions<T>;
  #newest: { value: T } | undefined;
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #begun = Number.NEGATIVE_INFINITY;
  #paced = true;
  #closed = false;

  constructor(options: BackgroundWriterOptions<T>) {
    this.#options = options;
  }

  put(value: T): void {
    if (this.#closed) return;
    this.#newest = { value };
    this.#schedule();
  }

  /** As `put`, also after `close`: `flush` writes it. */
  last(value: T): void {
    this.#newest = { value };
  }

  /** Resolves when the value that is the newest now, or one that came after it, is written. */
  async flush(): Promise<void> {
    await this.#writing?.catch(() => {});
    // Another flush may have begun the next write already: it has the value, too.
    if (this.#newest && !this.#writing) this.#write();
    await this.#writing;
  }

  /** From now on values are written as soon as the ones before them are. */
  hurry(): void {
    this.#paced = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#schedule();
  }

  /** Takes no more values and starts no more writes by itself; `flush` still does. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#closed || !this.#newest || this.#writing || this.#timer) return;
    const interval = this.#paced ? this.#options.intervalMilliseconds() : HURRIED_INTERVAL_MILLISECONDS;
    const wait = this.#begun + interval - performance.now();
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        // A flush may have begun, or done it, while the timer ran.
        if (this.#newest && !this.#writing) this.#write().catch(this.#options.failed);
      },
      Math.max(0, wait),
    );
  }

  #write(): Promise<void> {
    const newest = this.#newest!;
    this.#newest = undefined;
    this.#begun = performance.now();
    this.#writing = this.#options
      .write(newest.value)
      .catch((error) => {
        this.#newest ??= newest;
        throw error;
      })
      .finally(() => {
        this.#writing = undefined;
        this.#schedule();
      });
    return this.#writing;
  }
}
