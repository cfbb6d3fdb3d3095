import { readFileSync } from 'node:fs';
import aslValidator from 'asl-validator';
import { describe, expect, test } from 'vitest';
import { DefinitionError, execute, parseDefinition } from '../../longhaul/asl/index.ts';
import { context, hostOf } from './world.ts';

const everything = readFileSync(new URL('everything.asl.yaml', import.meta.url), 'utf8');

/** What is said of a definition that is wrong, its States given. */
function problems(States: object, rest: object = { QueryLanguage: 'JSONata', StartAt: 'A' }): string[] {
  try {
    parseDefinition(JSON.stringify({ ...rest, States }));
  } catch (error) {
    if (error instanceof DefinitionError) return error.problems;
    throw error;
  }
  return [];
}
const pass = { Type: 'Pass', End: true };
const A = (fields: object) => problems({ A: fields });

describe('a definition with every state and field', () => {
  test('is read from YAML and from JSON', () => {
    const definition = parseDefinition(everything);
    expect(Object.keys(definition.States)).toContain('Start');
    expect(parseDefinition(JSON.stringify(definition))).toEqual(definition);
  });

  test('is one for Step Functions too', () => {
    expect(aslValidator(parseDefinition(everything))).toMatchObject({ isValid: true, errors: [] });
  });
});

describe('JSONPath is refused', () => {
  test('when the definition says nothing of its language, which means JSONPath', () => {
    expect(problems({ A: pass }, { StartAt: 'A' })).toEqual([
      '/States/A uses JSONPath, the default; only JSONata is run here: set QueryLanguage: JSONata at the top of the definition or in the state',
    ]);
  });

  test('when it asks for it, as a whole or for a state, also deep inside', () => {
    expect(problems({ A: pass }, { QueryLanguage: 'JSONPath', StartAt: 'A' })).toHaveLength(1);
    expect(A({ ...pass, QueryLanguage: 'JSONPath' })[0]).toContain('/States/A asks for JSONPath');
    const inner = { StartAt: 'B', States: { B: { ...pass, QueryLanguage: 'JSONPath' } } };
    expect(A({ Type: 'Map', ItemProcessor: inner, End: true })[0]).toContain(
      '/States/A/ItemProcessor/States/B asks for JSONPath',
    );
    expect(A({ Type: 'Parallel', Branches: [inner], End: true })[0]).toContain(
      '/States/A/Branches[0]/States/B asks for JSONPath',
    );
  });

  test('not when every state asks for JSONata itself', () => {
    expect(problems({ A: { ...pass, QueryLanguage: 'JSONata' } }, { StartAt: 'A' })).toEqual([]);
  });

  test('where fields belong to it, with what there is instead', () => {
    expect(A({ ...pass, ResultPath: '$.a', InputPath: '$' })).toEqual([
      '/States/A/InputPath belongs to JSONPath; a JSONata state has Arguments',
      '/States/A/ResultPath belongs to JSONPath; a JSONata state has Output',
    ]);
    expect(A({ Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true, Next: 'A' }] })[0]).toContain(
      'a JSONata rule has Condition',
    );
  });
});

describe('what is wrong is said, with where it is and what is accepted', () => {
  test.each<[string, string[], string[]]>([
    [
      'no state of that name',
      A({ Type: 'Pass', Next: 'B' }),
      ['/States/A/Next: there is no state "B" here; there are A'],
    ],
    ['nowhere to start', problems({ B: pass }), ['/StartAt: there is no state "A" here; there are B']],
    [
      'no StartAt',
      problems({ A: pass }, { QueryLanguage: 'JSONata' }),
      ['/StartAt: Invalid input: expected string, received undefined (it is missing)'],
    ],
    ['neither Next nor End', A({ Type: 'Pass' }), ['/States/A: needs Next, or End: true']],
    ['both', A({ Type: 'Pass', Next: 'A', End: true }), ['/States/A: has both Next and End; a state has one of them']],
    [
      'an unknown type',
      A({ Type: 'Sleep' }),
      ['/States/A/Type: must be one of Pass, Task, Choice, Wait, Succeed, Fail, Parallel and Map; it is "Sleep"'],
    ],
    [
      'a field that does not exist',
      A({ ...pass, Outputs: 1 }),
      ['/States/A: "Outputs" is no field here; it may have Type, Comment, QueryLanguage, Assign, Output, Next, End'],
    ],
    [
      'Catch on a Pass state',
      A({ ...pass, Catch: [] }),
      ['/States/A: "Catch" is no field here; it may have Type, Comment, QueryLanguage, Assign, Output, Next, End'],
    ],
    ['no wait', A({ Type: 'Wait', End: true }), ['/States/A: a Wait state has exactly one of Seconds and Timestamp']],
    [
      'a time that is none',
      A({ Type: 'Wait', Timestamp: 'now', End: true }),
      [
        '/States/A/Timestamp: must be a time such as 2026-12-24T08:00:00Z, or a JSONata expression {% … %}; it is "now"',
      ],
    ],
    ['no rules', A({ Type: 'Choice', Choices: [] }), ['/States/A/Choices: must have at least one rule']],
    [
      'a condition that is no expression',
      A({ Type: 'Choice', Choices: [{ Condition: 'x > 1', Next: 'A' }] }),
      ['/States/A/Choices[0]/Condition: must be a JSONata expression {% … %}; it is "x > 1"'],
    ],
    [
      'States.ALL beside others',
      A({ Type: 'Task', Resource: 'r', Retry: [{ ErrorEquals: ['States.ALL', 'E'] }], End: true }),
      ['/States/A/Retry: States.ALL must stand alone in ErrorEquals, and in the last entry of the list'],
    ],
    [
      'States.ALL not at the end',
      A({
        Type: 'Task',
        Resource: 'r',
        Catch: [
          { ErrorEquals: ['States.ALL'], Next: 'A' },
          { ErrorEquals: ['E'], Next: 'A' },
        ],
        End: true,
      }),
      ['/States/A/Catch: States.ALL must stand alone in ErrorEquals, and in the last entry of the list'],
    ],
    [
      'heartbeats, which nobody would send',
      A({ Type: 'Task', Resource: 'r', HeartbeatSeconds: 5, End: true }),
      ['/States/A/HeartbeatSeconds: no task that is run here sends heartbeats: leave it out; it is 5'],
    ],
    [
      'a reserved variable',
      A({ ...pass, Assign: { states: 1 } }),
      ['/States/A/Assign/states: $states is reserved: give the variable another name; it is 1'],
    ],
    [
      'a part of a variable',
      A({ ...pass, Assign: { 'x.y': 1 } }),
      [
        '/States/A/Assign/x.y: a variable is named by a letter, then letters, digits and underscores, 80 characters at most; it is 1',
      ],
    ],
    [
      'an expression with something around it',
      A({ ...pass, Output: 'a {% 1 %}' }),
      [
        '/States/A/Output: an expression starts with {% and ends with %}, with nothing before and after; this is "a {% 1 %}"',
      ],
    ],
    [
      'JSONata that cannot be parsed',
      A({ ...pass, Output: { a: ['{% 1 + %}'] } }),
      ['/States/A/Output/a[0]: the JSONata cannot be parsed: Unexpected end of expression (at character 3)'],
    ],
    [
      'JSONata that is too new',
      A({ ...pass, Output: '{% $a ?? $b ?: 1 %}' }),
      [
        '/States/A/Output: the operator ?: is not in JSONata 2.0.6, which Step Functions has; in $a ?? $b ?: 1',
        '/States/A/Output: the operator ?? is not in JSONata 2.0.6, which Step Functions has; in $a ?? $b ?: 1',
      ],
    ],
    [
      'a result where there is none',
      A({ ...pass, Output: '{% $states.result %}' }),
      [
        '/States/A/Output: $states.result cannot be read here; it is there in Assign and Output of Task, Parallel and Map states',
      ],
    ],
    [
      'an error where there is none',
      A({ Type: 'Task', Resource: 'r', Output: '{% $states.errorOutput %}', End: true }),
      ['/States/A/Output: $states.errorOutput cannot be read here; it is there in Assign and Output of a Catch'],
    ],
    [
      'a distributed Map',
      A({
        Type: 'Map',
        ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' }, StartAt: 'B', States: { B: pass } },
        End: true,
      }),
      [
        '/States/A/ItemProcessor/ProcessorConfig/Mode: must be INLINE: a distributed Map is not run here; it is "DISTRIBUTED"',
      ],
    ],
    [
      'two states of one name',
      A({ Type: 'Parallel', Branches: [{ StartAt: 'A', States: { A: pass } }], End: true }),
      ['/States/A/Branches[0]/States/A: the name is taken by /States/A'],
    ],
    [
      'a Next that leaves its branch',
      A({ Type: 'Parallel', Branches: [{ StartAt: 'B', States: { B: { Type: 'Pass', Next: 'A' } } }], End: true }),
      ['/States/A/Branches[0]/States/B/Next: there is no state "A" here; there are B'],
    ],
    [
      'Credentials without a role',
      A({ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Credentials: {}, End: true }),
      ['/States/A/Credentials/RoleArn: is required: the role that the task is called with (it is missing)'],
    ],
    [
      'a variable of an outer scope',
      A({
        Type: 'Parallel',
        Assign: { x: 1 },
        Branches: [{ StartAt: 'B', States: { B: { ...pass, Assign: { x: 2 } } } }],
        End: true,
      }),
      ['/States/A/Branches[0]/States/B/Assign/x: a state outside assigns $x; take another name'],
    ],
  ])('%s', (_, said, expected) => {
    expect(said).toEqual(expected);
  });

  test('all at once', () => {
    expect(problems({ A: { Type: 'Pass', Next: 'B' }, C: { Type: 'Pass' } })).toHaveLength(2);
  });

  test('text that is no YAML, and YAML that is no object', () => {
    expect(() => parseDefinition('{ "StartAt": ')).toThrow('it cannot be read as YAML or JSON');
    expect(() => parseDefinition('- a')).toThrow('it must be an object with StartAt and States; it is ["a"]');
    expect(() => parseDefinition('')).toThrow(DefinitionError);
  });
});

// Recorded: localstack/localstack, test_parallel_catch_error[PARALLEL_CATCH_ERROR_VARIABLE_SAMPLING].
test('the own Catch of a Parallel may assign what its branches assign', () => {
  const branch = { StartAt: 'B', States: { B: { ...pass, Assign: { x: 1 } } } };
  const Catch = [{ ErrorEquals: ['States.ALL'], Assign: { x: 2 }, Next: 'C' }];
  expect(problems({ A: { Type: 'Parallel', Branches: [branch], Catch, Next: 'C' }, C: pass })).toEqual([]);
});

test('a state that nothing leads to is no error, and neither are names that objects have', async () => {
  const text = JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: 'constructor',
    States: {
      constructor: { Type: 'Pass', Assign: { toString: 1 }, Next: 'valueOf' },
      valueOf: { Type: 'Succeed' },
      Unreached: pass,
    },
  });
  const outcome = await execute(parseDefinition(text), {
    input: 1,
    context,
    host: hostOf({}),
    signal: new AbortController().signal,
  });
  expect(outcome).toEqual({ status: 'SUCCEEDED', output: 1 });
  expect(problems({ A: { Type: 'Pass', Next: 'toString' } })).toHaveLength(1);
});
