import { describe, expect, test } from 'vitest';
import { only, output, run } from './world.ts';

// workflow-variables.html of the Step Functions Developer Guide.

const resource = 'arn:aws:states:::sqs:sendMessage';

test('all of an Assign is evaluated with the values from before the state', async () => {
  // "Evaluation order in an assign field", with its numbers.
  const machine = {
    StartAt: 'Set',
    States: {
      Set: { Type: 'Pass', Assign: { x: 3, a: 6 }, Next: 'Swap' },
      Swap: { Type: 'Pass', Assign: { x: '{% $a %}', nextX: '{% $x %}' }, Output: '{% $x %}', Next: 'Look' },
      Look: { Type: 'Pass', Output: ['{% $states.input %}', '{% $x %}', '{% $nextX %}'], End: true },
    },
  };
  expect(await output(machine)).toEqual([3, 6, 3]);
});

test('a variable cannot be read before the state after the one that assigns it', async () => {
  const machine = only({ Type: 'Pass', Assign: { x: 1 }, Output: '{% $x %}', End: true });
  expect((await run(machine)).outcome).toMatchObject({ error: 'States.QueryEvaluationError' });
});

test('Task, Wait, Choice and Pass states assign; a task its result', async () => {
  const machine = {
    StartAt: 'Task',
    States: {
      Task: {
        Type: 'Task',
        Resource: resource,
        Assign: { task: '{% $states.result.id %}' },
        Output: 'out',
        Next: 'Wait',
      },
      Wait: { Type: 'Wait', Seconds: 1, Assign: { wait: '{% $states.input %}' }, Next: 'Choice' },
      Choice: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Assign: { rule: '{% $wait %}' }, Next: 'Look' }] },
      Look: { Type: 'Pass', Output: '{% [$task, $wait, $rule] %}', End: true },
    },
  };
  expect(await output(machine, { run: async () => ({ id: 7 }) })).toEqual([7, 'out', 'out']);
});

describe('scope', () => {
  const branch = (States: object, StartAt = 'Inner') => ({ StartAt, States });

  test('branches and iterations read variables from outside, and keep their own to themselves', async () => {
    const machine = {
      StartAt: 'Set',
      States: {
        Set: { Type: 'Pass', Assign: { outside: 1 }, Next: 'Parallel' },
        Parallel: {
          Type: 'Parallel',
          Branches: [
            branch({
              Inner: { Type: 'Pass', Assign: { inside: '{% $outside + 1 %}' }, Next: 'Map' },
              Map: {
                Type: 'Map',
                Items: [10, 20],
                ItemProcessor: branch(
                  { Deep: { Type: 'Pass', Output: '{% $states.input + $inside + $outside %}', End: true } },
                  'Deep',
                ),
                End: true,
              },
            }),
            branch({ Other: { Type: 'Pass', Output: '{% $exists($inside) %}', End: true } }, 'Other'),
          ],
          Assign: { result: '{% $states.result %}' },
          Next: 'Look',
        },
        Look: { Type: 'Pass', Output: '{% {"result": $result, "inside": $exists($inside)} %}', End: true },
      },
    };
    expect(await output(machine)).toEqual({ result: [[13, 23], false], inside: false });
  });

  test('a Catch of a Parallel state assigns outside', async () => {
    const machine = {
      StartAt: 'Set',
      States: {
        Set: { Type: 'Pass', Assign: { error: 'none' }, Next: 'Parallel' },
        Parallel: {
          Type: 'Parallel',
          Branches: [branch({ Inner: { Type: 'Fail', Error: 'Broken', Cause: 'a glass' } })],
          Catch: [{ ErrorEquals: ['Broken'], Assign: { error: '{% $states.errorOutput.Cause %}' }, Next: 'Look' }],
          End: true,
        },
        Look: { Type: 'Pass', Output: '{% [$error, $states.input] %}', End: true },
      },
    };
    expect(await output(machine)).toEqual(['a glass', { Error: 'Broken', Cause: 'a glass' }]);
  });
});

test('a variable keeps null and lists of one item', async () => {
  const machine = {
    StartAt: 'Set',
    States: {
      Set: { Type: 'Pass', Assign: { none: null, one: '{% [1] %}' }, Next: 'Look' },
      Look: { Type: 'Pass', Output: { none: '{% $none %}', one: '{% $one %}' }, End: true },
    },
  };
  expect(await output(machine)).toEqual({ none: null, one: [1] });
});
