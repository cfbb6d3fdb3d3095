import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Execution, type JobProcess } from './job-process.ts';

const execution = new Execution();
beforeEach(() => execution.start());
afterEach(() => execution.stop());

const start = (input: string, env: NodeJS.ProcessEnv = {}, then?: string): JobProcess => {
  const command = [join(import.meta.dirname, 'jobs.ts'), 'hooked', ...(then ? [then] : [])];
  return execution.runFile(command, { STP_TRIGGER_EVENT_DATA: JSON.stringify(input), ...env });
};
const called = ({ lines }: JobProcess) =>
  lines.map(({ message }) => message).filter((message) => /^on[A-Z]\w+$/.test(message));
const last = { STP_CURRENT_ATTEMPT: '3' };

describe('the hooks of a job', () => {
  it('say that it starts, and that it is done, when its result is there', async () => {
    const job = start('end');
    expect(await job.exit, job.output).toBe(0);
    expect(called(job)).toEqual(['onStart', 'onComplete']);
    expect(await job.line('onComplete')).toMatchObject({ what: { rows: 12 }, input: 'end', attempt: 1 });
  });

  it('say that it was interrupted, when its checkpoint is saved', async () => {
    const job = start('stop');
    await job.line('waiting');
    job.child.kill('SIGTERM');
    expect(await job.exit, job.output).toBe(75);
    expect(called(job)).toEqual(['onStart', 'onInterrupt']);
    expect(await job.line('onInterrupt')).toMatchObject({ what: 'JobInterruptedError' });
  });

  it.each([
    ['an attempt that failed, with others to follow', 'fail', {}, 'onFailed', 'TransientJobError', 1],
    ['the last attempt', 'fail', last, 'onDeadLetter', 'TransientJobError', 1],
    ['a permanent error, whatever attempts are left', 'reject', {}, 'onDeadLetter', 'PermanentJobError', 65],
    ['the time limit', 'stop', { STP_TIMEOUT_SECONDS: '2' }, 'onFailed', 'JobTimeoutError', 124],
    [
      'the time limit of the last attempt',
      'stop',
      { ...last, STP_TIMEOUT_SECONDS: '2' },
      'onDeadLetter',
      'JobTimeoutError',
      124,
    ],
  ])('tell %s apart', async (_, input, env, hook, what, code) => {
    const job = start(input, env);
    expect(await job.exit, job.output).toBe(code);
    // A time limit can be over before a busy machine has started the job.
    expect(called(job).filter((name) => name !== 'onStart')).toEqual([hook]);
    expect(await job.line(hook)).toMatchObject({ what });
  });

  it('say that invalid input failed for good, without it', async () => {
    const job = start('nonsense');
    expect(await job.exit, job.output).toBe(65);
    expect(called(job)).toEqual(['onDeadLetter']);
    const line = await job.line('onDeadLetter');
    expect(line.what).toBe('InvalidInputError');
    expect(line).not.toHaveProperty('input');
  });

  it('say nothing of a start that was superseded', async () => {
    const older = start('stop');
    await older.line('waiting');
    const newer = start('end', { STP_INTERRUPTIONS: '1' });
    expect(await newer.exit, newer.output).toBe(0);
    older.child.kill('SIGTERM');
    expect(await older.exit, older.output).toBe(76);
    expect(called(older)).toEqual(['onStart']);
  });

  it('change nothing when one of a job that is done ends the process', async () => {
    const job = start('end', {}, 'exit in onComplete');
    expect(await job.exit, job.output).toBe(0);
    expect(await execution.names()).toEqual(['result.json']);
  });

  it('change nothing when they break, and it is logged', async () => {
    const job = start('end', {}, 'throw');
    expect(await job.exit, job.output).toBe(0);
    expect(await execution.json('result.json')).toEqual({ rows: 12 });
    const broken = job.lines.filter(({ level }) => level === 'ERROR');
    expect(broken).toMatchObject([
      { message: 'The hook onStart failed; the job goes on', error: { message: 'onStart is broken' } },
      { message: 'The hook onComplete failed; the job goes on', error: { message: 'onComplete is broken' } },
    ]);
  });

  it('are not waited for longer than there is time to stop', async () => {
    const job = start('stop', { STP_STOP_TIMEOUT_SECONDS: '2' }, 'hang in onInterrupt');
    await job.line('waiting');
    job.child.kill('SIGTERM');
    expect(await job.exit, job.output).toBe(75);
    expect(job.output).toContain('The hook onInterrupt takes too long');
    expect((await execution.json('checkpoint/state.json')).state).toEqual({ step: 2 });
  });
});
