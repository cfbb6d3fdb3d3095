/** Stopped, killed, or left by S3 at its first and last moments, a job loses no result and delivers none twice: in either runtime. */
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Service } from '../../longhaul/engine/endpoint/index.ts';
import { type Fault, faulty } from '../runtime/faulty-network.ts';
import { EXECUTION, Execution, type JobProcess, PATIENTLY } from '../runtime/job-process.ts';
import { lacking, named, pythonEnvironment, runtime } from './python.ts';

/** The PUTs of an artifact can be made to fail. */
class FaultyExecution extends Execution {
  faults: Record<string, Fault> = {};
  /** How often the answer to a GET of an artifact breaks off. */
  cuts: Record<string, number> = {};
  /** How often each artifact was written, or was to be. */
  puts: string[] = [];
  protected override service(s3: Service): Service {
    const name = (key: string) => key.replace(this.prefix, '');
    return faulty(
      s3,
      (key) => {
        this.puts.push(name(key));
        return this.faults[name(key)];
      },
      (key) => {
        const left = this.cuts[name(key)] ?? 0;
        this.cuts[name(key)] = left - 1;
        return left > 0;
      },
    );
  }
}

const relaunched = { STP_INTERRUPTIONS: '1' };
const tryAgain = { STP_CURRENT_ATTEMPT: '2' };
const quickly = { STP_STOP_TIMEOUT_SECONDS: '3' };
type Start = (job: string, env?: NodeJS.ProcessEnv, ...more: string[]) => JobProcess;

let execution: FaultyExecution;
const typescript: Start = (job, env, ...more) =>
  execution.runFile([join(import.meta.dirname, '../runtime/jobs.ts'), job, ...more], env);
const python: Start = (job, env, ...more) =>
  execution.runFile([join(runtime, 'tests/jobs.py'), job, ...more], { ...pythonEnvironment, ...env }, 'python3');

const entry = () => execution.json('checkpoint/state.json');
const result = () => execution.json('result.json');
const tried = (name: string) => () => execution.puts.includes(name);
const says = ({ lines }: JobProcess) => lines.map(({ message }) => message);

/** Another start finds the result, and does not work for it again. */
async function isPublished(start: Start, expected: unknown, env: NodeJS.ProcessEnv = relaunched): Promise<void> {
  const next = start('waits-then-returns', env);
  expect(await next.exit, next.output).toBe(0);
  expect(says(next)).not.toContain('waiting');
  expect(await result()).toEqual(expected);
  expect(await execution.names()).toEqual(['result.json']);
}

/** The tests for one runtime: each has a file, so that the two run side by side. */
export function lastMoments(language: 'TypeScript' | 'Python'): void {
  const start = language === 'Python' ? python : typescript;
  const lack = language === 'Python' ? lacking(['boto3']) : undefined;
  describe.skipIf(lack)(named(`a job in ${language}`, lack), () => {
    beforeEach(async () => {
      execution = new FaultyExecution();
      await execution.start();
    });
    afterEach(() => execution.stop());

    test('stopped while it comes up is interrupted, and the next start does the work', async () => {
      for (const milliseconds of [50, 200, 400, 800]) {
        const job = start('waits-then-returns');
        await pause(milliseconds);
        job.child.kill('SIGTERM');
        if (says(job).includes('waiting')) job.child.kill('SIGKILL');
        // Before the runtime has begun, SIGTERM ends it as it ends any process: exit code 143.
        expect([75, 'SIGTERM', 'SIGKILL'], job.output).toContain(await job.exit);
      }
      const next = start('hooked', { ...relaunched, STP_TRIGGER_EVENT_DATA: '"end"' });
      expect(await next.exit, next.output).toBe(0);
    });

    test('stopped while S3 does not answer its claim ends in time, as interrupted', async () => {
      execution.faults['checkpoint/state.json'] = 'hang';
      const job = start('waits-then-returns', quickly);
      await expect.poll(tried('checkpoint/state.json'), PATIENTLY).toBe(true);
      job.child.kill('SIGTERM');
      expect(await job.exit, job.output).toBe(75);
      expect(says(job)).not.toContain('waiting');
      expect(await execution.names()).toEqual([]);
      // Nor does it wait then for what it left open: SIGKILL would come first.
      expect(job.output).not.toContain('left something open');
    });

    test('stopped while a connection to S3 is dead saves its last step by another one', async () => {
      const job = start('count');
      await expect.poll(entry, PATIENTLY).toMatchObject({ state: { step: expect.any(Number) } });
      execution.puts = [];
      execution.faults['checkpoint/state.json'] = 'hang';
      await expect.poll(tried('checkpoint/state.json'), PATIENTLY).toBe(true);
      execution.faults = {};
      job.child.kill('SIGTERM');
      expect(await job.exit, job.output).toBe(75);
      expect((await entry()).state.step).toBe((await job.line('stopping')).step);
    });

    test('stopped while its hook onStart does not end is interrupted, and has not begun', async () => {
      const job = start('hooked', { ...quickly, STP_TRIGGER_EVENT_DATA: '"end"' }, 'hang in onStart');
      await job.line('onStart');
      job.child.kill('SIGTERM');
      expect(await job.exit, job.output).toBe(75);
      expect(await result()).toBeUndefined();
    });

    test('refused its result by S3 fails, and the next attempt publishes it', async () => {
      execution.faults['result.json'] = 'refuse';
      const job = start('waits-then-returns');
      await job.order();
      expect(await job.exit, job.output).toBe(1);
      const left = (await entry()).result;
      expect(left).toMatchObject({ attempt: 1, interruptions: 0 });
      execution.faults = {};
      await execution.remove('error.json');
      await isPublished(start, left, tryAgain);
    });

    test('whose checkpoint cannot be written goes on, and its result stands though a checkpoint waits', async () => {
      const job = start('count');
      await expect.poll(entry, PATIENTLY).toMatchObject({ state: { step: expect.any(Number) } });
      // From now on nothing of it arrives: each checkpoint stays the newest that is to be written.
      execution.faults['checkpoint/previous.json'] = 'refuse';
      await expect.poll(() => job.output, PATIENTLY).toContain('cannot be written now');
      execution.faults['result.json'] = 'refuse';
      job.child.kill('SIGUSR2');
      expect(await job.exit, job.output).toBe(1);
      const left = (await entry()).result;
      expect(left).toMatchObject({ to: expect.any(Number) });
      execution.faults = {};
      await execution.remove('error.json');
      await isPublished(start, left, tryAgain);
    });

    test.each(['SIGTERM', 'SIGKILL'] as const)(
      'whose result S3 does not take, by %s, leaves it to the next start',
      async (signal) => {
        execution.faults['result.json'] = 'hang';
        const job = start('waits-then-returns', quickly);
        await job.order();
        await expect.poll(tried('result.json'), PATIENTLY).toBe(true);
        job.child.kill(signal);
        expect(await job.exit, job.output).toBe(signal === 'SIGTERM' ? 75 : 'SIGKILL');
        expect(await result()).toBeUndefined();
        const left = (await entry()).result;
        expect(left).toMatchObject({ attempt: 1, interruptions: 0 });
        execution.faults = {};
        await isPublished(start, left);
      },
    );

    test('stopped when it is done ends with 0, and its result stands', async () => {
      for (const milliseconds of [0, 5, 10, 20, 40]) {
        const job = start('nothing');
        await job.line('Job done');
        await pause(milliseconds);
        job.child.kill('SIGTERM');
        expect(await job.exit, job.output).toBe(0);
        await isPublished(start, null);
        await execution.remove('result.json');
      }
    });

    test('whose event and checkpoint break off while they are read reads them again', async () => {
      const stopped = start('count');
      await expect.poll(entry, PATIENTLY).toMatchObject({ state: { step: expect.any(Number) } });
      stopped.child.kill('SIGTERM');
      expect(await stopped.exit, stopped.output).toBe(75);
      const { state } = await entry();

      await execution.put('event.json', '{"some":"event"}');
      execution.cuts = { 'event.json': 1, 'checkpoint/state.json': 2 };
      const event = `s3://bucket/${execution.prefix}event.json`;
      const job = start('waits-then-returns', {
        ...relaunched,
        STP_TRIGGER_EVENT_DATA: '',
        STP_TRIGGER_EVENT_URI: event,
      });
      await job.order();
      expect(await job.exit, job.output).toBe(0);
      expect((await result()).inherited).toEqual(state);
    });

    test('is done even when nobody reads its log any more', async () => {
      const job = start('waits-then-returns');
      await job.line('waiting');
      const { stdout, stderr } = job.child;
      await Promise.all([stdout!, stderr!].map((stream) => once(stream.destroy(), 'close')));
      await job.order();
      expect(await job.exit).toBe(0);
      expect(await result()).toMatchObject({ attempt: 1 });
    });

    test('stopped while its hook onComplete does not end is done', async () => {
      const job = start('hooked', { ...quickly, STP_TRIGGER_EVENT_DATA: '"end"' }, 'hang in onComplete');
      await job.line('onComplete');
      job.child.kill('SIGTERM');
      expect(await job.exit, job.output).toBe(0);
      await isPublished(start, await result());
    });

    test.each([
      ['is at work', 'waits-then-returns'],
      ['is done', 'nothing'],
    ])('cut off, and back and failing when its successor %s, says nothing of it', async (_, successor) => {
      const last = { STP_CURRENT_ATTEMPT: '3' };
      const older = start('hooked', { ...last, STP_TRIGGER_EVENT_DATA: '"wait"' });
      await older.line('waiting');
      const newer = start(successor, { ...last, ...relaunched });
      if (successor === 'nothing') expect(await newer.exit, newer.output).toBe(0);
      else await newer.line('waiting');

      await older.order();
      expect(await older.exit, older.output).toBe(76);
      expect(says(older)).not.toContain('onDeadLetter');
      expect(await execution.json('error.json')).toBeUndefined();
    });

    test('cut off, and back and saving on, stores no more files once it is refused', async () => {
      const older = start('saves-on');
      await older.line('waiting');
      const newer = start('nothing', relaunched);
      expect(await newer.exit, newer.output).toBe(0);
      execution.puts = [];

      await older.order();
      expect(await older.exit, older.output).toBe(76);
      // What it stored before its first save was refused.
      expect(execution.puts.filter((name) => name.startsWith('checkpoint/files/'))).toHaveLength(1);
    });

    test('finds only the result of an earlier start: it publishes that, also if it looks like the first', async () => {
      await execution.put('result.json', '{"rows":12}');
      await isPublished(start, { rows: 12 });
      await isPublished(start, { rows: 12 }, tryAgain);
      await isPublished(start, { rows: 12 }, { STP_EXECUTION_ID: `${EXECUTION}-r1` });
      // A launch whose answer was lost is made again under the same numbers.
      const first = start('nothing');
      expect(await first.exit, first.output).toBe(0);
      expect(await result()).toEqual({ rows: 12 });
    });
  });
}
