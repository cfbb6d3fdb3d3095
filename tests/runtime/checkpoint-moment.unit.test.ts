import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineJob } from '../../longhaul/client/job.ts';
import { implementJob, PermanentJobError } from '../../longhaul/runtime/index.ts';
import { testJob } from '../../longhaul/testing/index.ts';

/** What the job does next: writes or removes a file, or saves. */
const step = fc.oneof(
  fc.record({ write: fc.constantFrom('a', 'b', 'c'), text: fc.constantFrom('', 'one', 'two', 'three') }),
  fc.record({ remove: fc.constantFrom('a', 'b', 'c') }),
  fc.constantFrom('set', 'save', 'set and save'),
);
type Step = { write: string; text: string } | { remove: string } | 'set' | 'save' | 'set and save';

async function contents(directory: string): Promise<Record<string, string>> {
  const names = (await readdir(directory)).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(directory, name), 'utf8')] as const)),
  );
}

/** Follows its plan, and knows with each value what the files were then. It looks at its signal after every step. */
const following = (plan: Step[]) =>
  implementJob(defineJob({ name: 'following' }), async ({ checkpoint, progress, signal }) => {
    const { directory } = checkpoint;
    const saved = await checkpoint.load<{ at: number; files: Record<string, string> }>();
    const found = await contents(directory);
    if (saved && JSON.stringify(found) !== JSON.stringify(saved.files)) {
      throw new PermanentJobError(`torn: ${JSON.stringify({ found, saved })}`);
    }
    for (let at = saved?.at ?? 0; at < plan.length; at++) {
      const next = plan[at]!;
      const value = async () => ({ at: at + 1, files: await contents(directory) });
      if (next === 'set') checkpoint.set(await value());
      else if (next === 'save') await checkpoint.save(await value());
      else if (next === 'set and save') {
        checkpoint.set(await value());
        await checkpoint.save();
      } else if ('write' in next) await writeFile(join(directory, next.write), next.text);
      else await rm(join(directory, next.remove), { force: true });
      progress(at, plan.length);
      signal.throwIfAborted();
    }
    return contents(directory);
  });

describe('value and files of a checkpoint', () => {
  it('are of one moment, wherever and however often the job is interrupted', async () => {
    let interrupted = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 25 }),
        fc.array(fc.nat({ max: 25 }), { maxLength: 6 }),
        async (plan, stops) => {
          const whole = await testJob(following(plan));
          expect(whole.outcome).toBe('done');
          const run = await testJob(following(plan), {
            interruptAfter: ({ start, done }) => done >= (stops[start - 1] ?? Number.POSITIVE_INFINITY),
          });
          expect(run.error).toBeUndefined();
          expect(run.result).toEqual(whole.result);
          interrupted += run.starts - 1;
        },
      ),
      { numRuns: 100 },
    );
    expect(interrupted).toBeGreaterThan(20);
  });
});
