import { expect, test } from 'vitest';
import { execute, type Json, StateError, type TaskRequest, VirtualClock } from '../../longhaul/asl/index.ts';
import { context, define, HandClock, only, run, settled, start, TextJournal } from './world.ts';

const resource = 'arn:aws:states:::batch:submitJob.sync';

/** Runs until nothing happens without time, and then kills the process. */
async function cutOff(
  definition: Parameters<typeof run>[0],
  journal: TextJournal,
  clock: HandClock,
  task?: typeof neverAnswers,
) {
  let dead = false;
  const guarded = Object.assign(new TextJournal(), {
    load: (path: string) => journal.load(path),
    save: (path: string, position: Json) => {
      if (dead) throw new Error('dead');
      journal.save(path, position);
    },
    record: (event: Parameters<TextJournal['record']>[0]) => journal.record(event),
    clear: (path: string) => journal.clear(path),
    lastEventId: () => journal.lastEventId(),
  });
  run(definition, { journal: guarded, clock, ...(task && { run: task }) }).catch(() => {});
  await settled();
  dead = true;
}
const neverAnswers = (_: TaskRequest) => new Promise<Json>(() => {});

test('a wait ends when it would have ended', async () => {
  const machine = only({ Type: 'Wait', Seconds: 100, End: true });
  const [journal, before] = [new TextJournal(), new HandClock()];
  await cutOff(machine, journal, before);
  const after = new HandClock();
  await after.turnTo(70);
  const done = run(machine, { journal, clock: after });
  await settled();
  expect(after.waitedFor).toEqual([100]);
  await after.turnTo(100);
  expect((await done).outcome.status).toBe('SUCCEEDED');
});

test('a wait whose time passed meanwhile is over', async () => {
  const machine = only({ Type: 'Wait', Seconds: 100, End: true });
  const [journal, before, after] = [new TextJournal(), new HandClock(), new HandClock()];
  await cutOff(machine, journal, before);
  await after.turnTo(500);
  expect((await run(machine, { journal, clock: after })).outcome.status).toBe('SUCCEEDED');
});

test('a task is asked for again under its id, with its arguments and its deadline', async () => {
  const machine = only({
    Type: 'Task',
    Resource: resource,
    Arguments: { at: '{% $millis() %}' },
    TimeoutSeconds: 100,
    End: true,
  });
  const requests: TaskRequest[] = [];
  const task = (request: TaskRequest) => {
    requests.push(request);
    request.submitted({ JobId: 'j' });
    return neverAnswers(request);
  };
  const [journal, before, after] = [new TextJournal(), new HandClock(), new HandClock()];
  await cutOff(machine, journal, before, task);
  await after.turnTo(40);
  const done = run(machine, { journal, clock: after, run: task });
  await settled();
  expect(after.waitedFor).toEqual([100]);
  await after.turnTo(100);
  const { outcome } = await done;
  expect(outcome).toMatchObject({ error: 'States.Timeout' });
  expect(requests).toHaveLength(2);
  expect(requests[1]?.id).toBe(requests[0]?.id);
  expect(requests[1]?.arguments).toEqual({ at: start });
  const events = journal.events.map(({ type }) => type);
  expect(events.filter((type) => type === 'TaskScheduled' || type === 'TaskSubmitted')).toEqual([
    'TaskScheduled',
    'TaskSubmitted',
  ]);
});

test('an answer that is there counts, however long ago the deadline of its task passed', async () => {
  const machine = only({ Type: 'Task', Resource: resource, TimeoutSeconds: 100, End: true });
  const [journal, before, after] = [new TextJournal(), new HandClock(), new HandClock()];
  await cutOff(machine, journal, before, neverAnswers);
  await after.turnTo(500);
  const clock = { now: () => after.now(), until: async () => {} };
  const joins = async () => {
    for (let steps = 0; steps < 10; steps++) await undefined;
    throw new StateError('States.TaskFailed', 'SpotInterruption');
  };
  const { outcome } = await run(machine, { journal, clock, run: joins });
  expect(outcome).toMatchObject({ error: 'States.TaskFailed', cause: 'SpotInterruption' });
});

test('the time of the whole execution is counted from its start', async () => {
  const machine = { TimeoutSeconds: 100, ...only({ Type: 'Task', Resource: resource, End: true }) };
  const [journal, before, after] = [new TextJournal(), new HandClock(), new HandClock()];
  await cutOff(machine, journal, before, neverAnswers);
  await after.turnTo(60);
  const done = run(machine, { journal, clock: after, run: neverAnswers });
  await settled();
  await after.turnTo(100);
  expect((await done).outcome).toEqual({ status: 'TIMED_OUT' });
});

test('executions have no task id in common', async () => {
  const ids: string[] = [];
  for (const name of ['one', 'two']) {
    await execute(define(only({ Type: 'Task', Resource: resource, End: true })), {
      input: {},
      context: {
        ...context,
        execution: { ...context.execution, id: `arn:aws:states:eu-west-1:1:execution:machine:${name}` },
      },
      signal: new AbortController().signal,
      host: {
        clock: new VirtualClock(start),
        random: Math.random,
        journal: new TextJournal(),
        run: async ({ id }) => {
          ids.push(id);
          return null;
        },
      },
    });
  }
  expect(new Set(ids).size).toBe(2);
});
