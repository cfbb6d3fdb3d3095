/** A checkpoint is the same in either runtime: each goes on from the other's, and steps back for it. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Execution, type JobProcess, PATIENTLY } from '../runtime/job-process.ts';
import { lacking, named, pythonEnvironment, runtime } from './python.ts';

const lack = lacking(['boto3']);
const execution = new Execution();
type Start = (job: string, env?: NodeJS.ProcessEnv) => JobProcess;

const typescript: Start = (job, env) => execution.run(job, env);
const python: Start = (job, env) =>
  execution.runFile([join(runtime, 'tests/jobs.py'), job], { ...pythonEnvironment, ...env }, 'python3');

const relaunched = { STP_INTERRUPTIONS: '1' };
const entry = () => execution.json('checkpoint/state.json');

describe.skipIf(lack)(named('Python and TypeScript', lack), () => {
  beforeEach(() => execution.start());
  afterEach(() => execution.stop());

  const directions: [string, Start, Start][] = [
    ['Python goes on from what TypeScript saved', typescript, python],
    ['TypeScript goes on from what Python saved', python, typescript],
  ];

  test.each(directions)('%s', async (_, first, second) => {
    const older = first('count');
    await expect.poll(entry, PATIENTLY).toMatchObject({ state: { step: expect.any(Number) } });
    older.child.kill('SIGTERM');
    expect(await older.exit, older.output).toBe(75);
    const { step } = await older.line('stopping');
    expect((await entry()).state).toEqual({ step });

    const newer = second('count', relaunched);
    expect((await newer.line('from'))[second === python ? 'step' : 'from']).toBe(step);
    newer.child.kill('SIGUSR2');
    expect(await newer.exit, newer.output).toBe(0);
    expect(await execution.json('result.json')).toMatchObject({ from: step });
    expect(await execution.names()).toEqual(['result.json']);
  });

  test.each(directions)('%s, and the older container stops', async (_, first, second) => {
    const older = first('count');
    await expect.poll(entry, PATIENTLY).toMatchObject({ state: { step: expect.any(Number) } });
    const newer = second('count', relaunched);
    await newer.line('from');
    expect(await older.exit, older.output).toBe(76);
    newer.child.kill('SIGUSR2');
    expect(await newer.exit, newer.output).toBe(0);
  });

  test.each(directions)('%s, its files too', async (_, first, second) => {
    const files = (start: Start, env = {}) => start(start === python ? 'mirrored-files' : 'files', env);
    const older = files(first);
    await older.line('waiting');
    older.child.kill('SIGTERM');
    expect(await older.exit, older.output).toBe(75);

    const newer = files(second, { ...relaunched, STP_TRIGGER_EVENT_DATA: '"end"' });
    expect(await newer.line('restored')).toMatchObject({
      step: 2,
      files: { 'model/weights.bin': 'of step 1', constant: 'always the same', 'log.txt': 'until step 2' },
    });
    expect(await newer.exit, newer.output).toBe(0);
    expect(await execution.json('result.json')).toMatchObject({ 'model/weights.bin': 'of step 3' });
    expect(await execution.names()).toEqual(['result.json']);
  });

  const numbers = [0.1, -0, 5e-324, 1e300, 100000000000000000000, 9007199254740991, 'é😀\ud800', null, { '': [[]] }];

  test.each(directions)('%s, every value of it', async (_, _first, second) => {
    const left = { launch: { execution: execution.environment.STP_EXECUTION_ID, attempt: 1, interruptions: 0 } };
    const state = JSON.stringify(numbers).replace('[0.1,0,', '[0.1,-0,');
    await execution.put(
      'checkpoint/state.json',
      `${JSON.stringify({ ...left, writer: 'x', write: 1, at: '' }).slice(0, -1)},"state":${state}}`,
    );
    const job = second('waits-then-returns', relaunched);
    await job.order();
    expect(await job.exit, job.output).toBe(0);
    expect((await execution.json('result.json')).inherited).toEqual(
      numbers.map((one) => (Object.is(one, -0) ? expect.closeTo(0) : one)),
    );
  });
});
