import { describe, expect, test } from 'vitest';
import { type HistoryEvent, type Json, StateError } from '../../longhaul/asl/index.ts';
import { HandClock, only, run, settled, start } from './world.ts';

// API_HistoryEvent.html and its details of the Step Functions API Reference.

const whole = { truncated: false };
const resource = 'arn:aws:states:::batch:submitJob.sync';

/** Each event as `id ← the one that it follows: type`. */
const chain = (events: HistoryEvent[]) =>
  events.map(({ id, previousEventId, type }) => `${id} ← ${previousEventId}: ${type}`);

test('a task in all its events', async () => {
  const machine = {
    StartAt: 'Run',
    States: {
      Run: {
        Type: 'Task',
        Resource: resource,
        Arguments: { JobName: 'a' },
        TimeoutSeconds: 60,
        Assign: { id: '{% $states.result.JobId %}', n: 1 },
        Next: 'Done',
      },
      Done: { Type: 'Succeed' },
    },
  };
  const { events } = await run(machine, {
    input: { a: 1 },
    run: async ({ submitted }) => {
      submitted({ JobId: 'j' });
      submitted({ JobId: 'j' });
      return { JobId: 'j', Status: 'SUCCEEDED' };
    },
  });
  const service = { resourceType: 'batch', resource: 'submitJob.sync' };
  const result = '{"JobId":"j","Status":"SUCCEEDED"}';
  expect(events).toEqual(
    [
      {
        type: 'ExecutionStarted',
        executionStartedEventDetails: {
          input: '{"a":1}',
          inputDetails: whole,
          roleArn: 'arn:aws:iam::000000000000:role/machine',
        },
      },
      { type: 'TaskStateEntered', stateEnteredEventDetails: { name: 'Run', input: '{"a":1}', inputDetails: whole } },
      {
        type: 'TaskScheduled',
        taskScheduledEventDetails: {
          ...service,
          region: 'eu-west-1',
          parameters: '{"JobName":"a"}',
          timeoutInSeconds: 60,
        },
      },
      { type: 'TaskStarted', taskStartedEventDetails: service },
      {
        type: 'TaskSubmitted',
        taskSubmittedEventDetails: { ...service, output: '{"JobId":"j"}', outputDetails: whole },
      },
      { type: 'TaskSucceeded', taskSucceededEventDetails: { ...service, output: result, outputDetails: whole } },
      {
        type: 'TaskStateExited',
        stateExitedEventDetails: {
          name: 'Run',
          output: result,
          outputDetails: whole,
          assignedVariables: { id: '"j"', n: '1' },
          assignedVariablesDetails: whole,
        },
      },
      { type: 'SucceedStateEntered', stateEnteredEventDetails: { name: 'Done', input: result, inputDetails: whole } },
      { type: 'SucceedStateExited', stateExitedEventDetails: { name: 'Done', output: result, outputDetails: whole } },
      { type: 'ExecutionSucceeded', executionSucceededEventDetails: { output: result, outputDetails: whole } },
    ].map((event, index) => ({
      id: index + 1,
      // The first state follows no event, as in Step Functions' own histories.
      previousEventId: index < 2 ? 0 : index,
      timestamp: start,
      ...event,
    })),
  );
});

// Recorded: localstack/localstack, test_map_state_items_eval_jsonata_variable_sampling_fail and test_wait_timestamp_jsonata.
test.each([
  [
    'a Map whose Items are none',
    { Type: 'Map', Items: '{% 1 %}', ItemProcessor: only({ Type: 'Pass', End: true }) },
    3,
  ],
  ['an Output without a result', { Type: 'Pass', Output: '{% $none %}' }, 3],
  ['a time that cannot be read', { Type: 'Wait', Timestamp: "{% 'now' %}" }, 4],
])('%s: what the failed evaluation follows', async (_, state, previous) => {
  const machine = {
    StartAt: 'First',
    States: { First: { Type: 'Pass', Next: 'Second' }, Second: { ...state, End: true } },
  };
  const chained = chain((await run(machine)).events).slice(3);
  expect(chained.slice(0, 2)).toEqual([`4 ← 3: ${state.Type}StateEntered`, `5 ← ${previous}: EvaluationFailed`]);
  expect(chained.slice(2)).toEqual(
    state.Type === 'Map' ? ['6 ← 5: MapStateFailed', '7 ← 6: ExecutionFailed'] : ['6 ← 5: ExecutionFailed'],
  );
});

// Recorded: localstack/localstack, test_sfn_api.py, test_stop_execution.
test('an execution that is stopped while it waits', async () => {
  const stop = new AbortController();
  const done = run(only({ Type: 'Wait', Seconds: 100, End: true }), { clock: new HandClock(), signal: stop.signal });
  await settled();
  stop.abort();
  expect(chain((await done).events)).toEqual([
    '1 ← 0: ExecutionStarted',
    '2 ← 0: WaitStateEntered',
    '3 ← 0: ExecutionAborted',
  ]);
});

test('a failed expression and a Fail state', async () => {
  const machine = {
    StartAt: 'Run',
    States: {
      Run: {
        Type: 'Task',
        Resource: resource,
        Output: '{% $none %}',
        Catch: [{ ErrorEquals: ['States.ALL'], Output: {}, Next: 'Failed' }],
        End: true,
      },
      Failed: { Type: 'Fail', Error: 'E', Cause: 'C' },
    },
  };
  const { events } = await run(machine, { run: async () => 1 });
  expect(chain(events)).toEqual([
    '1 ← 0: ExecutionStarted',
    '2 ← 0: TaskStateEntered',
    '3 ← 2: TaskScheduled',
    '4 ← 3: TaskStarted',
    '5 ← 4: TaskSucceeded',
    '6 ← 5: EvaluationFailed',
    '7 ← 6: TaskStateExited',
    '8 ← 7: FailStateEntered',
    '9 ← 8: ExecutionFailed',
  ]);
  expect(events[5]).toMatchObject({
    evaluationFailedEventDetails: {
      state: 'Run',
      error: 'States.QueryEvaluationError',
      cause: expect.stringContaining("'$none' specified for the field 'Output' returned nothing"),
      location: 'Output',
    },
  });
  expect(events[8]).toMatchObject({ executionFailedEventDetails: { error: 'E', cause: 'C' } });
});

describe('branches', () => {
  const task = (name: string) => ({
    StartAt: name,
    States: { [name]: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:s3:getObject', End: true } },
  });

  test('a Map, whose iterations each have a chain of events of their own', async () => {
    const machine = {
      StartAt: 'Each',
      States: { Each: { Type: 'Map', Items: [1, 2], MaxConcurrency: 1, ItemProcessor: task('Get'), End: true } },
    };
    const { events } = await run(machine, { run: async () => null });
    expect(chain(events)).toEqual([
      '1 ← 0: ExecutionStarted',
      '2 ← 0: MapStateEntered',
      '3 ← 2: MapStateStarted',
      '4 ← 3: MapIterationStarted',
      '5 ← 4: TaskStateEntered',
      '6 ← 5: TaskScheduled',
      '7 ← 6: TaskStarted',
      '8 ← 7: TaskSucceeded',
      '9 ← 8: TaskStateExited',
      '10 ← 9: MapIterationSucceeded',
      '11 ← 9: MapIterationStarted',
      '12 ← 11: TaskStateEntered',
      '13 ← 12: TaskScheduled',
      '14 ← 13: TaskStarted',
      '15 ← 14: TaskSucceeded',
      '16 ← 15: TaskStateExited',
      '17 ← 16: MapIterationSucceeded',
      '18 ← 17: MapStateSucceeded',
      '19 ← 17: MapStateExited',
      '20 ← 19: ExecutionSucceeded',
    ]);
    expect(events[2]).toMatchObject({ mapStateStartedEventDetails: { length: 2 } });
    expect(events[10]).toMatchObject({ mapIterationStartedEventDetails: { name: 'Each', index: 1 } });
    expect(events[5]).toMatchObject({
      taskScheduledEventDetails: { resourceType: 'aws-sdk:s3', resource: 'getObject', parameters: '1' },
    });
  });

  test('a Map that fails names the iterations that were cut off', async () => {
    const machine = {
      StartAt: 'Each',
      States: { Each: { Type: 'Map', Items: [1, 2], ItemProcessor: task('Get'), End: true } },
    };
    const { events } = await run(machine, {
      run: ({ arguments: item }) => (item === 1 ? Promise.reject(new StateError('E')) : new Promise<Json>(() => {})),
    });
    const failed = events.findIndex(({ type }) => type === 'MapIterationFailed');
    expect(events.slice(failed).map(({ type }) => type)).toEqual([
      'MapIterationFailed',
      'TaskStateAborted',
      'MapIterationAborted',
      'TaskStateAborted',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
    expect(events[failed + 2]).toMatchObject({ mapIterationAbortedEventDetails: { name: 'Each', index: 1 } });
  });

  // The two histories below are recorded ones: localstack/localstack, test_map_state_retry and, of a task that fails in a branch,
  // test_sqs_failure_in_wait_for_task_tok_no_error_field.
  test('a Map that is tried again fails once, at the end', async () => {
    const machine = {
      StartAt: 'Each',
      States: {
        Each: {
          Type: 'Map',
          Items: [1],
          ItemProcessor: { StartAt: 'Fail', States: { Fail: { Type: 'Fail', Error: 'E' } } },
          Retry: [{ ErrorEquals: ['E'], MaxAttempts: 1 }],
          End: true,
        },
      },
    };
    expect(chain((await run(machine)).events)).toEqual([
      '1 ← 0: ExecutionStarted',
      '2 ← 0: MapStateEntered',
      '3 ← 2: MapStateStarted',
      '4 ← 3: MapIterationStarted',
      '5 ← 4: FailStateEntered',
      '6 ← 5: MapIterationFailed',
      '7 ← 5: MapStateStarted',
      '8 ← 7: MapIterationStarted',
      '9 ← 8: FailStateEntered',
      '10 ← 9: MapIterationFailed',
      '11 ← 9: MapStateFailed',
      '12 ← 11: ExecutionFailed',
    ]);
  });

  test('a Parallel whose task fails, and fails again', async () => {
    const machine = {
      StartAt: 'Both',
      States: {
        Both: {
          Type: 'Parallel',
          Branches: [task('Get')],
          Retry: [{ ErrorEquals: ['E'], MaxAttempts: 1 }],
          End: true,
        },
      },
    };
    const { events } = await run(machine, { run: () => Promise.reject(new StateError('E')) });
    expect(chain(events)).toEqual([
      '1 ← 0: ExecutionStarted',
      '2 ← 0: ParallelStateEntered',
      '3 ← 2: ParallelStateStarted',
      '4 ← 3: TaskStateEntered',
      '5 ← 4: TaskScheduled',
      '6 ← 5: TaskStarted',
      '7 ← 6: TaskFailed',
      '8 ← 7: TaskStateAborted',
      '9 ← 7: ParallelStateStarted',
      '10 ← 9: TaskStateEntered',
      '11 ← 10: TaskScheduled',
      '12 ← 11: TaskStarted',
      '13 ← 12: TaskFailed',
      '14 ← 13: TaskStateAborted',
      '15 ← 13: ParallelStateFailed',
      '16 ← 15: ExecutionFailed',
    ]);
  });

  test('a Parallel', async () => {
    const machine = {
      StartAt: 'Both',
      States: {
        Both: {
          Type: 'Parallel',
          Branches: [
            { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } },
            { StartAt: 'B', States: { B: { Type: 'Wait', Seconds: 1, End: true } } },
          ],
          End: true,
        },
      },
    };
    const { events } = await run(machine);
    expect(chain(events)).toEqual([
      '1 ← 0: ExecutionStarted',
      '2 ← 0: ParallelStateEntered',
      '3 ← 2: ParallelStateStarted',
      '4 ← 3: PassStateEntered',
      '5 ← 3: WaitStateEntered',
      '6 ← 4: PassStateExited',
      '7 ← 5: WaitStateExited',
      '8 ← 7: ParallelStateSucceeded',
      '9 ← 7: ParallelStateExited',
      '10 ← 9: ExecutionSucceeded',
    ]);
    expect(events.map(({ timestamp }) => timestamp - start)).toEqual([0, 0, 0, 0, 0, 0, 1000, 1000, 1000, 1000]);
  });
});
