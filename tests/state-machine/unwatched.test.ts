import { describe, expect, test } from 'vitest';
import { spec } from './machine.ts';
import { type Run, run } from './world.ts';

// Two containers of one execution must not run at once, also when an answer of AWS is lost. The world counts those that are alive.

const calls = ({ events }: Run, action: string) =>
  events
    .filter(({ type }) => type === 'TaskScheduled')
    .map((event) => event.taskScheduledEventDetails as { resource: string; parameters: string })
    .filter(({ resource }) => resource === action)
    .map(({ parameters }) => JSON.parse(parameters));

const LOST = [
  ['on-batch', 'Batch.ServerException', 'Failed to create shareIdentifier default (Status Code: 500)'],
  ['on-batch', 'Batch.SdkClientException', 'Unable to execute HTTP request: Read timed out'],
  ['on-batch', 'Batch.AWSBatchException', 'null (Service: AWSBatch; Status Code: 503; Error Code: null)'],
  ['on-ecs', 'ECS.ServerException', 'Service Unavailable'],
  ['on-ecs', 'ECS.SdkClientException', 'Unable to execute HTTP request: Read timed out'],
] as const;

describe('a launch whose answer was lost', () => {
  test.each(LOST)(
    'is repeated when the container that it started has been stopped (%s, %s)',
    async (job, error, cause) => {
      const seen = await run(job, ['lost', 'success'], { refused: { error, cause } });
      expect(seen.outcome).toMatchObject({ status: 'SUCCEEDED', output: { attempts: 1, interruptions: 0 } });
      expect(seen.launches).toHaveLength(2);
      expect([seen.mostAlive, seen.aliveAtEnd]).toEqual([1, 0]);
    },
  );

  test('leaves jobs alone whose names are alike', async () => {
    const environment = { STP_EXECUTION_ID: 'another', STP_ARTIFACTS_URI: 's3://artifacts/executions/execution-1/' };
    const strangers = [
      { name: 'execution-1-2-1', environment },
      { name: 'EXECUTION-1-1', environment },
    ];
    const seen = await run('on-batch', ['lost', 'success'], { strangers });
    expect(seen.outcome).toMatchObject({ status: 'SUCCEEDED' });
    expect([seen.mostAlive, seen.strangersStopped]).toEqual([1, 0]);
  });

  test('leaves tasks of other executions alone', async () => {
    const seen = await run('on-ecs', ['lost', 'success'], { strangers: [{ name: 'execution-10', environment: {} }] });
    expect(seen.outcome).toMatchObject({ status: 'SUCCEEDED' });
    expect([seen.mostAlive, seen.strangersStopped]).toEqual([1, 0]);
  });

  test('is looked for in both queues, since the container of an earlier launch may lie in the other', async () => {
    const seen = await run('on-batch', ['lost', 'success']);
    const queues = calls(seen, 'listJobs').map(({ JobQueue }) => JobQueue);
    expect(queues).toEqual(expect.arrayContaining(['queue-spot', 'queue-on-demand']));
  });
});

describe.each(['on-batch', 'on-ecs'] as const)('exit code 76, superseded, %s', (job) => {
  test('uses up no attempt, and the container is launched again', async () => {
    const seen = await run(job, ['exit76', 'success']);
    expect(seen.outcome).toMatchObject({ status: 'SUCCEEDED', output: { attempts: 1, interruptions: 0 } });
    expect(seen.launches.map(({ environment }) => environment.STP_CURRENT_ATTEMPT)).toEqual(['1', '1']);
  });

  test('does so maxInterruptions times, and then it is a failed attempt', async () => {
    const seen = await run(job, [], {}, 'exit76');
    expect(seen.outcome).toMatchObject({ status: 'FAILED', error: 'Job.Failed' });
    expect(JSON.parse((seen.outcome as { cause: string }).cause)).toMatchObject({
      reason: 'Another container of this execution took over (exit code 76)',
      exitCode: 76,
      attempt: spec.maxAttempts,
    });
    expect(seen.launches).toHaveLength(spec.maxAttempts + spec.maxInterruptions);
  });
});

test('each launch of a Batch job has a name of its own', async () => {
  const seen = await run('on-batch', ['exit76', 'interruption', 'exit1', 'success']);
  const names = calls(seen, 'submitJob.sync').map(({ JobName }) => JobName);
  expect(names).toEqual(['execution-1-1', 'execution-1-2', 'execution-1-3', 'execution-1-4']);
});
