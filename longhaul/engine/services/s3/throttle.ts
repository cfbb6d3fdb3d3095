import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds. */
export interface ThrottleClock {
  now(): number;
  delay(time: number): Promise<unknown>;
}

const monotonic: ThrottleClock = { now: () => performance.now(), delay };

/**
 * One rate for all readers together. Each chunk waits for its turn, so the bytes come evenly: about 20 small chunks a
 * second, each at least 1 KiB and at most 64 KiB.
 */
export class Throttle {
  /** Of all bodies together; undefined is no limit. May be changed at any time. */
  bytesPerSecond: number | undefined;
  readonly #clock: ThrottleClock;
  #free = 0;

  constructor(bytesPerSecond?: number, clock: ThrottleClock = monotonic) {
    this.bytesPerSecond = bytesPerSecond;
    this.#clock = clock;
  }

  async *slow(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      let rest = chunk;
      while (rest.length > 0) {
        const rate = this.bytesPerSecond;
        const size = rate ? Math.min(Math.max(Math.floor(rate / 20), 1024), 64 * 1024) : rest.length;
        const piece = rest.subarray(0, size);
        rest = rest.subarray(size);
        if (rate) await this.#turn((piece.length / rate) * 1000);
        yield piece;
      }
    }
  }

  async #turn(milliseconds: number): Promise<void> {
    const now = this.#clock.now();
    this.#free = Math.max(this.#free, now) + milliseconds;
    await this.#clock.delay(this.#free - now);
  }
}
