import { describe, expect, test } from 'vitest';
import { only, output, run, start } from './world.ts';

describe('Wait', () => {
  const waited = async (fields: object, input = {}) =>
    (await run(only({ Type: 'Wait', ...fields, End: true }), { input })).seconds;

  test('waits for seconds, given or computed', async () => {
    expect(await waited({ Seconds: 10 })).toBe(10);
    expect(await waited({ Seconds: '{% $states.input.n * 60 %}' }, { n: 2 })).toBe(120);
    expect(await waited({ Seconds: 0 })).toBe(0);
  });

  test('waits until a time, given or computed; not at all when it has passed', async () => {
    expect(await waited({ Timestamp: '2026-01-02T03:05:05.600Z' })).toBe(60);
    expect(await waited({ Timestamp: '2026-01-02T04:05:05.6+01:00' })).toBe(60);
    expect(await waited({ Timestamp: '{% $states.input.at %}' }, { at: '2026-01-03T03:04:05.600Z' })).toBe(86_400);
    expect(await waited({ Timestamp: '2020-01-01T00:00:00Z' })).toBe(0);
  });

  test('hands its input on, or what Output says', async () => {
    expect(await output(only({ Type: 'Wait', Seconds: 1, End: true }), { input: [1] })).toEqual([1]);
    expect(await output(only({ Type: 'Wait', Seconds: 1, Output: '{% $millis() %}', End: true }))).toBe(start + 1000);
  });

  test('a time that is none, and a fraction of seconds, fail it', async () => {
    const { outcome: refused } = await run(
      only({ Type: 'Wait', Timestamp: "{% '2016-12-05 21:29:29Z' %}", End: true }),
    );
    expect(refused).toMatchObject({
      cause:
        "An error occurred while executing the state 'State' (entered at the event id #2). " +
        'The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: 2016-12-05 21:29:29Z',
    });
    for (const fields of [{ Timestamp: "{% 'tomorrow' %}" }, { Timestamp: '{% 5 %}' }, { Seconds: '{% 1.5 %}' }]) {
      const { outcome } = await run(only({ Type: 'Wait', ...fields, End: true }));
      expect(outcome).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    }
  });
});

describe('Succeed', () => {
  test('ends the execution with its input, or what Output says', async () => {
    expect(await output(only({ Type: 'Succeed' }), { input: { a: 1 } })).toEqual({ a: 1 });
    expect(
      await output(only({ Type: 'Succeed', Output: { b: '{% $states.input.a %}' } }), { input: { a: 1 } }),
    ).toEqual({ b: 1 });
  });
});

describe('Fail', () => {
  test('ends the execution with an error and a cause, given or computed', async () => {
    const machine = only({
      Type: 'Fail',
      Error: '{% $states.input.name %}',
      Cause: "{% 'because of ' & $states.input.why %}",
    });
    expect((await run(machine, { input: { name: 'Job.Failed', why: 'rain' } })).outcome).toEqual({
      status: 'FAILED',
      error: 'Job.Failed',
      cause: 'because of rain',
    });
    expect((await run(only({ Type: 'Fail' }))).outcome).toEqual({ status: 'FAILED' });
  });

  test('an expression that fails takes the place of the error', async () => {
    expect((await run(only({ Type: 'Fail', Error: '{% $none %}', Cause: 'x' }))).outcome).toMatchObject({
      error: 'States.QueryEvaluationError',
      cause: expect.stringContaining("the field 'Error' returned nothing"),
    });
    expect((await run(only({ Type: 'Fail', Error: 'E', Cause: '{% 5 %}' }))).outcome).toMatchObject({
      error: 'States.QueryEvaluationError',
      cause: expect.stringContaining("Expected 'string', but was 'number' for value: 5"),
    });
  });
});

test('an execution that takes longer than the TimeoutSeconds of the definition is TIMED_OUT', async () => {
  const { outcome, events, seconds } = await run({
    TimeoutSeconds: 30,
    ...only({ Type: 'Wait', Seconds: 31, End: true }),
  });
  expect(outcome).toEqual({ status: 'TIMED_OUT' });
  expect(seconds).toBe(30);
  expect(events.at(-1)?.type).toBe('ExecutionTimedOut');
});
