import { expect, test } from 'vitest';
import { type Json, StateError, type TaskRequest } from '../../longhaul/asl/index.ts';
import { only, output, run, settled } from './world.ts';

// state-map.html and state-map-inline.html of the Step Functions Developer Guide.

const resource = 'arn:aws:states:::lambda:invoke';
const task = { Type: 'Task', Resource: resource, End: true };
const one = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } });

/** Tasks that go on until the test ends them. */
function pending() {
  const open: (TaskRequest & { resolve(result: Json): void; reject(error: StateError): void })[] = [];
  const run = (request: TaskRequest) =>
    new Promise<Json>((resolve, reject) => {
      open.push({ ...request, resolve, reject });
    });
  return { open, run };
}

const mapping = (fields: object, state: object = { Type: 'Pass', End: true }) =>
  only({
    Type: 'Map',
    ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...one('Item', state) },
    ...fields,
    End: true,
  });

test('runs its states for each item, and gives the outputs in order', async () => {
  const wait = { Type: 'Wait', Seconds: '{% 10 - $states.input %}', Output: '{% $states.input * 2 %}', End: true };
  expect(await output(mapping({ Items: '{% $states.input.list %}' }, wait), { input: { list: [1, 5, 3] } })).toEqual([
    2, 10, 6,
  ]);
});

test('takes items from a literal list with expressions, from its input, or the members of an object', async () => {
  expect(await output(mapping({ Items: [1, '{% $states.input %}', 3] }), { input: 2 })).toEqual([1, 2, 3]);
  expect(await output(mapping({}), { input: ['a'] })).toEqual(['a']);
  expect(await output(mapping({ Items: [] }))).toEqual([]);
  const byKey = mapping({
    Items: '{% $states.input %}',
    ItemSelector: "{% $states.context.Map.Item.Key & '=' & $states.context.Map.Item.Value %}",
  });
  expect(await output(byKey, { input: { a: 1, b: 2 } })).toEqual(['a=1', 'b=2']);
});

test('ItemSelector makes the input of each iteration; the context object keeps the item in all its states', async () => {
  const machine = mapping(
    {
      Items: '{% $states.input.list %}',
      ItemSelector: { place: '{% $states.context.Map.Item.Index %}', all: '{% $count($states.input.list) %}' },
    },
    { Type: 'Pass', Output: '{% [$states.input, $states.context.Map.Item.Value] %}', End: true },
  );
  expect(await output(machine, { input: { list: ['x', 'y'] } })).toEqual([
    [{ place: 0, all: 2 }, 'x'],
    [{ place: 1, all: 2 }, 'y'],
  ]);
});

test('a range of one number fails it, and so does an input that is no list', async () => {
  expect((await run(mapping({ Items: '{% $range(1, 9, 9) %}' }))).outcome).toMatchObject({
    error: 'States.QueryEvaluationError',
    cause: expect.stringContaining("Expected 'array', but was 'number' for value: 1"),
  });
  // Recorded: localstack/localstack, test_map_state_items_input_types.
  const { outcome, events } = await run(mapping({}), { input: 1 });
  expect(outcome).toEqual({
    status: 'FAILED',
    error: 'States.QueryEvaluationError',
    cause:
      "An error occurred while executing the state 'State' (entered at the event id #2). Map state input must be an array but was: 1",
  });
  expect(events[2]?.evaluationFailedEventDetails).not.toHaveProperty('location');
});

test('items that are no list fail it', async () => {
  expect((await run(mapping({ Items: '{% "abc" %}' }))).outcome).toMatchObject({
    error: 'States.QueryEvaluationError',
    cause: expect.stringContaining(
      `The JSONata expression '"abc"' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'string' for value: "abc"`,
    ),
  });
});

test('no more than MaxConcurrency iterations run at a time, and never more than 40', async () => {
  const items = Array.from({ length: 60 }, (_, index) => index);
  for (const [MaxConcurrency, most] of [
    [3, 3],
    ['{% 1 + 1 %}', 2],
    [0, 40],
    [100, 40],
  ]) {
    let alive = 0;
    let highest = 0;
    const machine = mapping({ Items: items, MaxConcurrency }, task);
    const result = await output(machine, {
      run: async (request) => {
        alive += 1;
        highest = Math.max(highest, alive);
        await new Promise(setImmediate);
        alive -= 1;
        return request.arguments;
      },
    });
    expect(result).toEqual(items);
    expect(highest).toBe(most);
  }
});

const oddFails = async (request: TaskRequest): Promise<Json> => {
  if ((request.arguments as number) % 2 === 1) throw new StateError('Odd', String(request.arguments));
  return request.arguments;
};

test('without a tolerance the first failure fails it with the iteration’s own error', async () => {
  const { outcome, events } = await run(mapping({ Items: [0, 1, 2], MaxConcurrency: 1 }, task), { run: oddFails });
  expect(outcome).toEqual({ status: 'FAILED', error: 'Odd', cause: '1' });
  expect(events.map(({ type }) => type).filter((type) => type.startsWith('MapIteration'))).toEqual([
    'MapIterationStarted',
    'MapIterationSucceeded',
    'MapIterationStarted',
    'MapIterationFailed',
  ]);
});

test.each([
  [{ ToleratedFailureCount: 2 }, [0, 2, 4]],
  [{ ToleratedFailureCount: '{% 1 + 1 %}' }, [0, 2, 4]],
  [{ ToleratedFailureCount: 1 }, undefined],
  [{ ToleratedFailurePercentage: 40 }, [0, 2, 4]],
  [{ ToleratedFailurePercentage: 39 }, undefined],
  [{ ToleratedFailurePercentage: 100, ToleratedFailureCount: 1 }, undefined],
  [{ ToleratedFailurePercentage: 10, ToleratedFailureCount: 5 }, undefined],
])('two of five items fail, tolerated are %o', async (tolerance, expected) => {
  const { outcome } = await run(mapping({ Items: [0, 1, 2, 3, 4], ...tolerance }, task), { run: oddFails });
  expect(outcome).toEqual(
    expected
      ? { status: 'SUCCEEDED', output: expected }
      : {
          status: 'FAILED',
          error: 'States.ExceedToleratedFailureThreshold',
          cause: 'The specified tolerated failure threshold was exceeded',
        },
  );
});

test('the first failure that is not tolerated cancels the tasks of the other iterations', async () => {
  const tasks = pending();
  const done = run(mapping({ Items: [1, 2, 3] }, task), { run: tasks.run });
  await settled();
  tasks.open[1]?.reject(new StateError('Broken'));
  await done;
  expect(tasks.open.map(({ signal }) => signal.aborted)).toEqual([true, false, true]);
});
