import { createHash } from 'node:crypto';
import { appendFileSync, closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineJob } from 'longhaul';
import { PermanentJobError, runJob } from 'longhaul/runtime';
import { z } from 'zod';
import { freezeBeforePublishing } from './freeze.ts';

const tally = defineJob({
  name: 'tally',
  input: z.object({
    seed: z.number(),
    records: z.number(),
    /** A file on this machine to which every start and every record is appended, whatever becomes of the container. */
    trail: z.string(),
    /** Whether each sum is appended to a file of the checkpoint, too. */
    ledger: z.boolean().default(false),
    /** A file to which every start appends its process id, and then stops, when it has a result to publish. */
    freezes: z.string().optional(),
  }),
});

const INTERVAL_SECONDS = 0.5;

// A start that inherits a result does not call the handler.
const { freezes } = JSON.parse(process.env.STP_TRIGGER_EVENT_DATA ?? '{}');
if (freezes) freezeBeforePublishing(freezes);

/** Works through records of which each result depends on all before, at some two thousand a second. main.py does the same. */
await runJob(
  tally,
  async ({ input, interruptions, signal, checkpoint, progress }) => {
    let { next, sum } = (await checkpoint.load<{ next: number; sum: number }>()) ?? { next: 0, sum: input.seed };
    const ledger = input.ledger ? join(checkpoint.directory, 'ledger') : undefined;
    if (ledger) {
      appendFileSync(ledger, '');
      const lines = readFileSync(ledger, 'utf8').split('\n');
      if (lines.length - 1 !== next)
        throw new PermanentJobError(`${lines.length - 1} records in the ledger, not ${next}`);
    }
    let saved = performance.now();
    const trail = openSync(input.trail, 'a');
    writeSync(trail, `start ${interruptions} ${process.pid}\n`);
    while (next < input.records) {
      sum = (Math.imul(sum ^ next, 0x9e3779b1) + 0x7f4a7c15) >>> 0;
      writeSync(trail, `${next} ${Date.now()}\n`);
      if (ledger) appendFileSync(ledger, `${sum}\n`);
      next++;
      checkpoint.set(() => ({ next, sum }));
      progress(next, input.records);
      signal.throwIfAborted();
      if (ledger && performance.now() - saved > INTERVAL_SECONDS * 1000) {
        await checkpoint.save();
        saved = performance.now();
      }
      if (next % 8 === 0) await sleep(3);
    }
    closeSync(trail);
    const sha256 = ledger && createHash('sha256').update(readFileSync(ledger)).digest('hex');
    return { sum, interruptions, ledger: sha256 ?? null };
  },
  { checkpointIntervalSeconds: INTERVAL_SECONDS },
);
