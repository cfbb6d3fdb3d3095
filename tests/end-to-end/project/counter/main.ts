import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineJob } from 'longhaul';
import { runJob } from 'longhaul/runtime';
import { z } from 'zod';

const counter = defineJob({
  name: 'counter',
  input: z.object({
    to: z.number(),
    /** Blocks the event loop here, in the first container: no signal is heard any more. */
    blockAt: z.number().optional(),
    /** Hears the signal and goes on as if nothing had been said. */
    deaf: z.boolean().default(false),
    /** Begins to count, and then waits for its capacity to be taken away, until that has happened so often. */
    untilInterruptions: z.number().default(0),
    /** Begins to count, and then waits for this file. */
    gate: z.string().optional(),
    /** Throws when it has counted. */
    fails: z.boolean().default(false),
  }),
});

await runJob(
  counter,
  async ({ input, interruptions, signal, checkpoint, progress }) => {
    const first = (await checkpoint.load<number>()) ?? 0;
    const waits = () =>
      (interruptions < input.untilInterruptions && !signal.aborted) ||
      (input.gate !== undefined && !existsSync(input.gate));
    for (let count = first; count < input.to; count++) {
      checkpoint.set(count);
      progress(count, input.to);
      if (count === input.blockAt && interruptions === 0) {
        // What is checkpointed by now is what the next container will find.
        await checkpoint.save();
        checkpoint.set(count + 1_000_000);
        for (;;);
      }
      do {
        if (!input.deaf) signal.throwIfAborted();
        await sleep(10);
      } while (count > first && waits());
    }
    if (input.fails) throw new Error('It was told to fail');
    return { first, count: input.to };
  },
  { checkpointIntervalSeconds: 0.2 },
);
