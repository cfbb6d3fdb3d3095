import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Execution, type JobProcess } from '../runtime/job-process.ts';
import { profile } from './profile.ts';

const root = join(import.meta.dirname, '../..');
const execution = new Execution();
let csv: Buffer;

beforeEach(async () => {
  await execution.start();
  csv = await readFile(join(root, 'node_modules/vega-datasets/data/birdstrikes.csv'));
  await put(csv);
});
afterEach(() => execution.stop());

const KEY = 'incoming/some ünïcode key.csv';
const put = (body: Buffer | string) =>
  execution.client.send(new PutObjectCommand({ Bucket: 'bucket', Key: KEY, Body: body, ContentLength: body.length }));

const bucket = { name: 'bucket' };
const byEventBridge = { source: 'aws.s3', detail: { bucket, object: { key: KEY } } };
const encoded = encodeURIComponent(KEY).replaceAll('%20', '+').replaceAll('%2F', '/');
const byNotification = { Records: [{ s3: { bucket, object: { key: encoded } } }] };

/** A container of the job, started for the event that an upload of the object sends. */
function start(env: NodeJS.ProcessEnv = {}, event: object = byEventBridge): JobProcess {
  return execution.runFile([join(root, 'containers/csv-report/main.ts')], {
    STP_TRIGGER_EVENT_DATA: JSON.stringify(event),
    STP_JOB_NAME: 'csv-report',
    ...env,
  });
}

/** Resolves as soon as the job has said that it has read something. */
async function someProgress(): Promise<void> {
  for (;;) {
    const progress = await execution.json('progress.json');
    if (progress?.done > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('the job csv-report', () => {
  it('profiles an uploaded object and leaves result.json and report.html', async () => {
    const job = start();
    expect(await job.exit).toBe(0);
    const { columns, rows, malformed } = profile(csv);
    expect(await execution.json('result.json')).toMatchObject({
      object: { bucket: 'bucket', key: KEY, size: csv.length },
      rows,
      malformed,
      columns,
    });
    expect(await execution.text('report.html')).toContain('some ünïcode key.csv');
    expect((await execution.names()).filter((name) => name.startsWith('checkpoint'))).toEqual([]);
  });

  it('reads the same object when a notification tells of it', async () => {
    expect(await start({}, byNotification).exit).toBe(0);
    expect(await execution.json('result.json')).toMatchObject({ object: { bucket: 'bucket', key: KEY } });
  });

  it('loses its capacity half way, continues from its checkpoint, and ends with the same bytes', async () => {
    expect(await start().exit).toBe(0);
    const whole = [await execution.text('result.json'), await execution.text('report.html')];
    for (const name of ['result.json', 'report.html', 'progress.json']) {
      await execution.client.send(new DeleteObjectCommand({ Bucket: 'bucket', Key: execution.prefix + name }));
    }

    execution.store.throttle.bytesPerSecond = 500_000;
    const first = start();
    await someProgress();
    first.child.kill('SIGTERM');
    expect(await first.exit).toBe(75);
    expect(await execution.text('result.json')).toBeUndefined();

    execution.store.throttle.bytesPerSecond = undefined;
    const second = start({ STP_INTERRUPTIONS: '1' });
    const { offset, rows } = await second.line('Continuing from the checkpoint');
    expect(offset).toBeGreaterThan(0);
    expect(offset).toBeLessThan(csv.length);
    expect(rows).toBeGreaterThan(0);
    expect(await second.exit).toBe(0);
    expect([await execution.text('result.json'), await execution.text('report.html')]).toEqual(whole);
  });

  it('starts over when the object was replaced since the checkpoint', async () => {
    execution.store.throttle.bytesPerSecond = 500_000;
    const first = start();
    await someProgress();
    first.child.kill('SIGTERM');
    expect(await first.exit).toBe(75);

    execution.store.throttle.bytesPerSecond = undefined;
    await put('a,b\n1,2\n3,4\n');
    const second = start({ STP_INTERRUPTIONS: '1' });
    await second.line('The object was replaced since the checkpoint: starting over');
    expect(await second.exit).toBe(0);
    expect(await execution.json('result.json')).toMatchObject({ rows: 2, object: { size: 12 } });
  });

  it.each([
    ['is no CSV', '%PDF-1.7\n', 'The object is not CSV: it is a PDF document.'],
    ['is empty', '', 'The object is empty (0 bytes).'],
    ['is gone', undefined, 'does not exist: it was deleted before it could be read.'],
  ])('fails for good, with the reason, when the object %s', async (_, body, reason) => {
    if (body === undefined) await execution.client.send(new DeleteObjectCommand({ Bucket: 'bucket', Key: KEY }));
    else await put(body);
    const job = start();
    expect(await job.exit).toBe(65);
    expect(job.output).toContain(`s3://bucket/${KEY}`);
    expect(job.output).toContain(reason);
  });
});
