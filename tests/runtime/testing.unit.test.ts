import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { defineJob, typed } from '../../longhaul/client/job.ts';
import { implementJob, PermanentJobError } from '../../longhaul/runtime/index.ts';
import { testJob } from '../../longhaul/testing/index.ts';

const sum = defineJob({
  name: 'sum',
  input: z.object({ upTo: z.string().transform(Number) }),
  result: typed<{ sum: number }>(),
});

/** Adds numbers up, a checkpoint for each. */
const summing = implementJob(sum, async ({ input, checkpoint, progress, signal, log, artifacts }) => {
  const state = (await checkpoint.load<{ at: number; sum: number }>()) ?? { at: 0, sum: 0 };
  log.info('Going on', { at: state.at });
  while (state.at < input.upTo) {
    state.at++;
    state.sum += state.at;
    checkpoint.set(state);
    progress(state.at, input.upTo);
    signal.throwIfAborted();
  }
  await artifacts.put('sum.txt', `${state.sum}`);
  return { sum: state.sum };
});

describe('testJob', () => {
  it('runs a job and answers what came of it, typed', async () => {
    const run = await testJob(summing, { input: { upTo: '4' } });
    expectTypeOf(run.result).toEqualTypeOf<{ sum: number } | undefined>();
    expect(run).toMatchObject({
      outcome: 'done',
      result: { sum: 10 },
      starts: 1,
      checkpoint: undefined,
      error: undefined,
    });
    expect(run.checkpoints).toEqual([1, 2, 3, 4].map((at) => ({ at, sum: (at * (at + 1)) / 2 })));
    expect(run.progress.at(-1)).toEqual({ done: 4, total: 4, message: undefined });
    expect(String(run.artifacts['sum.txt'])).toBe('10');
    expect(run.logs.map(({ message }) => message)).toEqual(['Job started', 'Going on', 'Job done']);
  });

  it('does not compile with an input that the job does not take', async () => {
    // @ts-expect-error upTo is a text
    const run = await testJob(summing, { input: { upTo: 4 } });
    expect(run.outcome).toBe('rejected');
    expect(run.error).toMatchObject({ name: 'InvalidInputError', problems: [{ path: 'upTo' }] });
  });

  it('interrupts each start at its nth checkpoint, and the next one continues from exactly there', async () => {
    const run = await testJob(summing, { input: { upTo: '10' }, interruptAfter: 3 });
    expect(run).toMatchObject({ outcome: 'done', result: { sum: 55 }, starts: 4 });
    const begun = run.logs.filter(({ message }) => message === 'Going on').map(({ at }) => at);
    expect(begun).toEqual([0, 3, 6, 9]);
    expect(run.checkpoints).toHaveLength(10);
  });

  it('interrupts where a function says so, and so often at most', async () => {
    const points: number[] = [];
    const run = await testJob(summing, {
      input: { upTo: '10' },
      interruptAfter: ({ start, done }) => {
        if (start < 3 && done === start * 2) points.push(done);
        return done === start * 2;
      },
      maxInterruptions: 2,
    });
    expect(points).toEqual([2, 4]);
    expect(run).toMatchObject({ result: { sum: 55 }, starts: 3 });
  });

  it('begins with what an earlier start saved, value and files', async () => {
    const job = defineJob({ name: 'keeps-a-file' });
    const run = await testJob(
      job,
      async ({ checkpoint, interruptions }) => {
        const file = join(checkpoint.directory, 'weights/1.bin');
        const before = await readFile(file, 'utf8');
        await writeFile(file, 'trained');
        await checkpoint.save({ epoch: 2 });
        throw new Error(`${before} after ${interruptions}, ${JSON.stringify(await checkpoint.load())}`);
      },
      { checkpoint: { epoch: 1 }, files: { 'weights/1.bin': 'raw' } },
    );
    expect(run).toMatchObject({ outcome: 'failed', checkpoint: { epoch: 2 } });
    expect((run.error as Error).message).toBe('raw after 1, {"epoch":1}');
    expect(String(run.files['weights/1.bin'])).toBe('trained');
  });

  it('finds a value that cannot be saved, though a container might never come to save it', async () => {
    const run = await testJob(defineJob({ name: 'unsavable' }), ({ checkpoint }) => {
      for (let step = 0; step < 1000; step++) checkpoint.set(() => ({ mean: step === 999 ? Number.NaN : step }));
    });
    expect(run).toMatchObject({ outcome: 'rejected', error: { message: expect.stringContaining('.mean is NaN') } });
  });

  it('calls the hooks', async () => {
    const calls: string[] = [];
    const failing = implementJob(
      defineJob({ name: 'failing' }),
      () => {
        throw new PermanentJobError('no');
      },
      { onStart: () => calls.push('onStart'), onDeadLetter: () => calls.push('onDeadLetter') },
    );
    await testJob(failing);
    expect(calls).toEqual(['onStart', 'onDeadLetter']);
  });

  it('says so when a handler does not look at its signal', async () => {
    const deaf = testJob(
      defineJob({ name: 'deaf' }),
      ({ checkpoint }) => {
        checkpoint.set(1);
        return new Promise(() => {});
      },
      { interruptAfter: 1, stopTimeoutSeconds: 1 },
    );
    await expect(deaf).rejects.toThrow('The handler of job "deaf" went on after it was interrupted');
  });
});
