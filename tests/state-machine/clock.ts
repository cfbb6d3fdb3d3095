import type { Clock } from '../../longhaul/asl/index.ts';

/** A clock that stands still while anything happens, and then goes on to the next moment that somebody waits for. */
export class TurnedClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  readonly #waiting = new Set<{ time: number; wake(): void }>();

  now(): number {
    return this.#now;
  }

  until(time: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry = {
        time,
        wake: () => {
          this.#waiting.delete(entry);
          resolve();
        },
      };
      this.#waiting.add(entry);
      const abort = () => {
        this.#waiting.delete(entry);
        reject(signal.reason);
      };
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** Turns the hands until `promise` is settled. */
  async drive<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = promise.finally(() => {
      settled = true;
    });
    done.catch(() => {});
    while (!settled) {
      await new Promise(setImmediate);
      if (settled) break;
      const next = [...this.#waiting].sort((a, b) => a.time - b.time)[0];
      if (!next) continue;
      this.#now = Math.max(this.#now, next.time);
      next.wake();
    }
    return done;
  }
}
