import { describe, expect, test } from 'vitest';
import { evaluate, failure, only, output, run } from './world.ts';

// transforming-data.html and input-output-contextobject.html of the Step Functions Developer Guide, unless said otherwise.

describe('what is evaluated', () => {
  test('strings between {% and %} at any depth; everything else is literal', async () => {
    const Output = {
      title: '{% $states.input.title %}',
      literal: '$customerName',
      list: [1, '{% 1 + 1 %}', { deep: ['{% $uppercase("a") %}', null, true] }],
      'path.$': '$.title',
    };
    expect(await output(only({ Type: 'Pass', Output, End: true }), { input: { title: 'Doctor' } })).toEqual({
      title: 'Doctor',
      literal: '$customerName',
      list: [1, 2, { deep: ['A', null, true] }],
      'path.$': '$.title',
    });
  });

  test('Output may be any JSON value, or one expression', async () => {
    for (const value of [true, 42, 'text', null, [], {}]) {
      expect(await output(only({ Type: 'Pass', Output: value, End: true }))).toEqual(value);
    }
    expect(await evaluate('$states.input.products[calories=0].name', { products: [{ calories: 0, name: 'a' }] })).toBe(
      'a',
    );
  });

  test('an explicit null is a value', async () => {
    expect(await evaluate('{"a": null, "b": [null]}')).toEqual({ a: null, b: [null] });
    expect(await evaluate('$states.input.nothing', { nothing: null })).toBe(null);
  });

  test('input comes through as it was, lists of one item too', async () => {
    expect(await evaluate('$states.input', [5])).toEqual([5]);
    expect(await evaluate('$states.input.list', { list: ['one'] })).toEqual(['one']);
  });

  test('a number that JSON cannot write becomes the string for it', async () => {
    expect(await evaluate('{"a": 1/0, "b": [-1/0]}')).toEqual({ a: 'Infinity', b: ['-Infinity'] });
  });

  test('a Pass state without Output hands its input on', async () => {
    expect(await output(only({ Type: 'Pass', End: true }), { input: { a: 1 } })).toEqual({ a: 1 });
  });
});

describe('expressions that fail the state with States.QueryEvaluationError', () => {
  const prefix = "An error occurred while executing the state 'State' (entered at the event id #2). ";

  test('one that gives nothing, with the field that it stands in', async () => {
    expect(await failure('$states.input.missing')).toEqual({
      status: 'FAILED',
      error: 'States.QueryEvaluationError',
      cause: `${prefix}The JSONata expression '$states.input.missing' specified for the field 'Output' returned nothing (undefined).`,
    });
    const { outcome } = await run(only({ Type: 'Pass', Output: { a: { b: [[1, '{% $none %}']] } }, End: true }));
    expect(outcome).toMatchObject({
      cause: `${prefix}The JSONata expression '$none' specified for the field 'Output/a/b[0][1]' returned nothing (undefined).`,
    });
  });

  test('one that throws, with the code of JSONata', async () => {
    expect(await failure('$states.input.x + 1', { x: 'a' })).toMatchObject({
      error: 'States.QueryEvaluationError',
      cause: `${prefix}The JSONata expression '$states.input.x + 1' specified for the field 'Output' threw an error during evaluation. T2001: The left side of the "+" operator must evaluate to a number`,
    });
    expect((await failure("$error('no good')")).cause).toContain('threw an error during evaluation. D3137: no good');
  });

  test('one whose result is no JSON', async () => {
    for (const expression of ['$sum', 'function($x){$x}', '{"f": function(){1}}']) {
      expect(await failure(expression)).toMatchObject({
        error: 'States.QueryEvaluationError',
        cause: expect.stringContaining('returned an unsupported result type.'),
      });
    }
  });

  test('one that recurses without end, or too deep', async () => {
    expect((await failure('($f := function($x){1 + $f($x)}; $f(1))')).cause).toContain(
      'threw an error during evaluation: Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive',
    );
  });

  test('a value out of range of its field', async () => {
    const { outcome } = await run(only({ Type: 'Wait', Seconds: '{% -5 %}', End: true }));
    expect(outcome).toMatchObject({ error: 'States.QueryEvaluationError', cause: expect.stringContaining('-5') });
  });

  test('a type that the field does not accept', async () => {
    const { outcome } = await run(only({ Type: 'Wait', Seconds: "{% 'soon' %}", End: true }));
    expect(outcome).toMatchObject({
      error: 'States.QueryEvaluationError',
      cause: `${prefix}The JSONata expression ''soon'' specified for the field 'Seconds' returned an unexpected result type. Expected 'number', but was 'string' for value: "soon"`,
    });
  });
});

describe('the context object', () => {
  test('has execution, state machine and state', async () => {
    const { events, outcome } = await run(
      { StartAt: 'Look', States: { Look: { Type: 'Pass', Output: '{% $states.context %}', End: true } } },
      { input: { a: 1 } },
    );
    expect(events).toHaveLength(4);
    expect(outcome).toEqual({
      status: 'SUCCEEDED',
      output: {
        Execution: {
          Id: 'arn:aws:states:eu-west-1:000000000000:execution:machine:one',
          Input: { a: 1 },
          Name: 'one',
          RoleArn: 'arn:aws:iam::000000000000:role/machine',
          // "trailing zeros are removed" from fractional seconds
          StartTime: '2026-01-02T03:04:05.6Z',
          RedriveCount: 0,
        },
        State: { EnteredTime: '2026-01-02T03:04:05.6Z', Name: 'Look', RetryCount: 0 },
        StateMachine: { Id: 'arn:aws:states:eu-west-1:000000000000:stateMachine:machine', Name: 'machine' },
      },
    });
  });

  test('has the execution’s input in every state, and the time when the state was entered', async () => {
    const machine = {
      StartAt: 'Wait',
      States: {
        Wait: { Type: 'Wait', Seconds: 90, Output: {}, Next: 'Look' },
        Look: {
          Type: 'Pass',
          Output: ['{% $states.context.Execution.Input.a %}', '{% $states.context.State.EnteredTime %}'],
          End: true,
        },
      },
    };
    expect(await output(machine, { input: { a: 7 } })).toEqual([7, '2026-01-02T03:05:35.6Z']);
  });
});

describe('the limit of 256 KiB', () => {
  const text = (bytes: number) => 'é'.repeat(bytes / 2 - 1);

  test('a state may put out 262,144 bytes of UTF-8 and not one more', async () => {
    const whole = `${text(262_144)}`;
    expect(await evaluate('$states.input', whole)).toBe(whole);
    const machine = only({ Type: 'Pass', Output: "{% $states.input & 'a' %}", End: true });
    expect((await run(machine, { input: whole })).outcome).toEqual({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
      cause:
        "The state/task 'State' returned a result with a size exceeding the maximum number of bytes service limit.",
    });
  });

  test('all variables of one Assign, and the input of the execution, are held to it', async () => {
    const machine = only({
      Type: 'Pass',
      Assign: { a: '{% $states.input %}', b: '{% $states.input %}' },
      Output: 1,
      End: true,
    });
    expect((await run(machine, { input: text(200_000) })).outcome).toMatchObject({ error: 'States.DataLimitExceeded' });
    expect((await run(only({ Type: 'Succeed' }), { input: text(262_146) })).outcome).toMatchObject({
      error: 'States.DataLimitExceeded',
    });
  });
});
