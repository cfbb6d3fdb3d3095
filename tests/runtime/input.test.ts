import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXECUTION, Execution } from './job-process.ts';

const execution = new Execution();
beforeEach(() => execution.start());
afterEach(() => execution.stop());

describe('a job', () => {
  it('gets its event, and which start of which execution it is', async () => {
    const event = { name: 'wörld', quotes: '"\\', nested: [1.5, null, { a: '😀' }] };
    const env = {
      STP_TRIGGER_EVENT_DATA: JSON.stringify(event),
      STP_CURRENT_ATTEMPT: '2',
      STP_MAXIMUM_ATTEMPTS: '5',
      STP_INTERRUPTIONS: '1',
    };
    const job = execution.run('echo', env);
    expect(await job.exit, job.output).toBe(0);
    expect(await execution.json('result.json')).toEqual({
      input: event,
      event,
      attempt: 2,
      maxAttempts: 5,
      interruptions: 1,
      executionId: EXECUTION,
      uri: `s3://bucket/executions/${EXECUTION}/`,
    });
  });

  it('gets an event that was too large for a variable from S3, whole', async () => {
    const event = Array.from({ length: 200_000 }, (_, index) => ({ index, text: `"zeile" ${index} ✓` }));
    await execution.put('event.json', JSON.stringify(event));
    const uri = `s3://bucket/${execution.prefix}event.json`;
    const job = execution.run('echo', { STP_TRIGGER_EVENT_DATA: undefined, STP_TRIGGER_EVENT_URI: uri });
    expect(await job.exit, job.output).toBe(0);
    expect((await execution.json('result.json')).event).toEqual(event);
  });

  it('is rejected, with the reason, when its event is no longer in S3', async () => {
    const uri = 's3://bucket/executions/gone/event.json';
    const job = execution.run('echo', { STP_TRIGGER_EVENT_DATA: undefined, STP_TRIGGER_EVENT_URI: uri });
    expect(await job.exit).toBe(65);
    expect((await execution.json('error.json')).message).toContain(`${uri} is not there`);
  });

  it('without a schema gets an event that is no JSON as text', async () => {
    const job = execution.run('echo', { STP_TRIGGER_EVENT_DATA: 'plain words' });
    expect(await job.exit, job.output).toBe(0);
    expect((await execution.json('result.json')).input).toBe('plain words');
  });

  it('is rejected before its handler runs when the schema refuses the input, with the path of each problem', async () => {
    const event = { objects: [{ size: 1 }, { size: 'big' }] };
    const job = execution.run('upload', { STP_TRIGGER_EVENT_DATA: JSON.stringify(event) });
    expect(await job.exit).toBe(65);
    const failure = await execution.json('error.json');
    expect(failure).toMatchObject({ name: 'InvalidInputError', outcome: 'rejected', exitCode: 65, attempt: 1 });
    expect(failure.problems.map(({ path }: { path: string }) => path)).toEqual(['bucket', 'objects[1].size']);
    expect(failure.message).toContain('objects[1].size: ');
    expect(job.lines).toContainEqual(expect.objectContaining({ level: 'ERROR', exitCode: 65 }));
    expect(job.lines.map(({ message }) => message)).not.toContain('Job started');
  });

  it('with a schema is rejected when its event is no JSON', async () => {
    const job = execution.run('upload', { STP_TRIGGER_EVENT_DATA: '{"bucket":' });
    expect(await job.exit).toBe(65);
  });

  it('says everything that its environment lacks', async () => {
    const job = execution.run('echo', {
      STP_ARTIFACTS_URI: '/tmp/x',
      STP_CURRENT_ATTEMPT: 'one',
      STP_EXECUTION_ID: '',
    });
    expect(await job.exit).toBe(65);
    expect(job.output).toContain('STP_ARTIFACTS_URI must be s3://bucket/key, not \\"/tmp/x\\"');
    expect(job.output).toContain('STP_CURRENT_ATTEMPT must be a whole number of at least 1, not \\"one\\"');
    expect(job.output).toContain('STP_EXECUTION_ID is missing');
  });

  it('says what to do when it is started by hand', async () => {
    const none = Object.keys(execution.environment).filter((name) => name.startsWith('STP_'));
    const job = execution.run('echo', Object.fromEntries(none.map((name) => [name, undefined])));
    expect(await job.exit).toBe(65);
    expect(job.output).toContain('npm start');
    expect(job.output).toContain('/jobs/echo');
  });

  it('logs lines that carry job, id and attempt, and never the payload', async () => {
    const job = execution.run('echo', { STP_TRIGGER_EVENT_DATA: '{"card":"4000-0000"}', STP_CURRENT_ATTEMPT: '3' });
    await job.exit;
    expect(job.lines.length).toBeGreaterThan(0);
    for (const line of job.lines) expect(line).toMatchObject({ job: 'test', id: EXECUTION, attempt: 3 });
    expect(job.output).not.toContain('4000-0000');
  });
});
