import { describe, expect, test } from 'vitest';
import { execute, type Json, StateError, Suspended, type TaskRequest } from '../../longhaul/asl/index.ts';
import { context, define, HandClock, hostOf, only, run, settled, TextJournal } from './world.ts';

const resource = 'arn:aws:states:::batch:submitJob.sync';
const both = only({
  Type: 'Parallel',
  Branches: [
    { StartAt: 'Task', States: { Task: { Type: 'Task', Resource: resource, End: true } } },
    { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 1000, End: true } } },
  ],
  End: true,
});

/** Tasks that never answer, whatever happens to their signal. */
function deaf() {
  const requests: TaskRequest[] = [];
  return {
    requests,
    run: (request: TaskRequest) => {
      requests.push(request);
      return new Promise<Json>(() => {});
    },
  };
}

describe('stopping an execution', () => {
  test('ends it at once as ABORTED with error and cause, and cancels its tasks', async () => {
    const [tasks, stop] = [deaf(), new AbortController()];
    const done = run(both, { run: tasks.run, clock: new HandClock(), signal: stop.signal });
    await settled();
    stop.abort({ error: 'Stopped', cause: 'by a person' });
    const { outcome, events } = await done;
    expect(outcome).toEqual({ status: 'ABORTED', error: 'Stopped', cause: 'by a person' });
    expect(tasks.requests.map(({ signal }) => signal.aborted)).toEqual([true]);
    expect(events.slice(-2)).toMatchObject([
      { type: 'ParallelStateAborted' },
      { type: 'ExecutionAborted', executionAbortedEventDetails: { error: 'Stopped', cause: 'by a person' } },
    ]);
  });

  test('needs no error and no cause', async () => {
    const [tasks, stop] = [deaf(), new AbortController()];
    const done = run(both, { run: tasks.run, clock: new HandClock(), signal: stop.signal });
    await settled();
    stop.abort();
    expect((await done).outcome).toEqual({ status: 'ABORTED' });
  });

  test('nothing catches it, and a task that answers to it with an error does not change it', async () => {
    const stop = new AbortController();
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
    const done = run(machine, {
      signal: stop.signal,
      clock: new HandClock(),
      run: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new StateError('States.TaskFailed', 'cancelled')));
        }),
    });
    await settled();
    stop.abort(new StateError('Enough', 'of it'));
    expect((await done).outcome).toEqual({ status: 'ABORTED', error: 'Enough', cause: 'of it' });
  });

  test('after a restart too: the task is asked for once more, to be cancelled', async () => {
    const journal = new TextJournal();
    const first = deaf();
    const closing = new AbortController();
    const done = run(both, { run: first.run, clock: new HandClock(), signal: closing.signal, journal });
    await settled();
    closing.abort(new Suspended());
    await expect(done).rejects.toBeInstanceOf(Suspended);

    const second = deaf();
    const { outcome } = await run(both, {
      run: second.run,
      clock: new HandClock(),
      signal: AbortSignal.abort({ error: 'Stopped' }),
      journal,
    });
    expect(outcome).toEqual({ status: 'ABORTED', error: 'Stopped' });
    expect(second.requests.map(({ id }) => id)).toEqual(first.requests.map(({ id }) => id));
    expect(second.requests[0]?.signal.aborted).toBe(true);
  });
});

test('an execution that is suspended writes nothing more and cancels nothing', async () => {
  const [tasks, closing, journal] = [deaf(), new AbortController(), new TextJournal()];
  const host = hostOf({ run: tasks.run, clock: new HandClock(), journal });
  const done = execute(define(both), { input: {}, context, host, signal: closing.signal });
  await settled();
  const before = JSON.stringify([...journal.positions, journal.events]);
  closing.abort(new Suspended());
  await expect(done).rejects.toBeInstanceOf(Suspended);
  tasks.requests[0]?.submitted({});
  await settled();
  expect(JSON.stringify([...journal.positions, journal.events])).toBe(before);
  expect(tasks.requests[0]?.signal.aborted).toBe(false);
});

test('an execution whose time is over leaves its tasks alone', async () => {
  const [tasks, clock] = [deaf(), new HandClock()];
  const done = run({ TimeoutSeconds: 60, ...both }, { run: tasks.run, clock });
  await settled();
  await clock.turnTo(60);
  expect((await done).outcome).toEqual({ status: 'TIMED_OUT' });
  expect(tasks.requests[0]?.signal.aborted).toBe(false);
});
