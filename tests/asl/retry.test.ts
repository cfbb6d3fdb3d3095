import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Retrier } from '../../longhaul/asl/definition/model.ts';
import { matches } from '../../longhaul/asl/errors.ts';
import { type Json, StateError, type TaskRequest, VirtualClock } from '../../longhaul/asl/index.ts';
import { backoff, decideRetry } from '../../longhaul/asl/retry.ts';
import { only, run } from './world.ts';

// concepts-error-handling.html of the Step Functions Developer Guide.

describe('which errors a name matches', () => {
  test.each([
    ['Job.Failed', 'Job.Failed', true],
    ['Job.Failed', 'job.failed', false],
    ['States.ALL', 'Job.Failed', true],
    ['States.ALL', 'States.Timeout', true],
    ['States.ALL', 'States.QueryEvaluationError', true],
    // "cannot catch the States.DataLimitExceeded terminal error or Runtime error types"
    ['States.ALL', 'States.DataLimitExceeded', false],
    ['States.ALL', 'States.Runtime', false],
    ['States.DataLimitExceeded', 'States.DataLimitExceeded', true],
    // "isn't retriable, and will always cause the execution to fail"
    ['States.Runtime', 'States.Runtime', false],
    // "acts as a wildcard that matches any known error name except for States.Timeout"
    ['States.TaskFailed', 'Job.Failed', true],
    ['States.TaskFailed', 'States.TaskFailed', true],
    ['States.TaskFailed', 'States.Timeout', false],
    ['States.TaskFailed', 'States.Runtime', false],
    // "either ran longer than the TimeoutSeconds value, or failed to send a heartbeat"
    ['States.Timeout', 'States.HeartbeatTimeout', true],
    ['States.HeartbeatTimeout', 'States.HeartbeatTimeout', true],
    ['States.HeartbeatTimeout', 'States.Timeout', false],
  ])('%s, asked for %s: %s', (name, error, expected) => {
    expect(matches([name], error)).toBe(expected);
    expect(matches(['Another.Error', name], error)).toBe(expected);
  });
});

describe('how long a retry waits', () => {
  const retrier = fc.record<Retrier>(
    {
      ErrorEquals: fc.constant(['States.ALL']),
      IntervalSeconds: fc.integer({ min: 1, max: 100_000 }),
      BackoffRate: fc.double({ min: 1, max: 10, noNaN: true }),
      MaxDelaySeconds: fc.integer({ min: 1, max: 1_000_000 }),
    },
    { requiredKeys: ['ErrorEquals'] },
  );
  const used = fc.nat(2_000);

  test('the documented example: 3 seconds, then 6, then 12', () => {
    const example = { ErrorEquals: ['States.ALL'], IntervalSeconds: 3, BackoffRate: 2 };
    expect([0, 1, 2].map((count) => backoff(example, count, () => 0))).toEqual([3, 6, 12]);
  });

  test('by default 1 second, and twice as long each time', () => {
    expect([0, 1, 2].map((count) => backoff({ ErrorEquals: [] }, count, () => 0))).toEqual([1, 2, 4]);
  });

  test('never shorter than the retry before, never longer than MaxDelaySeconds or a year', () => {
    fc.assert(
      fc.property(retrier, used, (settings, count) => {
        const [now, next] = [backoff(settings, count, () => 0), backoff(settings, count + 1, () => 0)];
        expect(next).toBeGreaterThanOrEqual(now);
        expect(next).toBeLessThanOrEqual(Math.min(settings.MaxDelaySeconds ?? Number.POSITIVE_INFINITY, 31_622_400));
        expect(now).toBeGreaterThan(0);
      }),
    );
  });

  test('with full jitter any time from 0 to what it would be without; without jitter no chance is involved', () => {
    fc.assert(
      fc.property(
        retrier,
        used,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (settings, count, luck) => {
          const plain = backoff({ ...settings, JitterStrategy: 'NONE' }, count, () => luck);
          const jittered = backoff({ ...settings, JitterStrategy: 'FULL' }, count, () => luck);
          expect(plain).toBe(backoff(settings, count, () => 1 - luck));
          expect(jittered).toBeCloseTo(plain * luck, 6);
          expect(jittered).toBeGreaterThanOrEqual(0);
          expect(jittered).toBeLessThanOrEqual(plain);
        },
      ),
    );
  });
});

test('a retrier is used MaxAttempts times, 3 by default, and not at all with 0', () => {
  fc.assert(
    fc.property(fc.option(fc.nat(20), { nil: undefined }), (most) => {
      const retriers: Retrier[] = [{ ErrorEquals: ['E'], ...(most !== undefined && { MaxAttempts: most }) }];
      let counts: number[] = [];
      let retries = 0;
      for (;;) {
        const decision = decideRetry(retriers, counts, 'E', () => 0);
        if (!decision) break;
        counts = decision.counts;
        retries += 1;
      }
      expect(retries).toBe(most ?? 3);
    }),
  );
});

const resource = 'arn:aws:states:::lambda:invoke';
/** A task that fails with these errors, one after the other, and then answers with the times, in seconds, at which it was asked. */
function failing(errors: string[], now: () => number) {
  const times: number[] = [];
  const requests: TaskRequest[] = [];
  const begin = now();
  return {
    requests,
    times,
    run: async (request: TaskRequest): Promise<Json> => {
      requests.push(request);
      times.push((now() - begin) / 1000);
      const error = errors[times.length - 1];
      if (error !== undefined) throw new StateError(error, `number ${times.length}`);
      return times;
    },
  };
}

async function tried(errors: string[], fields: object, random = () => 0.5) {
  const clock = new VirtualClock(0);
  const task = failing(errors, () => clock.now());
  const done = await run(only({ Type: 'Task', Resource: resource, ...fields, End: true }), {
    clock,
    run: task.run,
    random,
  });
  return { ...done, times: task.times, requests: task.requests };
}

describe('a Task with Retry', () => {
  test('is asked for again after the backoff, each time as a task of its own', async () => {
    const { outcome, times, requests, events } = await tried(['E', 'E', 'E'], {
      Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 10, BackoffRate: 3, MaxDelaySeconds: 60 }],
    });
    expect(outcome.status).toBe('SUCCEEDED');
    expect(times).toEqual([0, 10, 40, 100]);
    expect(new Set(requests.map(({ id }) => id)).size).toBe(4);
    expect(events.filter(({ type }) => type === 'TaskScheduled')).toHaveLength(4);
    expect(events.filter(({ type }) => type === 'TaskStateEntered')).toHaveLength(1);
  });

  test('with full jitter waits a part of the backoff', async () => {
    const Retry = [{ ErrorEquals: ['E'], IntervalSeconds: 8, JitterStrategy: 'FULL' }];
    expect((await tried(['E', 'E'], { Retry }, () => 0.25)).times).toEqual([0, 2, 6]);
  });

  test('the error that is left after the last attempt fails the state', async () => {
    const { outcome, times } = await tried(['E', 'E', 'E', 'E', 'E'], {
      Retry: [{ ErrorEquals: ['E'], MaxAttempts: 2 }],
    });
    expect(outcome).toEqual({ status: 'FAILED', error: 'E', cause: 'number 3' });
    expect(times).toHaveLength(3);
  });

  test('each retrier counts for itself', async () => {
    const Retry = [
      { ErrorEquals: ['A'], MaxAttempts: 2, IntervalSeconds: 1, BackoffRate: 1 },
      { ErrorEquals: ['States.ALL'], MaxAttempts: 2, IntervalSeconds: 100, BackoffRate: 1 },
    ];
    const { outcome, times } = await tried(['A', 'B', 'A', 'B', 'A', 'A'], { Retry });
    expect(times).toEqual([0, 1, 101, 102, 202]);
    // The first retrier that matches is exhausted: no other one is asked.
    expect(outcome).toMatchObject({ error: 'A', cause: 'number 5' });
  });

  test('MaxAttempts 0 takes an error out of the retriers that follow', async () => {
    const Retry = [{ ErrorEquals: ['A'], MaxAttempts: 0 }, { ErrorEquals: ['States.ALL'] }];
    expect((await tried(['A'], { Retry })).outcome).toMatchObject({ error: 'A' });
    expect((await tried(['B'], { Retry })).outcome).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('sees how often it was retried, and starts with 0 when it is entered again', async () => {
    const machine = {
      StartAt: 'Task',
      States: {
        Task: {
          Type: 'Task',
          Resource: resource,
          Arguments: '{% $states.context.State.RetryCount %}',
          Retry: [{ ErrorEquals: ['E'], MaxAttempts: 1 }],
          Next: 'Again',
        },
        Again: {
          Type: 'Choice',
          Choices: [{ Condition: '{% $states.input = "once" %}', Next: 'Task' }],
          Default: 'Done',
        },
        Done: { Type: 'Succeed' },
      },
    };
    const answers = ['E', 'once', 'E', 'twice'];
    const counts: Json[] = [];
    const { outcome } = await run(machine, {
      run: async (request) => {
        counts.push(request.arguments);
        const answer = answers[counts.length - 1] as string;
        if (answer === 'E') throw new StateError('E');
        return answer;
      },
    });
    expect(outcome).toEqual({ status: 'SUCCEEDED', output: 'twice' });
    expect(counts).toEqual([0, 1, 0, 1]);
  });

  test('an Output that cannot be evaluated can be retried, which runs the task again', async () => {
    const { outcome, times } = await tried([], {
      Output: '{% $count($states.result) > 1 ? "good" : $none %}',
      Retry: [{ ErrorEquals: ['States.QueryEvaluationError'], IntervalSeconds: 5 }],
    });
    expect(outcome).toEqual({ status: 'SUCCEEDED', output: 'good' });
    expect(times).toEqual([0, 5]);
  });
});
