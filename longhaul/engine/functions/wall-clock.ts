import type { Clock } from '../../asl/host.ts';

/** setTimeout takes a 32-bit number of milliseconds (24.8 days); a longer wait is done in steps. */
const LONGEST = 2 ** 31 - 1;

/** Real time. A wait keeps no process alive. */
export const wallClock: Clock = {
  now: () => Date.now(),
  async until(time, signal) {
    while (true) {
      signal.throwIfAborted();
      const wait = time - Date.now();
      if (wait <= 0) return;
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, Math.min(wait, LONGEST)).unref();
        signal.addEventListener('abort', done, { once: true });
      });
    }
  },
};
