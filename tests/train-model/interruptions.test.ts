/** A model is the same to the last bit, however often its training was interrupted. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lacking, named } from '../python/python.ts';
import type { JobProcess } from '../runtime/job-process.ts';
import { houses, TrainingExecution } from './training.ts';

const lack = lacking(['boto3', 'numpy']);
const execution = new TrainingExecution();
const files = ['result.json', 'model.json', 'model.npz'];
const input = { model: 'linear', features: ['size', 'age', 'town'], epochs: 3000, batch: 16, seed: 3 };

describe.skipIf(lack)(named('train-model', lack), () => {
  beforeEach(async () => {
    await execution.start();
    await execution.upload(houses(300));
  });
  afterEach(() => execution.stop());

  const model = () => Promise.all(files.map((name) => execution.bytes(name)));

  const epochsDone = async () => (await execution.json('progress.json'))?.done ?? 0;

  /** Sends a signal when the job shows that it is further than the one before it: it is at work then, and will be for seconds. */
  const atWork = async (job: JobProcess, signal: NodeJS.Signals) => {
    const before = await epochsDone();
    const ignore = execution.store.onEvent(async ({ key }) => {
      if (!key.endsWith('progress.json') || (await epochsDone()) <= before) return;
      ignore();
      job.child.kill(signal);
    });
    await job.exit;
    expect(await epochsDone()).toBeGreaterThan(before);
  };

  test('ends with the same bytes after SIGTERM at three points and a SIGKILL', { timeout: 500_000 }, async () => {
    const undisturbed = execution.train(input);
    expect(await undisturbed.exit, undisturbed.output).toBe(0);
    const whole = await model();
    for (const name of ['progress.json', ...files]) await execution.remove(name);

    let interruptions = 0;
    for (const signal of ['SIGTERM', 'SIGTERM', 'SIGKILL', 'SIGTERM'] as const) {
      const job = execution.train(input, { STP_INTERRUPTIONS: String(interruptions++) });
      await atWork(job, signal);
      expect(await job.exit, job.output).toBe(signal === 'SIGTERM' ? 75 : 'SIGKILL');
      expect(await execution.text('result.json')).toBeUndefined();
    }
    const last = execution.train(input, { STP_INTERRUPTIONS: String(interruptions) });
    expect((await last.line('Continuing from the checkpoint')).epoch).toBeGreaterThan(0);
    expect(await last.exit, last.output).toBe(0);
    expect((await model()).map((file) => file.toString('base64'))).toEqual(
      whole.map((file) => file.toString('base64')),
    );
    expect((await execution.names()).filter((name) => name.startsWith('checkpoint'))).toEqual([]);
  });

  test('starts over when the data were replaced', async () => {
    const first = execution.train(input);
    await atWork(first, 'SIGTERM');
    expect(await first.exit, first.output).toBe(75);
    await execution.upload(houses(200));
    const second = execution.train({ ...input, epochs: 20 }, { STP_INTERRUPTIONS: '1' });
    await second.line('The data were replaced since the checkpoint: starting over');
    expect(await second.exit, second.output).toBe(0);
  });
});
