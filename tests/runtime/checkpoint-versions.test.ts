import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fence } from '../../longhaul/runtime/fence.ts';
import { Execution } from './job-process.ts';
import { withS3 } from './s3-of.ts';

const execution = new Execution();
beforeEach(() => execution.start());
afterEach(() => execution.stop());

/** The checkpoints of a start that saved 1, 2 and 3. */
async function savedThrice(): Promise<void> {
  await withS3(execution, async (objects) => {
    const launch = { execution: 'an-earlier-one', attempt: 1, interruptions: 0 };
    const fence = new Fence(objects, { bucket: 'bucket', key: execution.prefix }, launch);
    await fence.claim();
    for (const step of [1, 2, 3]) await fence.write({ state: `{"step":${step}}` });
  });
}

/** Where the next start goes on, and what it says about it. */
async function nextStart(): Promise<{ from: unknown; said: string }> {
  const job = execution.run('count', { STP_INTERRUPTIONS: '1' });
  const { from } = await job.line('from');
  job.child.kill('SIGUSR2');
  expect(await job.exit, job.output).toBe(0);
  const errors = job.lines.filter(({ level }) => level === 'ERROR').map(({ message }) => message);
  return { from, said: errors.join('\n') };
}

describe('a checkpoint', () => {
  it('that can be read is continued from, and nothing is said', async () => {
    await savedThrice();
    expect(await nextStart()).toEqual({ from: 3, said: '' });
  });

  it.each([
    ['truncated', (text: string) => text.slice(0, -20)],
    ['empty', () => ''],
    ['no JSON', () => '<html>'],
    ['null', () => 'null'],
    ['not of Longhaul', () => '{"step":3}'],
    ['of files that it does not say', (text: string) => text.replace('"state"', '"files":[{}],"state"')],
    ['of a file that would be elsewhere', (text: string) => text.replace('"state"', `${escaping},"state"`)],
  ])('that is %s falls back to the one before, and says so', async (_, damage) => {
    await savedThrice();
    await execution.put('checkpoint/state.json', damage((await execution.text('checkpoint/state.json'))!));
    const { from, said } = await nextStart();
    expect(from).toBe(2);
    expect(said).toContain(`s3://bucket/${execution.prefix}checkpoint/state.json cannot be read: `);
    expect(said).toMatch(
      /The one before it is used, written at 20\S+Z by attempt 1 with 0 interruptions of an-earlier-one/,
    );
  });

  it('whose predecessor cannot be read either, or is not there, is started over', async () => {
    await savedThrice();
    await execution.put('checkpoint/state.json', '{');
    await execution.put('checkpoint/previous.json', '{"launch":');
    const { from, said } = await nextStart();
    expect(from).toBe(0);
    expect(said).toMatch(/Neither can the one before it: its 10 bytes are no JSON.*starts from the beginning/);

    await execution.remove('result.json');
    await execution.put('checkpoint/state.json', '{');
    expect((await nextStart()).said).toContain('There is none before it. The job starts from the beginning');
  });

  it('that was fallen back to stays the one before until there is a newer one', async () => {
    await savedThrice();
    await execution.put('checkpoint/state.json', '{');
    const job = execution.run('waits-then-returns');
    await job.line('waiting');
    expect((await execution.json('checkpoint/state.json')).state).toEqual({ step: 2 });
    expect((await execution.json('checkpoint/previous.json')).state).toEqual({ step: 2 });
  });

  it('that somebody deleted is no damage: the job starts from the beginning', async () => {
    await savedThrice();
    await execution.remove('checkpoint/state.json');
    expect(await nextStart()).toEqual({ from: 0, said: '' });
  });
});

const escaping = `"files":[${JSON.stringify({ path: '../etc/passwd', sha256: '0'.repeat(64), size: 1, key: 'checkpoint/files/a' })}]`;
