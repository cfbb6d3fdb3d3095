import { describe, expect, test } from 'vitest';
import { output, run } from './world.ts';

// state-choice.html of the Step Functions Developer Guide.

const targets = {
  One: { Type: 'Pass', Output: '{% ["One", $states.input] %}', End: true },
  Two: { Type: 'Pass', Output: '{% ["Two", $states.input] %}', End: true },
  Variables: { Type: 'Pass', Output: '{% {"a": $a, "b": $b} %}', End: true },
};
const choosing = (choice: object) => ({ StartAt: 'Pick', States: { Pick: { Type: 'Choice', ...choice }, ...targets } });

test('the first rule that is true decides, and no later one is looked at', async () => {
  const machine = choosing({
    Choices: [
      { Condition: '{% $states.input > 5 %}', Next: 'One' },
      { Condition: '{% $states.input > 3 %}', Next: 'Two' },
      { Condition: '{% $states.missing %}', Next: 'One' },
    ],
  });
  expect(await output(machine, { input: 6 })).toEqual(['One', 6]);
  expect(await output(machine, { input: 4 })).toEqual(['Two', 4]);
  expect((await run(machine, { input: 2 })).outcome).toMatchObject({
    error: 'States.QueryEvaluationError',
    cause: expect.stringContaining("specified for the field 'Choices[2]/Condition' returned nothing (undefined)."),
  });
});

test('Default is taken when no rule is true', async () => {
  const machine = choosing({ Choices: [{ Condition: '{% false %}', Next: 'One' }], Default: 'Two' });
  expect(await output(machine, { input: 1 })).toEqual(['Two', 1]);
});

test('without Default it fails with States.NoChoiceMatched', async () => {
  const { outcome } = await run(choosing({ Choices: [{ Condition: '{% false %}', Next: 'One' }] }));
  expect(outcome).toEqual({
    status: 'FAILED',
    error: 'States.NoChoiceMatched',
    cause:
      "An error occurred while executing the state 'Pick' (entered at the event id #2). " +
      'Failed to transition out of the state. The state does not point to a next state.',
  });
});

test('a condition that is no boolean is an error, not a match', async () => {
  const { outcome } = await run(choosing({ Choices: [{ Condition: "{% 'true' %}", Next: 'One' }] }));
  expect(outcome).toMatchObject({
    error: 'States.QueryEvaluationError',
    cause: expect.stringContaining("Expected 'boolean', but was 'string' for value: \"true\""),
  });
});

test('a rule has an Output and an Assign of its own', async () => {
  const rule = (Next: string, fields: object) => choosing({ Choices: [{ Condition: '{% true %}', Next, ...fields }] });
  expect(await output(rule('One', { Output: '{% $states.input * 2 %}' }), { input: 4 })).toEqual(['One', 8]);
  expect(await output(rule('Variables', { Assign: { a: '{% $states.input %}', b: 2 } }), { input: 4 })).toEqual({
    a: 4,
    b: 2,
  });
  expect((await run(rule('One', { Output: { v: '{% $none %}' } }))).outcome).toMatchObject({
    cause: expect.stringContaining("the field 'Choices[0]/Output/v'"),
  });
});

describe('the state’s own fields', () => {
  const own = { Assign: { a: 'state', b: 'state' }, Output: 'of the state' };

  test('apply whichever rule matches; those of the rule go before them', async () => {
    // "You can also specify an Assign block at the state level, which applies no matter which choice rule matches."
    const machine = choosing({
      Choices: [{ Condition: '{% true %}', Assign: { b: 'rule' }, Next: 'Variables' }],
      ...own,
    });
    expect(await output(machine)).toEqual({ a: 'state', b: 'rule' });
    expect(await output(choosing({ Choices: [{ Condition: '{% true %}', Next: 'One' }], ...own }))).toEqual([
      'One',
      'of the state',
    ]);
    const both = choosing({ Choices: [{ Condition: '{% true %}', Output: 'of the rule', Next: 'One' }], ...own });
    expect(await output(both)).toEqual(['One', 'of the rule']);
  });

  test('apply to Default', async () => {
    const choices = { Choices: [{ Condition: '{% false %}', Next: 'One' }], ...own };
    expect(await output(choosing({ ...choices, Default: 'Variables' }))).toEqual({ a: 'state', b: 'state' });
    expect(await output(choosing({ ...choices, Default: 'Two' }))).toEqual(['Two', 'of the state']);
  });
});
