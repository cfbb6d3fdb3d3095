import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXECUTION, Execution, PATIENTLY } from './job-process.ts';

const execution = new Execution();
beforeEach(() => execution.start());
afterEach(() => execution.stop());

const relaunched = { STP_INTERRUPTIONS: '1' };
const entry = () => execution.json('checkpoint/state.json');

describe('of two containers of one execution', () => {
  it("the older one is refused its next checkpoint and stops; result and checkpoint are the newer one's", async () => {
    const older = execution.run('count');
    await expect.poll(entry, PATIENTLY).toMatchObject({ state: { step: expect.any(Number) } });
    const newer = execution.run('count', relaunched);
    const { from } = await newer.line('from');

    expect(await older.exit, older.output).toBe(76);
    expect(older.output).toContain(`was superseded by attempt 1 with 1 interruption of ${EXECUTION}`);
    expect((await entry()).launch).toEqual({ execution: EXECUTION, attempt: 1, interruptions: 1 });
    expect(await execution.names()).toEqual(['checkpoint/previous.json', 'checkpoint/state.json']);

    newer.child.kill('SIGUSR2');
    expect(await newer.exit, newer.output).toBe(0);
    expect(await execution.json('result.json')).toMatchObject({ from });
  });

  it('the older one cannot deliver a result, though it never saved a checkpoint', async () => {
    const older = execution.run('waits-then-returns');
    await older.line('waiting');
    const newer = execution.run('waits-then-returns', relaunched);
    await newer.line('waiting');

    await older.order();
    expect(await older.exit, older.output).toBe(76);
    expect(await execution.json('result.json')).toBeUndefined();
    expect(await execution.json('error.json')).toBeUndefined();

    await newer.order();
    expect(await newer.exit, newer.output).toBe(0);
    expect(await execution.json('result.json')).toMatchObject({ interruptions: 1 });
  });

  it('the older one cannot deliver a result after the newer one has, either', async () => {
    const older = execution.run('waits-then-returns');
    await older.line('waiting');
    const newer = execution.run('waits-then-returns', relaunched);
    await newer.order();
    expect(await newer.exit, newer.output).toBe(0);

    await older.order();
    expect(await older.exit, older.output).toBe(76);
    expect(await execution.json('result.json')).toMatchObject({ interruptions: 1 });
  });

  it('the older one does not begin when it comes up last', async () => {
    const newer = execution.run('waits-then-returns', relaunched);
    await newer.line('waiting');
    const older = execution.run('waits-then-returns');
    expect(await older.exit, older.output).toBe(76);
    expect(older.lines.map(({ message }) => message)).not.toContain('waiting');
  });

  it('the one that was started again under the same numbers goes on', async () => {
    const first = execution.run('waits-then-returns');
    await first.line('waiting');
    const again = execution.run('waits-then-returns');
    await again.line('waiting');
    await first.order();
    expect(await first.exit, first.output).toBe(76);
    await again.order();
    expect(await again.exit, again.output).toBe(0);
  });
});

describe('a start that finds what an earlier one left', () => {
  const left = (content: object) =>
    execution.put(
      'checkpoint/state.json',
      JSON.stringify({
        launch: { execution: EXECUTION, attempt: 4, interruptions: 3 },
        writer: 'another',
        write: 9,
        at: '2026-01-02T03:04:05.000Z',
        ...content,
      }),
    );

  it('continues as a resumed execution, whose attempts count from one again', async () => {
    await left({ state: { step: 41 } });
    const resumed = execution.run('waits-then-returns', { STP_EXECUTION_ID: `${EXECUTION}-r1` });
    await resumed.order();
    expect(await resumed.exit, resumed.output).toBe(0);
    expect(await execution.json('result.json')).toMatchObject({ attempt: 1, inherited: { step: 41 } });
  });

  it.each([
    ['after an interruption in the last moment', relaunched],
    ['after a launch whose answer was lost', {}],
  ])('does not work again when only the result is left, as %s', async (_, numbers) => {
    await execution.put('result.json', '{"rows":12}');
    const job = execution.run('waits-then-returns', numbers);
    expect(await job.exit, job.output).toBe(0);
    expect(await execution.names()).toEqual(['result.json']);
    expect(await execution.json('result.json')).toEqual({ rows: 12 });
  });

  it('publishes a result that was not published yet, and does not work again', async () => {
    await left({ result: { rows: 12 } });
    const job = execution.run('waits-then-returns', { STP_CURRENT_ATTEMPT: '5', STP_INTERRUPTIONS: '3' });
    expect(await job.exit, job.output).toBe(0);
    expect(await execution.names()).toEqual(['result.json']);
    expect(await execution.json('result.json')).toEqual({ rows: 12 });
  });
});
