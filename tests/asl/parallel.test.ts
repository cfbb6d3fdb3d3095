import { expect, test } from 'vitest';
import { type Json, StateError, type TaskRequest } from '../../longhaul/asl/index.ts';
import { HandClock, only, output, run, settled, TextJournal } from './world.ts';

// state-parallel.html of the Step Functions Developer Guide.

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

test('gives every branch its input, and the outputs in the order of the branches', async () => {
  const machine = only({
    Type: 'Parallel',
    Branches: [
      one('Slow', { Type: 'Wait', Seconds: 10, Output: '{% $states.input & 1 %}', End: true }),
      one('Quick', { Type: 'Pass', Output: '{% $states.input & 2 %}', End: true }),
    ],
    End: true,
  });
  expect(await output(machine, { input: 'in' })).toEqual(['in1', 'in2']);
});

test('has Arguments for its branches, and Output and Assign that see the result', async () => {
  const machine = {
    StartAt: 'Parallel',
    States: {
      Parallel: {
        Type: 'Parallel',
        Arguments: { n: '{% $states.input + 1 %}' },
        Branches: [
          one('A', { Type: 'Pass', End: true }),
          one('B', { Type: 'Pass', Output: '{% $states.input.n * 10 %}', End: true }),
        ],
        Output: '{% $states.result[1] + $states.input %}',
        Assign: { all: '{% $states.result %}' },
        Next: 'Look',
      },
      Look: { Type: 'Pass', Output: '{% [$states.input, $all] %}', End: true },
    },
  };
  expect(await output(machine, { input: 1 })).toEqual([21, { n: 2 }, 20]);
});

test('a failed branch fails it with the branch’s error and cancels the tasks of the others', async () => {
  const tasks = pending();
  const machine = only({
    Type: 'Parallel',
    Branches: [one('A', task), one('B', task), one('C', { Type: 'Wait', Seconds: 1000, End: true })],
    End: true,
  });
  const done = run(machine, { run: tasks.run, clock: new HandClock() });
  await settled();
  tasks.open[0]?.reject(new StateError('Broken', 'why'));
  const { outcome, events } = await done;
  expect(outcome).toEqual({ status: 'FAILED', error: 'Broken', cause: 'why' });
  expect(tasks.open.map(({ signal }) => signal.aborted)).toEqual([false, true]);
  expect(events.slice(-6).map(({ type }) => type)).toEqual([
    'TaskFailed',
    'TaskStateAborted',
    'TaskStateAborted',
    'WaitStateAborted',
    'ParallelStateFailed',
    'ExecutionFailed',
  ]);
});

test('once it has failed, its branches take no further step', async () => {
  const asked: string[] = [];
  const steps = {
    StartAt: 'B',
    States: {
      B: { Type: 'Pass', Output: '{% $sum([1..1000]) %}', Next: 'C' },
      C: { ...task, Arguments: '{% $sum([1..1000]) %}' },
    },
  };
  const journal = new TextJournal();
  const branches = [
    one('A', { Type: 'Fail', Error: 'E' }),
    steps,
    { ...steps, StartAt: 'D', States: { D: { ...task, Arguments: '{% $sum([1..1000]) %}' } } },
  ];
  const { events } = await run(only({ Type: 'Parallel', Branches: branches, End: true }), {
    journal,
    run: async ({ state }) => asked.push(state),
  });
  await settled();
  expect(asked).toEqual([]);
  expect(events.at(-1)?.type).toBe('ExecutionFailed');
  expect([...journal.positions.keys()]).toEqual(['']);
});

test('Retry runs all branches again; Catch takes the error', async () => {
  let asked = 0;
  const machine = {
    StartAt: 'Parallel',
    States: {
      Parallel: {
        Type: 'Parallel',
        Branches: [one('A', task), one('B', { Type: 'Pass', End: true })],
        Retry: [{ ErrorEquals: ['E'], MaxAttempts: 2, IntervalSeconds: 7, BackoffRate: 1 }],
        Catch: [{ ErrorEquals: ['E'], Output: '{% $states.errorOutput.Cause %}', Next: 'Done' }],
        End: true,
      },
      Done: { Type: 'Succeed' },
    },
  };
  const { outcome, seconds, events } = await run(machine, {
    run: async () => {
      asked += 1;
      throw new StateError('E', `number ${asked}`);
    },
  });
  expect(outcome).toEqual({ status: 'SUCCEEDED', output: 'number 3' });
  expect(seconds).toBe(14);
  expect(events.filter(({ type }) => type === 'ParallelStateStarted')).toHaveLength(3);
});

test('an error that a branch catches itself does not fail it', async () => {
  const branch = {
    StartAt: 'A',
    States: {
      A: { ...task, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Saved' }] },
      Saved: { Type: 'Pass', Output: 'saved', End: true },
    },
  };
  const machine = only({ Type: 'Parallel', Branches: [branch], End: true });
  expect(await output(machine, { run: () => Promise.reject(new StateError('E')) })).toEqual(['saved']);
});
