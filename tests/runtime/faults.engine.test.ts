import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { S3Address } from '../../longhaul/runtime/environment.ts';
import { SupersededError } from '../../longhaul/runtime/errors.ts';
import { Fence } from '../../longhaul/runtime/fence.ts';
import type { ObjectStore } from '../../longhaul/runtime/objects.ts';
import { s3Objects } from '../../longhaul/runtime/s3-objects.ts';
import { FaultyS3 } from './faulty-network.ts';

const artifacts = { bucket: 'bucket', key: 'executions/x/' };
const address = { bucket: 'bucket', key: 'executions/x/checkpoint/state.json' };
const launch = (interruptions: number) => ({ execution: 'x', attempt: 1, interruptions });

let directory: string;
let s3: FaultyS3;
let objects: ObjectStore;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longhaul-faults-'));
  s3 = new FaultyS3();
  await s3.start(directory);
  vi.stubEnv('AWS_ENDPOINT_URL', s3.endpoint.url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'any');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'thing');
  objects = s3Objects();
});
afterEach(async () => {
  objects.close();
  vi.unstubAllEnvs();
  await s3.stop();
  await rm(directory, { recursive: true });
});

const entryAt = async (at: S3Address) => JSON.parse(new TextDecoder().decode((await objects.get(at))!.body));
const stored = () => entryAt(address);
const previousState = async () => (await entryAt({ ...address, key: 'executions/x/checkpoint/previous.json' })).state;

describe('the fence', () => {
  it('knows its own claim and its own write again when the answer to them was lost', async () => {
    const fence = new Fence(objects, artifacts, launch(0));
    s3.fault = (_key, count) => (count === 0 ? 'lose' : undefined);
    await fence.claim();
    s3.puts = 0;
    await fence.write({ state: '{"step":1}' });
    // Once: the SDK's own retry is refused, and what is there turns out to be ours.
    expect(s3.puts).toBe(2);
    await fence.write({ state: '{"step":2}' });
    expect((await stored()).state).toEqual({ step: 2 });
    expect(fence.superseded).toBeUndefined();
  });

  it('tries again when writes collide', async () => {
    const fence = new Fence(objects, artifacts, launch(0));
    s3.fault = (_key, count) => (count < 2 ? 'conflict' : undefined);
    await fence.claim();
    s3.puts = 0;
    await fence.write({ state: '1' });
    expect((await stored()).state).toBe(1);
  });

  // Of the second write: 0 is the copy of the checkpoint before, 1 and on the write itself.
  it.each([
    ['the answer to the copy is lost', [0], 'lose'],
    ['the copy collides with another write', [0, 1], 'conflict'],
    ['the answer to the write is lost', [1], 'lose'],
    ['the write collides', [1, 2], 'conflict'],
  ] as const)('keeps the checkpoint before the newest one when %s', async (_, counts: readonly number[], fault) => {
    const fence = new Fence(objects, artifacts, launch(0));
    await fence.claim();
    await fence.write({ state: '1' });
    s3.puts = 0;
    s3.fault = (_key, count) => (counts.includes(count) ? fault : undefined);
    await fence.write({ state: '2' });
    expect([await previousState(), (await stored()).state]).toEqual([1, 2]);
    await fence.write({ state: '3' });
    expect([await previousState(), (await stored()).state]).toEqual([2, 3]);
  });

  it('passes from one start to the next with what was saved, bit for bit', async () => {
    const first = new Fence(objects, artifacts, launch(0));
    expect(await first.claim()).toEqual({});
    await first.write({ state: '{"mean":0.1,"tiny":5e-324,"zero":-0,"text":"ü😀"}' });

    const second = new Fence(objects, artifacts, launch(1));
    const { state } = await second.claim();
    const value = JSON.parse(state!);
    expect(value).toStrictEqual({ mean: 0.1, tiny: 5e-324, zero: -0, text: 'ü😀' });
    const third = new Fence(objects, artifacts, launch(2));
    expect((await third.claim()).state).toBe(state);

    await expect(first.write({ state: '0' })).rejects.toThrow(SupersededError);
    await expect(second.write({ result: '0' })).rejects.toThrow(/with 2 interruptions/);
    expect((await stored()).state).toStrictEqual(value);
  });

  it('lets exactly one of many starts through when they all claim at once', async () => {
    const fences = Array.from(
      { length: 5 },
      (_, interruptions) => new Fence(objects, artifacts, launch(interruptions)),
    );
    const writes = fences.map(async (fence, index) => {
      await fence.claim();
      // Those that claimed in time are overtaken by the newest, sooner or later; it never is.
      for (let step = 0; index < 4 || step < 20; step++) {
        await fence.write({ state: `[${index},${step}]` });
        await pause(20);
      }
    });
    const ends = await Promise.allSettled(writes);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected', 'fulfilled']);
    expect((await stored()).state).toEqual([4, 19]);
    expect(await previousState()).toEqual([4, 18]);
  });

  it('treats a checkpoint that somebody removed as lost, and does not write it again', async () => {
    const fence = new Fence(objects, artifacts, launch(0));
    await fence.claim();
    await objects.delete(address);
    await expect(fence.write({ state: '1' })).rejects.toThrow(SupersededError);
    expect(await objects.get(address)).toBeUndefined();
  });
});

describe('reading and writing S3', () => {
  it('is retried when an answer is lost', async () => {
    s3.fault = (_key, count) => (count === 0 ? 'lose' : undefined);
    await objects.put({ bucket: 'bucket', key: 'a' }, 'text', { contentType: 'text/plain' });
    expect(s3.puts).toBe(2);
  });

  it('says what could not be written, and why', async () => {
    s3.fault = () => 'refuse';
    const put = objects.put({ bucket: 'bucket', key: 'a b' }, 'text', { contentType: 'text/plain' });
    await expect(put).rejects.toThrow('Cannot write s3://bucket/a b: AccessDenied');
  });

  it('is repeated when the body breaks off, and in the end says what could not be read', async () => {
    const at = { bucket: 'bucket', key: 'a b' };
    await objects.put(at, 'text', { contentType: 'text/plain' });
    let cuts = 2;
    s3.isCut = () => cuts-- > 0;
    expect(new TextDecoder().decode((await objects.get(at))!.body)).toBe('text');
    s3.isCut = () => true;
    await expect(objects.get(at)).rejects.toThrow('Cannot read s3://bucket/a b: ');
  });
});
