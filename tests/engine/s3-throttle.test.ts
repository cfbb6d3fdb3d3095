import { describe, expect, it } from 'vitest';
import { Throttle } from '../../longhaul/engine/services/s3/throttle.ts';

/** A clock that stands still but for what is waited on it. */
class Clock {
  time = 0;
  waiting: { until: number; resolve: () => void }[] = [];
  now = () => this.time;
  delay = (time: number) =>
    new Promise<void>((resolve) => void this.waiting.push({ until: this.time + time, resolve }));

  /** Goes from one waiter to the next until nobody waits any more. */
  async run(): Promise<void> {
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    await settle();
    while (this.waiting.length > 0) {
      this.waiting.sort((a, b) => a.until - b.until);
      const { until, resolve } = this.waiting.shift()!;
      this.time = Math.max(this.time, until);
      resolve();
      await settle();
    }
  }
}

async function* chunks(...sizes: number[]) {
  for (const size of sizes) yield Buffer.alloc(size);
}

async function read(throttle: Throttle, sizes: number[]): Promise<number[]> {
  const seen: number[] = [];
  for await (const chunk of throttle.slow(chunks(...sizes))) seen.push(chunk.length);
  return seen;
}

describe('the throttle', () => {
  it('lets a body through at its rate, in even small pieces', async () => {
    const clock = new Clock();
    const reading = read(new Throttle(100_000, clock), [400_000, 100_000]);
    await clock.run();
    const seen = await reading;
    expect(clock.time).toBeCloseTo(5000);
    expect(seen.reduce((sum, one) => sum + one)).toBe(500_000);
    expect(Math.max(...seen)).toBe(5000);
  });

  it('gives all readers one rate together', async () => {
    const clock = new Clock();
    const throttle = new Throttle(100_000, clock);
    const readings = [read(throttle, [100_000]), read(throttle, [100_000])];
    await clock.run();
    await Promise.all(readings);
    expect(clock.time).toBeCloseTo(2000);
  });

  it('passes chunks on as they are without a rate', async () => {
    const clock = new Clock();
    expect(await read(new Throttle(undefined, clock), [400_000, 3])).toEqual([400_000, 3]);
    expect(clock.time).toBe(0);
  });
});
