import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CheckpointFiles } from '../../longhaul/runtime/checkpoint-files.ts';
import type { SavedFile } from '../../longhaul/runtime/entry.ts';
import type { ObjectStore } from '../../longhaul/runtime/objects.ts';
import { memoryObjects } from '../../longhaul/testing/memory-objects.ts';
import { Execution } from './job-process.ts';
import { withS3 } from './s3-of.ts';

const execution = new Execution();
beforeEach(async () => {
  await execution.start();
  execution.events.length = 0;
});
afterEach(() => execution.stop());

const relaunched = { STP_INTERRUPTIONS: '1' };
const entry = () => execution.json('checkpoint/state.json');
const stored = async () => (await execution.names()).filter((name) => name.startsWith('checkpoint/files/'));
const event = (input: string) => ({ STP_TRIGGER_EVENT_DATA: JSON.stringify(input) });

/** Starts the job, interrupts it, and answers what it had found. */
async function interrupted(env: NodeJS.ProcessEnv = {}) {
  const job = execution.run('files', env);
  await job.line('waiting');
  job.child.kill('SIGTERM');
  expect(await job.exit, job.output).toBe(75);
  const { step, files } = await job.line('restored');
  return { step, files, job };
}

describe('files in the checkpoint directory', () => {
  it('are there again at the next start, as they were at the end, and removed when the job is done', async () => {
    expect(await interrupted()).toMatchObject({ step: 0, files: {} });
    const first = { 'model/weights.bin': 'of step 1', constant: 'always the same', 'log.txt': 'until step 2' };
    const second = { ...first, 'model/weights.bin': 'of step 3', 'log.txt': 'until step 4' };
    expect(await interrupted(relaunched)).toMatchObject({ step: 2, files: first });
    const last = execution.run('files', { STP_INTERRUPTIONS: '2', ...event('end') });
    expect(await last.line('restored')).toMatchObject({ step: 4, files: second });
    expect(await last.exit, last.output).toBe(0);
    expect(await execution.names()).toEqual(['result.json']);
  });

  it('that were changed after the last set are not saved: value and files of one moment stand', async () => {
    const { job } = await interrupted(event('spoil'));
    expect(job.output).toContain('changed after the last checkpoint.set(): the checkpoint before stands');
    const files = { 'model/weights.bin': 'of step 1', constant: 'always the same' };
    expect(await interrupted(relaunched)).toMatchObject({ step: 1, files });
  });

  it('are those of the last save after a SIGKILL', async () => {
    const first = execution.run('files');
    await first.line('waiting');
    first.child.kill('SIGKILL');
    await first.exit;
    const files = { 'model/weights.bin': 'of step 1', constant: 'always the same' };
    expect(await interrupted(relaunched)).toMatchObject({ step: 1, files });
  });

  it('may have any name, and go with their directory', async () => {
    const files = new CheckpointFiles(memoryObjects(), { bucket: 'b', key: 'k/' }, 'writer');
    await writeFile(join(files.directory, 'a\\b'), 'x');
    expect(await files.save()).toMatchObject([{ path: 'a\\b' }]);
    await rm(files.directory, { recursive: true });
    expect(await files.save()).toEqual([]);
    await writeFile(join(files.directory, 'c'), 'y');
    expect(await files.save()).toMatchObject([{ path: 'c' }]);
    await files.clear();
  });

  it('are left alone by a container whose successor is at work', async () => {
    const older = execution.run('files');
    await older.line('waiting');
    const newer = execution.run('files', relaunched);
    await newer.line('waiting');
    older.child.kill('SIGTERM');
    expect(await older.exit, older.output).toBe(76);
    newer.child.kill('SIGTERM');
    expect(await newer.exit, newer.output).toBe(75);
    const files = { 'model/weights.bin': 'of step 2', constant: 'always the same', 'log.txt': 'until step 3' };
    const last = execution.run('files', { STP_INTERRUPTIONS: '2', ...event('end') });
    expect(await last.line('restored')).toMatchObject({ step: 3, files });
    expect(await last.exit, last.output).toBe(0);
    expect(await execution.names()).toEqual(['result.json']);
  });

  it('are sent only when their content is new', async () => {
    await interrupted();
    execution.events.length = 0;
    await interrupted(relaunched);
    const sent = execution.events
      .filter(({ key }) => key.includes('checkpoint/files/'))
      .map(({ eventName }) => eventName);
    // The weights and the log; what stays the same is not sent.
    expect(sent.filter((name) => name.startsWith('ObjectCreated'))).toHaveLength(2);
  });

  it.each([
    ['missing', (key: string) => execution.remove(key), 'its file log.txt is not there'],
    ['truncated', (key: string) => execution.put(key, 'until'), 'its file log.txt has 5 bytes, not 12'],
    ['longer', (key: string) => execution.put(key, 'until step 2 or so'), 'its file log.txt has 18 bytes, not 12'],
    ['another', (key: string) => execution.put(key, 'until step 9'), 'its file log.txt has another content'],
  ])('one of which is %s make the start fall back to the checkpoint before', async (_, damage, message) => {
    await interrupted();
    const { files } = await entry();
    await damage(files.find(({ path }: SavedFile) => path === 'log.txt').key);
    const { job, ...found } = await interrupted(relaunched);
    expect(found).toEqual({ step: 1, files: { 'model/weights.bin': 'of step 1', constant: 'always the same' } });
    expect(job.output).toContain(`checkpoint/state.json cannot be read: ${message}. The one before it is used`);
    expect(await interrupted({ STP_INTERRUPTIONS: '2' })).toMatchObject({ step: 3 });
  });

  it('which no checkpoint has whole any more make the job start over', async () => {
    await interrupted();
    for (const name of await stored()) await execution.remove(name);
    const { job, ...found } = await interrupted(relaunched);
    expect(found).toEqual({ step: 0, files: {} });
    expect(job.output).toContain('Neither can the one before it be read');
  });
});

const place = () => ({ bucket: 'bucket', key: execution.prefix });
const sha256 = (body: Buffer) => createHash('sha256').update(body).digest('hex');

describe('saving files', () => {
  const made: CheckpointFiles[] = [];
  afterEach(async () => {
    for (const files of made.splice(0)) await files.clear();
  });
  const open = (objects: ObjectStore, writer = 'first-writer') => {
    const files = new CheckpointFiles(objects, place(), writer);
    made.push(files);
    return files;
  };
  const checkpoint = async (files: CheckpointFiles) => {
    const saved = await files.save();
    await files.written(saved);
    return saved;
  };

  it('sends a large one in parts and brings it back', async () => {
    await withS3(execution, async (objects) => {
      const body = randomBytes(20_000_000);
      const files = open(objects);
      await writeFile(join(files.directory, 'large.bin'), body);
      const saved = await files.save();
      expect(saved).toEqual([
        { path: 'large.bin', sha256: sha256(body), size: body.length, key: expect.stringContaining('-first-wr') },
      ]);
      expect(execution.events.map(({ eventName }) => eventName)).toEqual(['ObjectCreated:CompleteMultipartUpload']);
      const next = open(objects, 'second-writer');
      await next.restore(saved, []);
      expect(sha256(await readFile(join(next.directory, 'large.bin')))).toBe(sha256(body));
    });
  });

  it('keeps what the last two checkpoints need, and removes the rest', async () => {
    await withS3(execution, async (objects) => {
      const files = open(objects);
      const put = (name: string, text: string) => writeFile(join(files.directory, name), text);
      await put('a', 'one');
      const [first] = await checkpoint(files);
      await put('a', 'two');
      const [second] = await checkpoint(files);
      expect((await stored()).sort()).toEqual([first!.key, second!.key].sort());
      await rm(join(files.directory, 'a'));
      expect(await checkpoint(files)).toEqual([]);
      expect(await stored()).toEqual([second!.key]);
      await checkpoint(files);
      expect(await stored()).toEqual([]);
    });
  });

  it('never removes what a successor stored, though it is the same content', async () => {
    await withS3(execution, async (objects) => {
      const older = open(objects, 'older---');
      const write = (files: CheckpointFiles, text: string) => writeFile(join(files.directory, 'status'), text);
      await write(older, 'ready');
      await checkpoint(older);
      await write(older, 'busy');
      const busy = await checkpoint(older);
      await write(older, 'done');
      const done = await older.save();

      // Where the older one is cut off: a newer one takes over what is written, and comes to the first content again.
      const newer = open(objects, 'newer---');
      await newer.restore(done, busy);
      await write(newer, 'ready');
      const [ready] = await checkpoint(newer);
      await older.written(done);
      expect(await stored()).toContain(ready!.key);
    });
  });

  it('notices a write right after a look, where the clock of files is too coarse to show it', async () => {
    const files = open(memoryObjects());
    const file = join(files.directory, 'a');
    await writeFile(file, 'one');
    // As young as can be, however long the machine takes to look.
    const future = new Date(Date.now() + 3_600_000);
    await utimes(file, future, future);
    const first = files.fingerprint();
    // A second write within the same tick would leave the time of the first.
    expect((await stat(file)).mtimeMs).toBeLessThan(future.getTime());
    expect(files.fingerprint()).toBe(first);
    await writeFile(file, 'two');
    expect(files.fingerprint()).not.toBe(first);

    const old = new Date('2026-01-02T03:04:05Z');
    await utimes(file, old, old);
    const second = files.fingerprint();
    expect(files.fingerprint()).toBe(second);
    expect((await stat(file)).mtime).toEqual(old);
  });

  it('takes an empty file and odd names, and leaves empty directories', async () => {
    await withS3(execution, async (objects) => {
      const files = open(objects);
      await mkdir(join(files.directory, 'ünï code/empty'), { recursive: true });
      await writeFile(join(files.directory, 'ünï code/a+b %20.txt'), '');
      const saved = await files.save();
      const next = open(objects);
      await next.restore(saved, []);
      expect(await readFile(join(next.directory, 'ünï code/a+b %20.txt'), 'utf8')).toBe('');
    });
  });

  it('refuses what is no file, by its path', async () => {
    await withS3(execution, async (objects) => {
      const files = open(objects);
      await symlink('/etc/hostname', join(files.directory, 'link'));
      await expect(files.save()).rejects.toThrow('its file link is a symbolic link');
    });
  });

  it('fails when a file is changed meanwhile, and stores nothing under a name that is not its own', async () => {
    await withS3(execution, async (objects) => {
      let file = '';
      const files = open({
        ...objects,
        async upload(address, body, size) {
          await writeFile(file, 'two');
          await objects.upload(address, body, size);
        },
      });
      file = join(files.directory, 'a');
      await writeFile(file, 'one');
      await expect(files.save()).rejects.toThrow('a of the checkpoint directory was changed while it was saved');
      expect(await stored()).toEqual([]);
    });
  });

  it('goes on from the last byte when the connection breaks while a file is brought back', async () => {
    await withS3(execution, async (objects) => {
      const body = randomBytes(300_000);
      const files = open(objects);
      await writeFile(join(files.directory, 'a'), body);
      const saved = await files.save();
      const asked: number[] = [];
      const broken = open({
        ...objects,
        async download(address, from) {
          asked.push(from);
          const whole = (await objects.download(address, from))!;
          return asked.length > 2 ? whole : cut(whole, 100_000);
        },
      });
      await broken.restore(saved, []);
      expect(asked).toEqual([0, 100_000, 200_000]);
      expect(sha256(await readFile(join(broken.directory, 'a')))).toBe(sha256(body));
    });
  });
});

async function* cut(body: AsyncIterable<Uint8Array>, after: number): AsyncGenerator<Uint8Array> {
  let given = 0;
  for await (const chunk of body) {
    yield chunk.subarray(0, after - given);
    given += chunk.length;
    if (given >= after) throw new Error('ECONNRESET');
  }
}
