import { describe, expect, test } from 'vitest';
import { type Json, StateError, type TaskRequest } from '../../longhaul/asl/index.ts';
import { HandClock, only, output, run, settled } from './world.ts';

// state-task.html of the Step Functions Developer Guide.

const resource = 'arn:aws:states:::batch:submitJob.sync';
const task = (fields: object) => only({ Type: 'Task', Resource: resource, ...fields, End: !('Next' in fields) });

test('a task is given its Arguments, and its result is the output', async () => {
  const asked: TaskRequest[] = [];
  const machine = task({ Arguments: { JobName: "{% 'job-' & $states.input.id %}", Fixed: 1 } });
  const result = await output(machine, {
    input: { id: 5 },
    run: async (request) => {
      asked.push(request);
      return { JobId: 'abc' };
    },
  });
  expect(result).toEqual({ JobId: 'abc' });
  expect(asked).toMatchObject([
    {
      resource,
      arguments: { JobName: 'job-5', Fixed: 1 },
      state: 'State',
      execution: {
        arn: 'arn:aws:states:eu-west-1:000000000000:execution:machine:one',
        name: 'one',
        stateMachineArn: 'arn:aws:states:eu-west-1:000000000000:stateMachine:machine',
      },
    },
  ]);
});

test('without Arguments it is given the input', async () => {
  expect(await output(task({}), { input: { a: 1 }, run: async (request) => request.arguments })).toEqual({ a: 1 });
});

test('Output and Assign read the result and the input', async () => {
  const machine = {
    StartAt: 'Task',
    States: {
      Task: {
        Type: 'Task',
        Resource: resource,
        Output: '{% $states.input + $states.result %}',
        Assign: { raw: '{% $states.result %}' },
        Next: 'Look',
      },
      Look: { Type: 'Pass', Output: '{% [$states.input, $raw] %}', End: true },
    },
  };
  expect(await output(machine, { input: 1, run: async () => 2 })).toEqual([3, 2]);
});

test('a failed task fails the execution with its error and cause', async () => {
  const { outcome } = await run(task({}), {
    run: () => Promise.reject(new StateError('Batch.AWSBatchException', 'no such queue')),
  });
  expect(outcome).toEqual({ status: 'FAILED', error: 'Batch.AWSBatchException', cause: 'no such queue' });
});

test('arguments that cannot be evaluated fail the state before the task is asked for', async () => {
  let asked = 0;
  const { outcome } = await run(task({ Arguments: { Name: '{% $none %}' } }), {
    run: async () => {
      asked += 1;
      return null;
    },
  });
  expect(outcome).toMatchObject({
    error: 'States.QueryEvaluationError',
    cause: expect.stringContaining("specified for the field 'Arguments/Name' returned nothing (undefined)."),
  });
  expect(asked).toBe(0);
});

test('a result over 256 KiB fails the task with States.DataLimitExceeded', async () => {
  const { outcome, events } = await run(task({}), { run: async () => 'x'.repeat(262_144) });
  const failure = {
    error: 'States.DataLimitExceeded',
    cause: "The state/task 'batch' returned a result with a size exceeding the maximum number of bytes service limit.",
  };
  expect(outcome).toEqual({ status: 'FAILED', ...failure });
  expect(events.at(-2)).toMatchObject({ type: 'TaskFailed', taskFailedEventDetails: failure });
});

test('what is no error of a task, but a fault of whoever runs it, is neither caught nor retried', async () => {
  const machine = {
    StartAt: 'Task',
    States: {
      Task: {
        Type: 'Task',
        Resource: resource,
        Retry: [{ ErrorEquals: ['States.ALL'] }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Done' }],
        End: true,
      },
      Done: { Type: 'Succeed' },
    },
  };
  const { outcome } = await run(machine, { run: () => Promise.reject(new TypeError('x is not a function')) });
  expect(outcome).toEqual({ status: 'FAILED', error: 'States.Runtime', cause: 'x is not a function' });
});

describe('time', () => {
  /** A task that answers when it is told to. */
  function slow() {
    const requests: TaskRequest[] = [];
    let answer: (result: Json) => void = () => {};
    const run = (request: TaskRequest) => {
      requests.push(request);
      return new Promise<Json>((resolve) => {
        answer = resolve;
      });
    };
    return { requests, run, answer: (result: Json) => answer(result) };
  }

  test('a task that takes longer than TimeoutSeconds fails with States.Timeout, and is left alone', async () => {
    for (const TimeoutSeconds of [60, '{% $states.input.limit * 2 %}']) {
      const [clock, work] = [new HandClock(), slow()];
      const done = run(task({ TimeoutSeconds }), { clock, run: work.run, input: { limit: 30 } });
      await settled();
      expect(clock.waitedFor).toEqual([60]);
      await clock.turnTo(60);
      const { outcome, events } = await done;
      expect(outcome).toEqual({ status: 'FAILED', error: 'States.Timeout' });
      expect(events.at(-2)).toMatchObject({
        type: 'TaskTimedOut',
        taskTimedOutEventDetails: { resourceType: 'batch', resource: 'submitJob.sync', error: 'States.Timeout' },
      });
      expect(work.requests[0]?.signal.aborted).toBe(false);
    }
  });

  test('one that answers in time is not timed out, and nothing goes on waiting', async () => {
    const [clock, work] = [new HandClock(), slow()];
    const done = run(task({ TimeoutSeconds: 60 }), { clock, run: work.run });
    await settled();
    work.answer('done');
    expect((await done).outcome).toEqual({ status: 'SUCCEEDED', output: 'done' });
    expect(clock.waitedFor).toEqual([]);
  });

  test('what it reports after it timed out does not come into the history', async () => {
    const [clock, work] = [new HandClock(), slow()];
    const machine = {
      StartAt: 'Task',
      States: {
        Task: {
          Type: 'Task',
          Resource: resource,
          TimeoutSeconds: 5,
          Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Wait' }],
          End: true,
        },
        Wait: { Type: 'Wait', Seconds: 10, End: true },
      },
    };
    const done = run(machine, { clock, run: work.run });
    await settled();
    await clock.turnTo(5);
    work.requests[0]?.submitted({ JobId: 'late' });
    work.answer('late');
    await clock.turnTo(15);
    expect((await done).events.map(({ type }) => type)).not.toContain('TaskSubmitted');
  });

  test('seconds that are no whole positive number fail the state', async () => {
    for (const TimeoutSeconds of ['{% 0 %}', '{% 1.5 %}', "{% '60' %}", '{% 100000000 %}']) {
      const { outcome } = await run(task({ TimeoutSeconds }), { run: async () => null });
      expect(outcome).toMatchObject({
        error: 'States.QueryEvaluationError',
        cause: expect.stringContaining("the field 'TimeoutSeconds'"),
      });
    }
  });
});
