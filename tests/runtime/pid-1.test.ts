import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lacking, named, pythonEnvironment, runtime } from '../python/python.ts';
import { Execution, type JobProcess } from './job-process.ts';

/** As a container has it: a PID namespace in which the job is process 1, and a /proc of that. */
const NAMESPACE = ['--map-root-user', '--pid', '--fork', '--mount-proc', '--kill-child'];
const permitted = spawnSync('unshare', [...NAMESPACE, 'true']).status === 0;

const execution = new Execution();
beforeEach(() => execution.start());
afterEach(() => execution.stop());

function asPid1(job: string, env: NodeJS.ProcessEnv = {}): JobProcess {
  const jobs = join(import.meta.dirname, 'jobs.ts');
  return execution.runFile([...NAMESPACE, process.execPath, jobs, job], env, 'unshare');
}

const pythonAsPid1 = (job: string): JobProcess =>
  execution.runFile([...NAMESPACE, 'python3', join(runtime, 'tests/jobs.py'), job], pythonEnvironment, 'unshare');

const lack = lacking(['boto3']);

/** Sends a signal to process 1 of the namespace, as a container service does from outside. */
function signal({ child }: JobProcess, name: NodeJS.Signals): void {
  const inside = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
  process.kill(Number(inside), name);
}

describe.skipIf(!permitted)('a job that is process 1 of its container (skipped where unshare is not permitted)', () => {
  it.for([
    ['TypeScript', asPid1, undefined],
    ['Python', pythonAsPid1, lack],
  ] as const)('saves its checkpoint on SIGTERM and exits 75: %s', async ([language, start, lack], { skip }) => {
    if (lack) skip(named(language, lack));
    const job = start('count');
    await job.line('from');
    signal(job, 'SIGTERM');
    expect(await job.exit, job.output).toBe(75);
    const { step } = await job.line('stopping');
    expect((await execution.json('checkpoint/state.json')).state).toEqual({ step });
  });

  it('is not disturbed by processes that its children left to it', async () => {
    const job = asPid1('leaves-orphans');
    expect(await job.line('waiting')).toMatchObject({ pid: 1, zombies: 3 });
    signal(job, 'SIGTERM');
    expect(await job.exit, job.output).toBe(75);
    expect((await execution.json('checkpoint/state.json')).state).toEqual({ step: 9 });
  });

  it('ends when it is done, though it left something open', async () => {
    const job = asPid1('leaves-everything-open');
    expect(await job.exit, job.output).toBe(0);
    expect(await execution.json('result.json')).toBe('done');
  });

  it('is ended with 75 before it would be killed when it does not react', async () => {
    const job = asPid1('saved-then-deaf', { STP_STOP_TIMEOUT_SECONDS: '1' });
    await job.line('waiting');
    signal(job, 'SIGTERM');
    expect(await job.exit, job.output).toBe(75);
  });
});
