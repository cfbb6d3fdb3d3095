import { describe, expect, test } from 'vitest';
import { type Ending, run } from './world.ts';

/** RunTask's answer when the account's quota of vCPUs is in use (ECS developer guide, "Service event messages"). */
const quota = 'You’ve reached the limit on the number of vCPUs you can run concurrently';

describe('in a storm', () => {
  test.each(['AmazonECS.Unknown', 'ECS.Unknown', 'ECS.ClientException'])(
    'a task for which the account has no vCPUs left is not given up (%s)',
    async (error) => {
      const refusal = { error, reason: quota };
      const { outcome, launches, waits } = await run('on-ecs', ['noCapacity', 'success'], { refusal });
      expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: { attempts: 1, capacity: 'onDemand' } });
      expect(launches).toHaveLength(1);
      expect(waits.length).toBeGreaterThan(0);
    },
  );

  // docs/limits.md names these times and numbers of launches.
  test.each<['on-ecs' | 'on-batch', Ending, number, number]>([
    ['on-ecs', 'noCapacity', 11.9, 912],
    ['on-ecs', 'throttled', 9.1, 151],
    ['on-batch', 'throttled', 11.9, 906],
  ])(
    'a launch %s that is always refused (%s) is tried for %d hours, then it is a failed job',
    async (job, always, hours, launches) => {
      const refusal = { error: 'AmazonECS.Unknown', reason: quota };
      const { outcome, waits, events, failedJobs } = await run(job, [], { refusal, random: () => 0.5 }, always);
      // No wait of the machine is longer; the time limits of states are.
      const waited = waits.filter((wait) => wait <= 300).reduce((sum, seconds) => sum + seconds, 0);
      expect(waited / 3600).toBeCloseTo(hours, 1);
      expect(events.filter(({ type }) => type === 'TaskScheduled')).toHaveLength(launches + 1); // and the report
      expect(outcome).toMatchObject({ status: 'FAILED', error: 'Job.LaunchFailed' });
      expect(failedJobs).toMatchObject([{ id: 'execution-1', error: 'Job.LaunchFailed' }]);
    },
  );
});
