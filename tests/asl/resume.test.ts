import { describe, expect, test } from 'vitest';
import {
  execute,
  type Json,
  type Outcome,
  StateError,
  type TaskRequest,
  VirtualClock,
} from '../../longhaul/asl/index.ts';
import { context, define, start, TextJournal } from './world.ts';

const resource = 'arn:aws:states:::batch:submitJob.sync';

/** Retries, waits, a Parallel with a Map in it, a Map that tolerates a failure, variables, a loop, a Catch. */
const machine = define({
  StartAt: 'Set',
  States: {
    Set: { Type: 'Pass', Assign: { turns: 0, sum: 0 }, Next: 'Turn' },
    Turn: {
      Type: 'Task',
      Resource: resource,
      Arguments: { of: 'Turn', turn: '{% $turns %}', retry: '{% $states.context.State.RetryCount %}' },
      Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 5, MaxAttempts: 3 }],
      Assign: { sum: '{% $sum + $states.result %}', turns: '{% $turns + 1 %}' },
      Next: 'Pause',
    },
    Pause: { Type: 'Wait', Seconds: 30, Next: 'More' },
    More: { Type: 'Choice', Choices: [{ Condition: '{% $turns < 2 %}', Next: 'Turn' }], Default: 'Both' },
    Both: {
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'Each',
          States: {
            Each: {
              Type: 'Map',
              Items: '{% [1..3] %}',
              MaxConcurrency: 2,
              ToleratedFailureCount: 1,
              ItemProcessor: {
                StartAt: 'Item',
                States: {
                  Item: {
                    Type: 'Task',
                    Resource: resource,
                    Arguments: {
                      of: 'Item',
                      item: '{% $states.input %}',
                      retry: '{% $states.context.State.RetryCount %}',
                    },
                    Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 2 }],
                    Assign: { seen: '{% $states.result %}' },
                    Next: 'Rest',
                  },
                  Rest: {
                    Type: 'Wait',
                    Seconds: '{% $states.context.Map.Item.Index + 1 %}',
                    Output: '{% [$seen, $sum] %}',
                    End: true,
                  },
                },
              },
              End: true,
            },
          },
        },
        {
          StartAt: 'Doomed',
          States: {
            Doomed: {
              Type: 'Task',
              Resource: resource,
              Arguments: { of: 'Doomed' },
              Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.errorOutput.Error %}', Next: 'Calm' }],
              End: true,
            },
            Calm: { Type: 'Wait', Seconds: 4, End: true },
          },
        },
      ],
      Output: '{% {"sum": $sum, "both": $states.result} %}',
      End: true,
    },
  },
});

interface Call {
  of: string;
  turn?: number;
  item?: number;
  retry?: number;
}

/** What is outside of the process: it keeps what was started, and its time, when the process is killed. */
class Outside {
  readonly clock = new VirtualClock(start);
  readonly journal = new TextJournal();
  /** What was started, by task id. */
  readonly started = new Map<string, string>();
  saves = 0;
  /** The save, counted from 1, at which the process is killed: before or after it took place. */
  killAt: { save: number; before: boolean } | undefined;

  async process(): Promise<Outcome> {
    const killed = new Error('killed');
    let dead = false;
    const check = (): void => {
      if (dead) throw killed;
    };
    const { journal } = this;
    return execute(machine, {
      input: {},
      context,
      signal: new AbortController().signal,
      host: {
        clock: this.clock,
        random: () => 0.5,
        run: (request) => this.#task(request),
        journal: {
          load: (path) => journal.load(path),
          lastEventId: () => journal.lastEventId(),
          clear: (path) => {
            check();
            journal.clear(path);
          },
          record: (event) => {
            check();
            journal.record(event);
          },
          save: (path, position) => {
            check();
            this.saves += 1;
            const last = this.killAt?.save === this.saves;
            dead = last;
            if (last && this.killAt?.before) throw killed;
            journal.save(path, position);
            check();
          },
        },
      },
    });
  }

  /** The same task id is the same piece of work, which always ends in the same way. */
  async #task({ id, arguments: given, submitted }: TaskRequest): Promise<Json> {
    const call = given as unknown as Call;
    const what = JSON.stringify(call);
    const known = this.started.get(id);
    if (known !== undefined && known !== what) throw new Error(`${id} was ${known} and is now ${what}`);
    this.started.set(id, what);
    submitted({ JobId: id });
    await Promise.resolve();
    if (call.of === 'Doomed') throw new StateError('Doomed');
    if (call.of === 'Item' && call.item === 2) throw new StateError('Bad.Item');
    if (call.retry === 0) throw new StateError('Busy');
    return call.of === 'Item' ? `item ${call.item}` : 10;
  }
}

const expected = {
  sum: 20,
  both: [
    [
      ['item 1', 20],
      ['item 3', 20],
    ],
    'Doomed',
  ],
};

async function undisturbed(): Promise<Outside> {
  const outside = new Outside();
  expect(await outside.process()).toEqual({ status: 'SUCCEEDED', output: expected });
  return outside;
}

const types = (outside: Outside) => outside.journal.events.map(({ type }) => type).sort();

describe('killed at any step', () => {
  test.each([
    ['before it is saved', true],
    ['after it is saved, before its events are recorded', false],
  ])('%s, an execution goes on to the same end', async (_, before) => {
    const reference = await undisturbed();
    expect(reference.saves).toBeGreaterThan(40);
    for (let save = 1; save <= reference.saves; save += 1) {
      const outside = new Outside();
      outside.killAt = { save, before };
      await expect(outside.process()).rejects.toThrow('killed');
      const at = outside.clock.now();
      outside.killAt = undefined;

      expect(await outside.process()).toEqual({ status: 'SUCCEEDED', output: expected });
      // Nothing was started that would not have been otherwise, and under the same names.
      expect([...outside.started.values()].sort()).toEqual([...reference.started.values()].sort());
      expect(new Set(outside.started.keys())).toEqual(new Set(reference.started.keys()));
      // No event is lost and none doubled, and no wait begins again.
      expect(types(outside)).toEqual(types(reference));
      expect(outside.journal.events.map(({ id }) => id)).toEqual(outside.journal.events.map((__, index) => index + 1));
      expect(outside.clock.now()).toBe(Math.max(at, reference.clock.now()));
    }
  });

  test('and again at every step after that', async () => {
    const outside = new Outside();
    let outcome: Outcome | undefined;
    for (let lives = 1; outcome === undefined; lives += 1) {
      expect(lives).toBeLessThan(200);
      outside.killAt = { save: outside.saves + 2, before: lives % 2 === 0 };
      outcome = await outside.process().catch(() => undefined);
    }
    const reference = await undisturbed();
    expect(outcome).toEqual({ status: 'SUCCEEDED', output: expected });
    expect(new Set(outside.started.keys())).toEqual(new Set(reference.started.keys()));
    expect(types(outside)).toEqual(types(reference));
  });

  test('an execution that has ended says so again, and does nothing', async () => {
    const outside = await undisturbed();
    const before = outside.journal.events.length;
    expect(await outside.process()).toEqual({ status: 'SUCCEEDED', output: expected });
    expect(outside.journal.events).toHaveLength(before);
  });

  test('what is no longer needed is cleared: at the end only the outcome is left', async () => {
    const outside = await undisturbed();
    expect([...outside.journal.positions.keys()]).toEqual(['']);
  });
});
