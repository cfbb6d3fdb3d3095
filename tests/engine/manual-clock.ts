import type { Clock } from '../../longhaul/asl/host.ts';

/** A clock that only a test turns. */
export class ManualClock implements Clock {
  #now: number;
  #sleepers: { time: number; wake(): void }[] = [];

  constructor(start: string | number) {
    this.#now = new Date(start).getTime();
  }

  now(): number {
    return this.#now;
  }

  until(time: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper = { time, wake: resolve };
    signal.addEventListener('abort', () => {
      this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
      reject(signal.reason);
    });
    this.#sleepers.push(sleeper);
    this.#wake();
    return promise;
  }

  /** When the earliest sleeper wakes, as ISO 8601. */
  next(): string | undefined {
    const times = this.#sleepers.map(({ time }) => time);
    return times.length > 0 ? new Date(Math.min(...times)).toISOString() : undefined;
  }

  /** Turns it on by so many seconds. */
  advance(seconds: number): void {
    this.set(this.#now + seconds * 1000);
  }

  set(time: string | number): void {
    this.#now = new Date(time).getTime();
    this.#wake();
  }

  #wake(): void {
    const due = this.#sleepers.filter(({ time }) => time <= this.#now);
    this.#sleepers = this.#sleepers.filter(({ time }) => time > this.#now);
    for (const sleeper of due) sleeper.wake();
  }
}
