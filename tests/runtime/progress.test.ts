import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { progressInterval } from '../../longhaul/runtime/progress.ts';
import { FaultyS3 } from './faulty-network.ts';
import { Execution } from './job-process.ts';

describe('progress', () => {
  const execution = new Execution();
  beforeEach(() => execution.start());
  afterEach(() => execution.stop());

  it('is there while the job works, and is the last one in the end', async () => {
    const job = execution.run('progress', { STP_CURRENT_ATTEMPT: '2', STP_INTERRUPTIONS: '1' });
    await job.line('waiting');
    await expect
      .poll(() => execution.json('progress.json'))
      .toEqual({
        done: 1,
        total: 1000,
        message: 'reading',
        attempt: 2,
        interruptions: 1,
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      });
    await job.order();
    expect(await job.exit, job.output).toBe(0);
    expect(await execution.json('progress.json')).toMatchObject({ done: 1000, total: 1000 });
    const writes = execution.events.filter(({ key }) => key.endsWith('progress.json'));
    expect(writes.length).toBeLessThan(10);
  });

  it('that cannot be written does not fail the job, and is said once', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'longhaul-progress-'));
    const s3 = new FaultyS3();
    s3.fault = (key) => (key.endsWith('progress.json') ? 'refuse' : undefined);
    await s3.start(directory);
    try {
      const job = execution.run('progress', { AWS_ENDPOINT_URL: s3.endpoint.url });
      await job.line('Progress cannot be written; the job goes on without');
      await job.order();
      expect(await job.exit, job.output).toBe(0);
      expect(job.lines.filter(({ level }) => level === 'WARN')).toHaveLength(1);
    } finally {
      await s3.stop();
      await rm(directory, { recursive: true });
    }
  });

  it('is written every second at first, and every ten in a job of hours', () => {
    expect(progressInterval(0)).toBe(1000);
    expect(progressInterval(60_000)).toBe(1000);
    expect(progressInterval(300_000)).toBe(5000);
    expect(progressInterval(86_400_000)).toBe(10_000);
  });
});
