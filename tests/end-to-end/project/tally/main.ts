import { closeSync, openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineJob } from 'longhaul';
import { runJob } from 'longhaul/runtime';
import { z } from 'zod';

const tally = defineJob({
  name: 'tally',
  input: z.object({
    seed: z.number(),
    records: z.number(),
    /** A file on this machine to which every start and every record is appended, whatever becomes of the container. */
    trail: z.string(),
  }),
});

/** Works through records of which each result depends on all before, at some two thousand a second. */
await runJob(
  tally,
  async ({ input, interruptions, signal, checkpoint, progress }) => {
    let { next, sum } = (await checkpoint.load<{ next: number; sum: number }>()) ?? { next: 0, sum: input.seed };
    const trail = openSync(input.trail, 'a');
    writeSync(trail, `start ${interruptions} ${process.pid}\n`);
    while (next < input.records) {
      sum = (Math.imul(sum ^ next, 0x9e3779b1) + 0x7f4a7c15) >>> 0;
      writeSync(trail, `${next} ${Date.now()}\n`);
      next++;
      checkpoint.set(() => ({ next, sum }));
      progress(next, input.records);
      signal.throwIfAborted();
      if (next % 8 === 0) await sleep(3);
    }
    closeSync(trail);
    return { sum, interruptions };
  },
  { checkpointIntervalSeconds: 0.5 },
);
