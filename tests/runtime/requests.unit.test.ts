import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defineJob } from '../../longhaul/client/job.ts';
import { runAttempt } from '../../longhaul/runtime/attempt.ts';
import type { JobHandler } from '../../longhaul/runtime/context.ts';
import type { S3Address } from '../../longhaul/runtime/environment.ts';
import { createLog } from '../../longhaul/runtime/log.ts';
import type { ObjectStore } from '../../longhaul/runtime/objects.ts';
import { progressInterval } from '../../longhaul/runtime/progress.ts';
import { memoryObjects } from '../../longhaul/testing/memory-objects.ts';
import { memorySource } from '../../longhaul/testing/memory-source.ts';

/** S3 in memory that counts what it is asked for, since every request but DELETE costs money. */
function countingObjects() {
  const memory = memoryObjects();
  const requests: Record<string, number> = {};
  const objects = new Proxy(memory, {
    get(target, name: keyof ObjectStore) {
      return (...parameters: unknown[]) => {
        requests[name] = (requests[name] ?? 0) + 1;
        return (target[name] as (...parameters: unknown[]) => unknown)(...parameters);
      };
    },
  });
  return { objects, requests, stored: memory.stored };
}

/** How many requests a job makes that ends well at its first start. */
async function requestsOf(handler: JobHandler<unknown, unknown>, event: string | S3Address = '{}') {
  const { objects, requests, stored } = countingObjects();
  if (typeof event === 'object') stored.set(event.key, { body: Buffer.from('{}'), etag: 'event' });
  const { outcome } = await runAttempt({
    job: defineJob({ name: 'counted' }),
    handler,
    hooks: {},
    environment: {
      jobName: 'counted',
      executionId: 'counted-1',
      event,
      attempt: 1,
      maxAttempts: 3,
      interruptions: 0,
      artifacts: { bucket: 'artifacts', key: 'executions/counted-1/' },
      timeoutSeconds: undefined,
      stopTimeoutSeconds: 30,
    },
    objects,
    source: memorySource({}),
    log: createLog({}, () => {}),
    stop: new AbortController(),
    stray: new Promise(() => {}),
    checkpointIntervalSeconds: 5,
  });
  expect(outcome).toBe('done');
  return requests;
}

// docs/limits.md names these numbers.
describe('what the runtime asks of S3', () => {
  it('is two GETs, three PUTs and a LIST for a job that saves and reports nothing', async () => {
    expect(await requestsOf(async () => 'result')).toEqual({ get: 2, put: 3, list: 1, delete: 1 });
  });

  it('is a GET more for an event that was spilled', async () => {
    const event = { bucket: 'artifacts', key: 'executions/counted-1/event.json' };
    expect(await requestsOf(async () => 'result', event)).toEqual({ get: 3, put: 3, list: 1, delete: 1 });
  });

  it('is a PUT more for each checkpoint and progress that is written, and a COPY for the checkpoint before', async () => {
    const requests = await requestsOf(async ({ checkpoint, progress }) => {
      await checkpoint.save({ done: 1 });
      await checkpoint.save({ done: 2 });
      for (let done = 0; done < 1000; done++) progress(done, 1000);
    });
    expect(requests).toEqual({ get: 2, put: 3 + 2 + 1, copy: 1, list: 1, delete: 2 });
  });

  it('is for files: what changed, once', async () => {
    const requests = await requestsOf(async ({ checkpoint }) => {
      const file = (name: string) => join(checkpoint.directory, name);
      await writeFile(file('a'), 'same');
      await writeFile(file('b'), 'one');
      await checkpoint.save({ done: 1 });
      await writeFile(file('b'), 'two');
      await checkpoint.save({ done: 2 });
      await writeFile(file('c'), 'same');
      await checkpoint.save({ done: 3 });
    });
    // a, b as "one", b as "two". Of "one" nothing is left with the third checkpoint, so it is removed then.
    expect(requests).toEqual({ get: 2, put: 3 + 3, upload: 3, copy: 2, list: 1, delete: 1 + 2 + 2 });
  });

  it.each([
    [1, 60],
    [10, 198],
    [60, 498],
    [24 * 60, 8778],
  ])('for progress that never stops is in %d minutes some %d PUTs', (minutes, puts) => {
    let written = 0;
    for (let elapsed = 0; elapsed < minutes * 60_000; elapsed += progressInterval(elapsed)) written++;
    expect(Math.abs(written - puts)).toBeLessThanOrEqual(3);
  });
});
