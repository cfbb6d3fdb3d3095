import { BackgroundWriter } from './background-writer.ts';
import type { Progress } from './context.ts';

/** `progress.json`. */
export interface ProgressReport {
  done: number;
  /** Null when unknown. */
  total: number | null;
  message: string | null;
  attempt: number;
  interruptions: number;
  /** When the job said so: ISO 8601. */
  at: string;
}

export interface ProgressOptions {
  attempt: number;
  interruptions: number;
  write(report: ProgressReport): Promise<void>;
  failed(error: unknown): void;
}

/**
 * Milliseconds between two writes of a job that has run for `elapsed`: every second in the first minute, every ten seconds
 * after ten. A write each second for a day would cost more than a small container does.
 */
export const progressInterval = (elapsed: number): number => Math.min(10_000, Math.max(1000, elapsed / 60));

/** The handler's `progress`. It never fails the job: what cannot be written is left. */
export class ProgressKeeper {
  readonly #writer: BackgroundWriter<ProgressReport>;
  readonly #options: ProgressOptions;
  #failed = false;

  constructor(options: ProgressOptions) {
    this.#options = options;
    const begun = performance.now();
    this.#writer = new BackgroundWriter({
      write: options.write,
      intervalMilliseconds: () => progressInterval(performance.now() - begun),
      failed: (error) => this.#fail(error),
    });
  }

  readonly report: Progress = (done, total, message) => {
    if (!Number.isFinite(done)) return;
    const { attempt, interruptions } = this.#options;
    const at = new Date().toISOString();
    this.#writer.put({
      done,
      total: Number.isFinite(total) ? total! : null,
      message: message ?? null,
      attempt,
      interruptions,
      at,
    });
  };

  close(): void {
    this.#writer.close();
  }

  flush(): Promise<void> {
    return this.#writer.flush().catch((error) => this.#fail(error));
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#options.failed(error);
  }
}
