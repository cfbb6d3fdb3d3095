import { expect, test } from 'vitest';
import { StateError } from '../../longhaul/asl/index.ts';
import { run } from './world.ts';

// concepts-error-handling.html of the Step Functions Developer Guide, "Fallback states".

const resource = 'arn:aws:states:::lambda:invoke';

const catching = (Catch: object[], fields: object = {}) => ({
  StartAt: 'Set',
  States: {
    Set: { Type: 'Pass', Assign: { before: 1 }, Next: 'Task' },
    Task: { Type: 'Task', Resource: resource, ...fields, Catch, Next: 'Unreached' },
    Unreached: { Type: 'Fail', Error: 'Unreached' },
    Look: { Type: 'Pass', Output: '{% {"input": $states.input, "before": $before} %}', End: true },
  },
});
const fails = (error: string) => ({
  run: () => Promise.reject(new StateError(error, 'the cause')),
  input: { in: 1 },
});

test('goes on with the error output', async () => {
  const { outcome } = await run(catching([{ ErrorEquals: ['States.ALL'], Next: 'Look' }]), fails('E'));
  expect(outcome).toMatchObject({ output: { input: { Error: 'E', Cause: 'the cause' } } });
});

test('has Output and Assign of its own, that see error output and input', async () => {
  const Catch = [
    {
      ErrorEquals: ['E'],
      Next: 'Look',
      Output: { error: '{% $states.errorOutput.Error %}', in: '{% $states.input.in %}' },
      Assign: { before: '{% $before + 1 %}' },
    },
  ];
  const { outcome, events } = await run(catching(Catch), fails('E'));
  expect(outcome).toMatchObject({ output: { input: { error: 'E', in: 1 }, before: 2 } });
  expect(events.find(({ type }) => type === 'TaskStateExited')).toMatchObject({
    stateExitedEventDetails: { assignedVariables: { before: '2' } },
  });
});

test('the first that matches is taken, after the retries are used up', async () => {
  const Catch = [
    { ErrorEquals: ['A', 'B'], Output: 'first', Next: 'Look' },
    { ErrorEquals: ['States.ALL'], Output: 'second', Next: 'Look' },
  ];
  const fields = { Retry: [{ ErrorEquals: ['B'], MaxAttempts: 1 }] };
  const ofB = await run(catching(Catch, fields), fails('B'));
  expect(ofB.outcome).toMatchObject({ output: { input: 'first' } });
  expect(ofB.events.filter(({ type }) => type === 'TaskFailed')).toHaveLength(2);
  expect((await run(catching(Catch), fails('C'))).outcome).toMatchObject({ output: { input: 'second' } });
});

test('an error that no catcher names fails the execution', async () => {
  const { outcome } = await run(catching([{ ErrorEquals: ['A'], Next: 'Look' }]), fails('B'));
  expect(outcome).toMatchObject({ status: 'FAILED', error: 'B' });
});

test('catches what cannot be evaluated in the state', async () => {
  const Catch = [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'Look' }];
  for (const fields of [{ Arguments: '{% $none %}' }, { Output: '{% $none %}' }, { Assign: { x: '{% $none %}' } }]) {
    const { outcome } = await run(catching(Catch, fields), { run: async () => 1 });
    expect(outcome).toMatchObject({
      output: {
        input: {
          Error: 'States.QueryEvaluationError',
          Cause: expect.stringMatching(
            /^An error occurred while executing the state 'Task' \(entered at the event id #4\)\. /,
          ),
        },
      },
    });
  }
});

test('what cannot be evaluated in the catcher itself fails the execution', async () => {
  const Catch = [
    { ErrorEquals: ['A'], Next: 'Look' },
    { ErrorEquals: ['States.ALL'], Output: { v: '{% $none %}' }, Next: 'Look' },
  ];
  expect((await run(catching(Catch), fails('E'))).outcome).toMatchObject({
    error: 'States.QueryEvaluationError',
    cause: expect.stringContaining("the field 'Catch[1]/Output/v' returned nothing"),
  });
});

// Recorded: localstack/localstack, test_service_task_lambada_catch_state_all_data_limit_exceeded_on_large_utf8_response.
test('States.ALL catches that the result of a task is too large', async () => {
  const { outcome } = await run(catching([{ ErrorEquals: ['States.ALL'], Next: 'Look' }]), {
    run: async () => 'a'.repeat(262_144),
  });
  expect(outcome).toMatchObject({ output: { input: { Error: 'States.DataLimitExceeded' } } });
});

test('States.ALL does not catch that what a task is given is too large', async () => {
  const Arguments = "{% $pad('a', 270000, 'a') %}";
  const { outcome } = await run(catching([{ ErrorEquals: ['States.ALL'], Next: 'Look' }], { Arguments }), {
    run: async () => 1,
  });
  expect(outcome).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
});
