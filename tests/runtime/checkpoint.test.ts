import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CheckpointKeeper, type CheckpointOptions } from '../../longhaul/runtime/checkpoint.ts';
import { CheckpointFiles } from '../../longhaul/runtime/checkpoint-files.ts';
import { memoryObjects } from '../../longhaul/testing/memory-objects.ts';
import { PATIENTLY } from './job-process.ts';

const keepers: CheckpointKeeper[] = [];
afterEach(() => {
  for (const keeper of keepers.splice(0)) keeper.close();
});

function create(options: Partial<CheckpointOptions> = {}) {
  const written: { step: number }[] = [];
  const failures: unknown[] = [];
  const keeper = new CheckpointKeeper({
    inherited: undefined,
    intervalSeconds: 3600,
    files: new CheckpointFiles(memoryObjects(), { bucket: 'bucket', key: 'executions/x/' }, 'writer'),
    write: async ({ state }) => void written.push(JSON.parse(state!)),
    failed: (error) => failures.push(error),
    busy: () => {},
    ...options,
  });
  keepers.push(keeper);
  return { keeper, written, failures };
}

/** Sets a state that takes long to save until no more snapshots of it are taken; answers the last step that was. */
function exhaust(keeper: CheckpointKeeper): number {
  const filler = Array.from({ length: 100_000 }, (_, index) => index / 7);
  let taken = 0;
  for (let step = 1; step < 100; step++) {
    keeper.set(() => {
      taken = step;
      return { step, filler };
    });
  }
  return taken;
}

describe('checkpoint.set', () => {
  it('takes far fewer snapshots of a large state than it is called', () => {
    expect(exhaust(create().keeper)).toBeLessThan(50);
  });

  it('counts once the container is about to end, however many were taken before', async () => {
    const { keeper, written } = create();
    const taken = exhaust(keeper);
    await keeper.finish(false);
    expect(written.at(-1)).toMatchObject({ step: taken });
    keeper.set({ step: 100 });
    keeper.hurry();
    keeper.set({ step: 101 });
    await keeper.finish(false);
    expect(written.at(-1)).toEqual({ step: 101 });
  });

  it('is written in the background, the first one at once', async () => {
    const { keeper, written } = create();
    keeper.set({ step: 1 });
    await expect.poll(() => written, PATIENTLY).toEqual([{ step: 1 }]);
  });

  it('is written again when a write failed', async () => {
    let attempts = 0;
    const { keeper, failures } = create({
      intervalSeconds: 0.01,
      write: async () => {
        if (++attempts < 3) throw new Error('S3 is away');
      },
    });
    keeper.set({ step: 1 });
    await expect.poll(() => attempts, PATIENTLY).toBe(3);
    await expect.poll(() => failures, PATIENTLY).toHaveLength(2);
  });
});

describe('a handler that does not let the event loop turn', () => {
  it.each([
    ['a small state', (keeper: CheckpointKeeper) => keeper.set({ step: 1 }), 1],
    ['a large state', (keeper: CheckpointKeeper) => void exhaust(keeper), 300],
  ])('is told once that nothing of %s is saved', async (_, before, calls) => {
    let told = 0;
    const { keeper } = create({ intervalSeconds: 5, busy: () => told++ });
    before(keeper);
    expect(told).toBe(0);
    const begun = performance.now();
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => begun + 20_000);
    for (let call = 0; call < calls; call++) keeper.set({ step: call });
    clock.mockRestore();
    expect(told).toBe(1);
  });
});

describe('checkpoint.save', () => {
  it('writes what was set last, or what it is given, before it resolves', async () => {
    const { keeper, written } = create();
    exhaust(keeper);
    keeper.set({ step: 100 });
    await keeper.save();
    expect(written.at(-1)).toEqual({ step: 100 });
    await keeper.save(() => ({ step: 101 }));
    expect(written.at(-1)).toEqual({ step: 101 });
  });

  it('resolves though others go on setting values, and these keep their pace', async () => {
    const { keeper, written } = create({
      write: async ({ state }) => {
        const { step } = JSON.parse(state!);
        await turn();
        keeper.set({ step: step + 1 });
        written.push({ step });
      },
    });
    keeper.set({ step: 1 });
    await expect.poll(() => written, PATIENTLY).toHaveLength(1);
    await keeper.save({ step: 10 });
    expect(written.map(({ step }) => step)).toEqual([1, 10]);
  });

  it('of two at once resolves when its own value is written', async () => {
    const { keeper, written } = create({
      write: async ({ state }) => {
        await turn();
        written.push(JSON.parse(state!));
      },
    });
    keeper.set({ step: 1 });
    await Promise.all([
      keeper.save({ step: 2 }).then(() => expect(written.at(-1)!.step).toBeGreaterThanOrEqual(2)),
      keeper.save({ step: 3 }).then(() => expect(written.at(-1)!.step).toBe(3)),
    ]);
  });

  it('rejects when it could not be written', async () => {
    const { keeper } = create({ write: () => Promise.reject(new Error('S3 is away')) });
    await expect(keeper.save({ step: 1 })).rejects.toThrow('S3 is away');
  });
});

describe('checkpoint.load', () => {
  it('gives a copy of its own with each call, and undefined when there is nothing', async () => {
    const { keeper } = create({ inherited: '{"step":4}' });
    const state = await keeper.load<{ step: number }>();
    state!.step = 5;
    expect(await keeper.load()).toEqual({ step: 4 });
    expect(await create().keeper.load()).toBeUndefined();
  });
});
