import { describe, expect, it } from 'vitest';
import { checkArtifactName } from '../../longhaul/runtime/artifacts.ts';
import { readEnvironment } from '../../longhaul/runtime/environment.ts';
import {
  InvalidInputError,
  JobInterruptedError,
  JobTimeoutError,
  PermanentJobError,
  SupersededError,
  TransientJobError,
} from '../../longhaul/runtime/errors.ts';
import { isLater, type Launch } from '../../longhaul/runtime/launch.ts';
import { EXIT_CODES, judge } from '../../longhaul/runtime/outcome.ts';
import { SnapshotBudget } from '../../longhaul/runtime/snapshot-budget.ts';
import { planStop } from '../../longhaul/runtime/stop-plan.ts';

describe('the exit code', () => {
  const interrupted = new JobInterruptedError('SIGTERM');
  const timeout = new JobTimeoutError('3600 seconds');
  const superseded = new SupersededError('by a newer one');
  it.each([
    ['any error', new TypeError('x'), undefined, 1],
    ['something thrown that is no error', 'text', undefined, 1],
    ['a transient error', new TransientJobError('x'), undefined, 1],
    ['a permanent error', new PermanentJobError('x'), undefined, 65],
    ['invalid input', new InvalidInputError([]), undefined, 65],
    ['the stop itself', interrupted, interrupted, 75],
    ['any error while stopping', new Error('Premature close'), interrupted, 75],
    ['a permanent error while stopping', new PermanentJobError('x'), interrupted, 65],
    ['the time limit', new Error('aborted'), timeout, 124],
    ['a permanent error at the time limit', new PermanentJobError('x'), timeout, 65],
    ['a newer start', new Error('aborted'), superseded, 76],
    ['a permanent error beside a newer start', new PermanentJobError('x'), superseded, 76],
    ['a checkpoint refused while stopping', superseded, interrupted, 76],
  ])('for %s is as documented', (_name, error, stopReason, code) => {
    expect(EXIT_CODES[judge(error, stopReason)]).toBe(code);
  });
});

describe('a launch', () => {
  const launch = (attempt: number, interruptions: number, execution = 'job-1f'): Launch => ({
    execution,
    attempt,
    interruptions,
  });
  it.each([
    ['with another attempt', launch(2, 0), launch(1, 0), true],
    ['with another interruption', launch(1, 1), launch(1, 0), true],
    ['with more of both', launch(2, 2), launch(2, 1), true],
    ['under the same numbers', launch(1, 0), launch(1, 0), false],
    ['of before', launch(1, 0), launch(1, 1), false],
    ['of a resumption, whatever its numbers', launch(1, 0, 'job-1f-r1'), launch(4, 3), true],
    ['of a tenth resumption against a ninth', launch(1, 0, 'job-1f-r10'), launch(3, 0, 'job-1f-r9'), true],
    ['of what was resumed', launch(4, 3), launch(1, 0, 'job-1f-r1'), false],
    ['of an unrelated execution', launch(9, 9, 'job-2f'), launch(1, 0), false],
  ])('%s is later: %#', (_name, other, own, later) => {
    expect(isLater(other, own)).toBe(later);
  });
});

describe('the environment', () => {
  const env = {
    STP_TRIGGER_EVENT_DATA: '{}',
    STP_CURRENT_ATTEMPT: '2',
    STP_MAXIMUM_ATTEMPTS: '3',
    STP_INTERRUPTIONS: '0',
    STP_JOB_NAME: 'job',
    STP_EXECUTION_ID: 'job-1f',
    STP_ARTIFACTS_URI: 's3://bucket/executions/job-1f',
  };

  it('is read whole; a prefix without its slash and a missing stop timeout are understood', () => {
    expect(readEnvironment(env)).toEqual({
      jobName: 'job',
      executionId: 'job-1f',
      event: '{}',
      attempt: 2,
      maxAttempts: 3,
      interruptions: 0,
      artifacts: { bucket: 'bucket', key: 'executions/job-1f/' },
      timeoutSeconds: undefined,
      stopTimeoutSeconds: 30,
    });
  });

  it('keeps an event address as it is, whatever its characters', () => {
    const uri = 's3://bucket/a b/ü%20+?#.json';
    const { event } = readEnvironment({ ...env, STP_TRIGGER_EVENT_DATA: undefined, STP_TRIGGER_EVENT_URI: uri });
    expect(event).toEqual({ bucket: 'bucket', key: 'a b/ü%20+?#.json' });
  });

  it.each([
    [{ STP_TRIGGER_EVENT_DATA: '' }, 'the event is missing: neither STP_TRIGGER_EVENT_DATA nor STP_TRIGGER_EVENT_URI'],
    [{ STP_CURRENT_ATTEMPT: '0' }, 'STP_CURRENT_ATTEMPT must be a whole number of at least 1, not "0"'],
    [{ STP_INTERRUPTIONS: '-1' }, 'STP_INTERRUPTIONS must be a whole number of at least 0, not "-1"'],
    [{ STP_TIMEOUT_SECONDS: '1.5' }, 'STP_TIMEOUT_SECONDS must be a whole number of at least 1, not "1.5"'],
    [{ STP_ARTIFACTS_URI: 's3://bucket' }, 'STP_ARTIFACTS_URI must be s3://bucket/key, not "s3://bucket"'],
    [{ STP_JOB_NAME: undefined }, 'STP_JOB_NAME is missing'],
  ])('with %j is refused: %s', (change, message) => {
    expect(() => readEnvironment({ ...env, ...change })).toThrow(message);
  });
});

describe('the time to stop in', () => {
  it.each([1, 2, 30, 120, 7200])(
    'of %d seconds leaves some for the handler, some for saving and some to end',
    (seconds) => {
      const { handler, end } = planStop(seconds);
      expect(handler).toBeGreaterThanOrEqual((seconds * 1000 * 2) / 3 - 1);
      expect(end).toBeGreaterThan(handler);
      expect(end).toBeLessThan(seconds * 1000);
    },
  );
});

describe('the budget for taking checkpoints', () => {
  it('allows a burst of small ones, and then about 2 % of the time', () => {
    const budget = new SnapshotBudget(0);
    const cost = 0.01;
    let now = 0;
    let spent = 0;
    while (now < 100_000) {
      now += cost;
      spent += cost;
      now += budget.spend(cost, now);
    }
    expect(spent / now).toBeGreaterThan(0.015);
    expect(spent / now).toBeLessThan(0.03);
  });

  it('allows the next one of a large state at most fifty times its cost later', () => {
    expect(new SnapshotBudget(0).spend(500, 500)).toBeLessThanOrEqual(500 * 50);
    expect(new SnapshotBudget(0).spend(500, 500)).toBeGreaterThan(500 * 40);
  });
});

describe('the name of an artifact', () => {
  it.each(['report.html', 'pages/1.png', 'checkpoints.txt', 'résultat.json'])('may be %s', (name) => {
    expect(() => checkArtifactName(name)).not.toThrow();
  });
  it.each(['', '/report.html', 'a/../../b', 'result.json', 'checkpoint/state.json', 'checkpoint'])(
    'cannot be "%s"',
    (name) => {
      expect(() => checkArtifactName(name)).toThrow(TypeError);
    },
  );
});
