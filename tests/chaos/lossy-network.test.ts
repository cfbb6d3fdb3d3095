import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Service } from '../../longhaul/engine/endpoint/index.ts';
import { misbehaving, until } from '../end-to-end/engine.ts';
import { lacking, named, pythonEnvironment } from '../python/python.ts';
import { type Fault, faulty } from '../runtime/faulty-network.ts';
import { Execution } from '../runtime/job-process.ts';
import { furthest, losses, readTrail } from './trail.ts';
import { undisturbed } from './undisturbed.ts';

/** Far more than it comes to between two saves: it waits for these, and whoever answers them takes its capacity away. */
const RECORDS = 4000;

/** Of every seven writes one is done without an answer, and one of a checkpoint collides with another. */
class LossyExecution extends Execution {
  writes = 0;
  protected override service(s3: Service): Service {
    return faulty(s3, (key): Fault => {
      const turn = ++this.writes % 7;
      if (turn === 2) return 'lose';
      return turn === 4 && /checkpoint.(state|previous)/.test(key) ? 'conflict' : undefined;
    });
  }
}

let execution: LossyExecution;
beforeEach(async () => {
  execution = new LossyExecution();
  await execution.start();
});
afterEach(() => execution.stop());

describe.each([
  ['TypeScript', 'main.ts', process.execPath, {}, undefined],
  ['Python', 'main.py', 'python3', pythonEnvironment, lacking(['boto3'])],
] as const)('%s', (language, file, program, environment, lack) => {
  describe.skipIf(lack)(named(`a job in ${language}`, lack), () => {
    test('has the result of an undisturbed run though answers of S3 are lost while it is interrupted', async () => {
      const trail = join(execution.directory, 'trail');
      const event = { seed: 5, records: RECORDS, trail, ledger: true };
      const run = (interruptions: number) =>
        execution.runFile(
          [join(misbehaving, 'tally', file)],
          { ...environment, STP_TRIGGER_EVENT_DATA: JSON.stringify(event), STP_INTERRUPTIONS: String(interruptions) },
          program,
        );
      const points = [
        [600, 'SIGTERM'],
        [1200, 'SIGKILL'],
        [1700, 'SIGTERM'],
      ] as const;
      for (const [index, [at, signal]] of points.entries()) {
        const job = run(index);
        await until(async () => job.child.exitCode !== null || furthest(readTrail(trail)) >= at);
        job.child.kill(signal);
        expect(await job.exit, job.output).toBe(signal === 'SIGTERM' ? 75 : 'SIGKILL');
      }
      const last = run(points.length);
      expect(await last.exit, last.output).toBe(0);
      expect(await execution.json('result.json')).toMatchObject(undisturbed(5, RECORDS, true));
      expect(await execution.names()).toEqual(['progress.json', 'result.json']);
      // After SIGTERM nothing was done again.
      const again = losses(readTrail(trail)).filter(({ interruption }) => interruption !== 1);
      expect(again.map(({ records }) => records)).toEqual([0, 0]);
    });
  });
});
