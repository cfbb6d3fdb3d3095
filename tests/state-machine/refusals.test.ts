import { describe, expect, test } from 'vitest';
import { run } from './world.ts';

describe('a launch that is refused', () => {
  // github.com/cdklabs/construct-hub/issues/415: EC2's throttling, from the network interfaces behind RunTask.
  test.each([
    ['on-ecs', 'ECS.InvalidParameterException', 'Error retrieving security group information: Request limit exceeded.'],
    [
      'on-ecs',
      'ECS.InvalidParameterException',
      'Error retrieving subnet information (ErrorCode: RequestLimitExceeded)',
    ],
    ['on-ecs', 'ECS.AmazonECSException', 'Rate exceeded (Service: AmazonECS; Error Code: ThrottlingException)'],
    [
      'on-batch',
      'Batch.AWSBatchException',
      'Too Many Requests (Status Code: 429; Error Code: TooManyRequestsException)',
    ],
  ] as const)('because of too many requests is tried again (%s, %s: %s)', async (job, error, cause) => {
    const seen = await run(job, ['throttled', 'throttled', 'success'], { refused: { error, cause } });
    expect(seen.outcome).toMatchObject({ status: 'SUCCEEDED', output: { attempts: 1 } });
    // At first it waits for seconds: half to all of 5, and of 10.
    expect(seen.waits.filter((wait) => wait < 300)).toEqual([4, 8]);
  });

  test.each([
    [
      'on-batch',
      'Batch.AWSBatchException',
      'User is not authorized (Status Code: 403; Error Code: AccessDeniedException)',
    ],
    ['on-batch', 'Batch.BatchException', 'User is not authorized to perform: batch:SubmitJob (Status Code: 403)'],
    [
      'on-ecs',
      'ECS.AmazonECSException',
      'User is not authorized (Status Code: 400; Error Code: AccessDeniedException)',
    ],
    ['on-ecs', 'ECS.InvalidParameterException', 'TaskDefinition is inactive'],
  ] as const)('for good fails at once (%s, %s: %s)', async (job, error, cause) => {
    const seen = await run(job, [], { refused: { error, cause } }, 'throttled');
    expect(seen.outcome).toMatchObject({ status: 'FAILED', error: 'Job.LaunchFailed' });
    expect((seen.outcome as { cause: string }).cause).toContain(cause);
    expect(seen.waits.filter((wait) => wait < 300)).toEqual([]);
    expect(seen.events.filter(({ type }) => type === 'TaskScheduled')).toHaveLength(2); // the launch, and the report
  });

  test.each([
    ['COMPUTE_ENVIRONMENT_MAX_RESOURCE', /needs more vCPUs than its compute environment may have.*SpotMaxVcpus/],
    ['JOB_RESOURCE_REQUIREMENT', /No compute environment of the queue can run the job/],
  ])('by its queue, which can never run it, fails with the reason in words (%s)', async (reason, words) => {
    // userguide/job_stuck_in_runnable_misconfig.html: the statusReason after the cancellation.
    const StatusReason = `Canceled by JobStateTimeLimit action due to reason: MISCONFIGURATION:${reason}`;
    const refused = { error: 'States.TaskFailed', cause: JSON.stringify({ Status: 'FAILED', StatusReason }) };
    const seen = await run('on-batch', [], { refused }, 'throttled');
    expect(seen.outcome).toMatchObject({ status: 'FAILED', error: 'Job.LaunchFailed' });
    expect(JSON.parse((seen.outcome as { cause: string }).cause).reason).toMatch(words);
    expect(seen.events.filter(({ type }) => type === 'TaskScheduled')).toHaveLength(2);
  });
});
