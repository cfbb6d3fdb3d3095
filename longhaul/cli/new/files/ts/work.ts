import { setTimeout as sleep } from 'node:timers/promises';
import { implementJob } from 'longhaul/runtime';
import { myJob } from './job.ts';

/** Greets, and goes on where it was when its capacity was taken away. */
export const work = implementJob(myJob, async ({ input, checkpoint, progress, signal, log }) => {
  // What the last start saved; undefined in the first one.
  let { greeted } = (await checkpoint.load<{ greeted: number }>()) ?? { greeted: 0 };
  while (greeted < input.times) {
    // In place of the work. Work that waits for nothing: between records, now and then, `await setImmediate()` (of
    // node:timers/promises). While the event loop does not turn nothing is saved, and SIGTERM is not heard.
    await sleep(200);
    greeted++;
    log.info(`Hello, ${input.name}!`);
    checkpoint.set({ greeted }); // cheap; written in the background, and before the container ends
    progress(greeted, input.times);
    signal.throwIfAborted(); // told to stop: the next start goes on from here
  }
  return { greeting: `Hello, ${input.name}!`, times: greeted };
});
