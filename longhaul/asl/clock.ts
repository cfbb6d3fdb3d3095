import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Clock } from './host.ts';
import { unlessAborted } from './interruption.ts';

/** The longest that a timer of Node can be set to: 2³¹−1 milliseconds, almost 25 days. */
const longestTimer = 2 ** 31 - 1;

/** The time of the machine; a wait keeps the process alive. */
export const systemClock: Clock = machineTime(true);

/** The time of the machine, for what runs beside a server: a wait keeps no process alive. */
export const backgroundClock: Clock = machineTime(false);

function machineTime(ref: boolean): Clock {
  return {
    now: () => Date.now(),
    async until(time, signal) {
      signal.throwIfAborted();
      for (let left = time - Date.now(); left > 0; left = time - Date.now()) {
        try {
          await setTimeout(Math.min(left, longestTimer), undefined, { signal, ref });
        } catch {
          throw signal.reason;
        }
      }
    },
  };
}

/**
 * A clock on which waiting takes no time: it stands still while anything happens, and goes on to the next moment that is waited for
 * when nothing does.
 */
export class VirtualClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<{ time: number; wake: () => void }>();
  #turning = false;

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  async until(time: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve } = Promise.withResolvers<void>();
    const sleeper = { time, wake: resolve };
    this.#sleepers.add(sleeper);
    void this.#turn();
    try {
      await unlessAborted(signal, promise);
    } finally {
      this.#sleepers.delete(sleeper);
    }
  }

  async #turn(): Promise<void> {
    if (this.#turning) return;
    this.#turning = true;
    while (this.#sleepers.size > 0) {
      // By then everything that can go on without time has gone on.
      await setImmediate();
      const [next] = [...this.#sleepers].sort((one, other) => one.time - other.time);
      if (!next) break;
      this.#now = Math.max(this.#now, next.time);
      this.#sleepers.delete(next);
      next.wake();
    }
    this.#turning = false;
  }
}
