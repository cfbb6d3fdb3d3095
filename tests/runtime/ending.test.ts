import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Execution, PATIENTLY } from './job-process.ts';

const execution = new Execution();
beforeEach(() => execution.start());
afterEach(() => execution.stop());

const state = async () => (await execution.json('checkpoint/state.json'))?.state;
const failure = () => execution.json('error.json');

describe('a job that is done', () => {
  it('leaves its result and no checkpoint', async () => {
    await execution.put('checkpoint/weights-1.bin', 'a file of an earlier start');
    const job = execution.run('count');
    await job.line('from');
    await expect.poll(state, PATIENTLY).toBeDefined();
    job.child.kill('SIGUSR2');
    expect(await job.exit, job.output).toBe(0);
    expect(await execution.names()).toEqual(['result.json']);
    expect(await execution.json('result.json')).toMatchObject({ from: 0 });
  });

  it('has the result null when it returns nothing', async () => {
    const job = execution.run('nothing');
    expect(await job.exit, job.output).toBe(0);
    expect(await execution.text('result.json')).toBe('null');
  });

  it('ends although it left a timer and a server open', async () => {
    const job = execution.run('leaves-everything-open');
    expect(await job.exit, job.output).toBe(0);
    expect(await execution.json('result.json')).toBe('done');
    expect(job.lines).toContainEqual(
      expect.objectContaining({ level: 'WARN', open: expect.arrayContaining(['Timeout']) }),
    );
  });

  it('ends by itself when it left nothing open', async () => {
    const job = execution.run('nothing');
    expect(await job.exit).toBe(0);
    expect(job.lines.filter(({ level }) => level !== 'INFO')).toEqual([]);
  });

  it("has stored its own artifacts beside it, under names that are not the runtime's", async () => {
    const job = execution.run('adds-artifacts');
    expect(await job.exit, job.output).toBe(0);
    expect(await execution.json('result.json')).toEqual({
      own: [1, 2, 3],
      none: null,
      refused: expect.stringContaining('"result.json" is used by the runtime'),
    });
    expect(await execution.text('report.html')).toBe('<h1>é</h1>');
    expect(execution.store.get('bucket', `${execution.prefix}report.html`)).toMatchObject({
      headers: expect.objectContaining({ 'content-type': 'text/html; charset=utf-8' }),
    });
  });
});

describe('a job that fails', () => {
  it('for good exits 65 with the reason, and keeps its checkpoint for a fix', async () => {
    const job = execution.run('permanent');
    expect(await job.exit).toBe(65);
    expect(await failure()).toMatchObject({
      name: 'PermanentJobError',
      message: 'Row 7 is not a number',
      exitCode: 65,
    });
    expect(await state()).toEqual({ step: 3 });
  });

  it('for now exits 1, and says the chain of causes', async () => {
    const job = execution.run('transient', { STP_CURRENT_ATTEMPT: '2' });
    expect(await job.exit).toBe(1);
    expect(await failure()).toMatchObject({ name: 'TransientJobError', exitCode: 1, attempt: 2, outcome: 'failed' });
    expect(job.lines.find(({ level }) => level === 'ERROR')).toMatchObject({
      error: { name: 'TransientJobError', cause: { message: 'ECONNREFUSED 192.0.2.1' } },
    });
  });

  it('by an unhandled rejection exits 1 after saving its checkpoint', async () => {
    const job = execution.run('unhandled-rejection');
    expect(await job.exit).toBe(1);
    expect((await failure()).message).toBe('Unhandled rejection: nobody waits for this');
    expect(await state()).toEqual({ step: 5 });
  });

  it('by an uncaught exception exits as if the handler had thrown it', async () => {
    const job = execution.run('uncaught-exception');
    expect(await job.exit).toBe(65);
    expect(await failure()).toMatchObject({ name: 'PermanentJobError', message: 'thrown from a timer' });
    expect(await state()).toEqual({ step: 6 });
  });

  it('by a checkpoint that would not come back as it was is told where', async () => {
    const job = execution.run('unsavable');
    expect(await job.exit).toBe(65);
    expect((await failure()).message).toContain('.columns[1].mean is NaN');
  });

  it('by ending its process, as if it were done, exits 1 and says so', async () => {
    const job = execution.run('exits');
    expect(await job.exit).toBe(1);
    expect(job.output).toContain('process.exit(0) was called');
    expect(await state()).toEqual({ step: 4 });
  });

  it('by a result that has no JSON exits 65', async () => {
    const job = execution.run('result-without-json');
    expect(await job.exit).toBe(65);
    expect((await failure()).message).toContain('BigInt');
  });

  it('shows the lines of its source for the error and its cause, bundled or not', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'longhaul-bundle-'));
    try {
      const outfile = join(directory, 'main.mjs');
      const banner = {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      };
      const entryPoints = [join(import.meta.dirname, 'jobs.ts')];
      await build({
        entryPoints,
        outfile,
        banner,
        bundle: true,
        minify: true,
        sourcemap: true,
        platform: 'node',
        format: 'esm',
      });
      const job = execution.runFile(['--enable-source-maps', outfile, 'bug']);
      expect(await job.exit).toBe(1);
      expect(job.lines.find(({ level }) => level === 'ERROR')).toMatchObject({
        error: {
          name: 'RangeError',
          stack: expect.stringMatching(/jobs\.ts:\d+:\d+/),
          cause: { name: 'TypeError', stack: expect.stringMatching(/jobs\.ts:\d+:\d+/) },
        },
      });
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
