import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Execution, type JobProcess, PATIENTLY } from './job-process.ts';

const execution = new Execution();
beforeEach(() => execution.start());
afterEach(() => execution.stop());

const relaunched = { STP_INTERRUPTIONS: '1' };
const state = async () => (await execution.json('checkpoint/state.json'))?.state;

describe('a job whose capacity is taken away', () => {
  it('saves its newest checkpoint on SIGTERM, exits 75, and the next start continues from there', async () => {
    const first = execution.run('count');
    await first.line('from');
    first.child.kill('SIGTERM');
    expect(await first.exit, first.output).toBe(75);
    const { step } = await first.line('stopping');
    expect(await state()).toEqual({ step });
    expect(await execution.json('error.json')).toBeUndefined();

    const second = execution.run('count', relaunched);
    expect((await second.line('from')).from).toBe(step);
    second.child.kill('SIGUSR2');
    expect(await second.exit, second.output).toBe(0);
    expect(await execution.json('result.json')).toMatchObject({ from: step });
  });

  it('continues from the last periodic checkpoint after a SIGKILL', async () => {
    const first = execution.run('count');
    await expect.poll(state, PATIENTLY).toMatchObject({ step: expect.toSatisfy((step: number) => step > 100) });
    first.child.kill('SIGKILL');
    expect(await first.exit).toBe('SIGKILL');
    const { step } = await state();

    const second = execution.run('count', relaunched);
    // The write that was under way when the process died may still have arrived.
    expect((await second.line('from')).from).toBeGreaterThanOrEqual(step);
  });

  it('is ended with 75 before it would be killed when it does not react, with its checkpoint saved', async () => {
    const job = execution.run('saved-then-deaf', { STP_STOP_TIMEOUT_SECONDS: '1' });
    await job.line('waiting');
    job.child.kill('SIGTERM');
    expect(await job.exit, job.output).toBe(75);
    expect(await state()).toEqual({ step: 7 });
  });

  it('never has a value saved that was changed after it was set', async () => {
    const job = execution.run('half-changed', { STP_STOP_TIMEOUT_SECONDS: '1' });
    await job.line('waiting');
    job.child.kill('SIGTERM');
    expect(await job.exit, job.output).toBe(75);
    const { offset, sum } = await state();
    expect(offset).toBeGreaterThan(0);
    expect(offset).toBe(sum);
  });

  it('exits 75 when it never saved anything, too', async () => {
    const job = execution.run('waits-then-returns', { STP_STOP_TIMEOUT_SECONDS: '1' });
    await job.line('waiting');
    job.child.kill('SIGINT');
    expect(await job.exit, job.output).toBe(75);
    expect(await state()).toBeUndefined();
  });

  it('may still finish in the time it is given', async () => {
    const job = execution.run('returns-when-stopped');
    await job.line('waiting');
    job.child.kill('SIGTERM');
    expect(await job.exit, job.output).toBe(0);
    expect(await execution.json('result.json')).toBe('finished in time');
  });

  it('counts what breaks because of the stop as the stop', async () => {
    const job = execution.run('broken-by-stop');
    await job.line('waiting');
    job.child.kill('SIGTERM');
    expect(await job.exit, job.output).toBe(75);
    expect(await state()).toEqual({ step: 8 });
    expect(job.output).toContain('Premature close');
  });
});

describe('a library that ends the process at SIGTERM', () => {
  it('does not make the job look done', async () => {
    const job = execution.run('exits-when-stopped');
    await job.line('waiting');
    job.child.kill('SIGTERM');
    expect(await job.exit, job.output).toBe(75);
    expect(job.output).toContain('process.exit(0) was called');
  });
});

describe('a job that runs over its time limit', () => {
  it('is told by its signal, keeps its checkpoint and fails with 124', async () => {
    let seconds = 0.5;
    let job: JobProcess;
    // Until it is enough for this machine, however busy it is, to come to the handler.
    do {
      seconds *= 2;
      job = execution.run('count', { STP_TIMEOUT_SECONDS: String(seconds) });
      expect(await job.exit, job.output).toBe(124);
    } while (!job.lines.some(({ message }) => message === 'from'));
    const { step } = await job.line('stopping');
    expect(await state()).toEqual({ step });
    expect(await execution.json('error.json')).toMatchObject({
      name: 'JobTimeoutError',
      message: expect.stringContaining(`time limit of ${seconds} seconds`),
      exitCode: 124,
    });
  });
});
