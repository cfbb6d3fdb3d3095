import { expect, test } from 'vitest';
import type { Json } from '../../longhaul/asl/host.ts';
import { submitJobSync } from '../../longhaul/engine/integrations/batch.ts';
import { startTestEngine, temporaryFolder, until } from './fleet-fixture.ts';
import type { Jobs } from './fleet-resources.ts';
import { call, failure } from './integration-call.ts';

async function start(jobs: Jobs, folder = temporaryFolder()) {
  const engine = await startTestEngine({ folder, jobs });
  const run = submitJobSync(engine.batch);
  const submitJob = (changes: Record<string, Json> = {}, id = 'request-1') =>
    call(run, 'batch:submitJob.sync', { JobName: 'job', JobQueue: 'spot', JobDefinition: 'job', ...changes }, id);
  return { ...engine, submitJob };
}

const environment = (variables: Record<string, string>) => ({
  ContainerOverrides: { Environment: Object.entries(variables).map(([Name, Value]) => ({ Name, Value })) },
});

test('A job that succeeds is the result, in PascalCase, with tags and parameters as they were', async () => {
  const { submitJob, logs } = await start({ job: { run: 'echo "$NAME $MANAGED_BY_AWS"' } });
  const { ended, submitted } = submitJob({
    ...environment({ NAME: 'world' }),
    Timeout: { AttemptDurationSeconds: 60 },
    RetryStrategy: { Attempts: 1 },
    Tags: { 'cost-center': 'a' },
    Parameters: { inputFile: 'x' },
  });
  const result = await ended;
  expect(result).toMatchObject({
    Status: 'SUCCEEDED',
    StatusReason: 'Essential container in task exited',
    Container: { ExitCode: 0, LogStreamName: expect.stringMatching(/^job\/default\//), Image: 'image' },
    Attempts: [{ Container: { ExitCode: 0 }, StatusReason: 'Essential container in task exited' }],
    Timeout: { AttemptDurationSeconds: 60 },
    Tags: { 'cost-center': 'a' },
    Parameters: { inputFile: 'x' },
    StartedAt: expect.any(Number),
  });
  expect(submitted).toEqual([
    { JobArn: (result as { JobArn: string }).JobArn, JobId: expect.any(String), JobName: 'job' },
  ]);
  expect(logs.lines()).toEqual(['world STARTED_BY_STEP_FUNCTIONS']);
});

test('A job that fails is States.TaskFailed with the job as its cause', async () => {
  const { submitJob } = await start({ job: { run: 'exit 65' } });
  const { error, reason } = await failure(submitJob().ended);
  expect(error).toBe('States.TaskFailed');
  expect(JSON.parse(reason)).toMatchObject({
    Status: 'FAILED',
    StatusReason: 'Essential container in task exited',
    Container: { ExitCode: 65 },
    Attempts: [{ Container: { ExitCode: 65 } }],
  });
});

test('What Batch refuses is an error by its name; throttling is the one that SubmitJob does not declare', async () => {
  const { submitJob, batch } = await start({ job: { run: 'true' } });
  expect(await failure(submitJob({ JobQueue: 'nowhere' }).ended)).toMatchObject({
    error: 'Batch.ClientException',
    reason: expect.stringMatching(/JobQueue nowhere not found.*Status Code: 400; Error Code: ClientException/),
  });
  batch.faults.next(1, 'throttled');
  expect(await failure(submitJob().ended)).toMatchObject({
    error: 'Batch.AWSBatchException',
    reason: expect.stringMatching(/Too Many Requests.*Error Code: TooManyRequestsException/),
  });
  batch.faults.next(1, 'server-error');
  expect(await failure(submitJob().ended)).toMatchObject({ error: 'Batch.ServerException' });
  expect(await submitJob().ended).toMatchObject({ Status: 'SUCCEEDED' });
});

test.each([
  ['a field that SubmitJob does not have', { ClientToken: 'x' }, /The field "ClientToken" is not supported/],
  ['camelCase', { timeout: {} }, /The field "timeout" is not supported/],
  [
    'a variable that is a number',
    { ContainerOverrides: { Environment: [{ Name: 'A', Value: 1 }] } },
    /'Value' must be a STRING/,
  ],
])('Arguments with %s are refused', async (_, changes, text) => {
  const { submitJob, batch } = await start({ job: { run: 'true' } });
  expect(await failure(submitJob(changes).ended)).toMatchObject({
    error: 'States.Runtime',
    reason: expect.stringMatching(text),
  });
  expect(batch.store.unfinished()).toEqual([]);
});

test('When the execution is stopped the job is terminated', async () => {
  const { submitJob, batch, fleet, logs } = await start({ job: { run: 'echo ready; sleep 1000' } });
  const { ended, submitted, abort } = submitJob();
  await until(() => expect(logs.lines()).toContain('ready'));
  abort(new Error('stopped'));
  await expect(ended).rejects.toThrow('stopped');
  const { JobId } = submitted[0] as { JobId: string };
  expect(await batch.store.ended(JobId)).toMatchObject({ status: 'FAILED', isTerminated: true });
  expect(fleet.running()).toEqual([]);
});

test('The same request joins its job, also in the next engine, and starts no second one', async () => {
  const folder = temporaryFolder();
  const jobs = { job: { run: 'echo ready; sleep 1000' } };
  const first = await start(jobs, folder);
  const [one, two] = [first.submitJob(), first.submitJob()];
  await until(() => expect(first.logs.lines()).toContain('ready'));
  expect(first.fleet.running()).toHaveLength(1);
  expect(two.submitted).toEqual(one.submitted);
  await first.close();

  const second = await start(jobs, folder);
  const joined = second.submitJob();
  const { error, reason } = await failure(joined.ended);
  expect(error).toBe('States.TaskFailed');
  expect(JSON.parse(reason)).toMatchObject({
    JobId: (one.submitted[0] as { JobId: string }).JobId,
    StatusReason: 'Your Spot Task was interrupted.',
  });
  expect(second.logs.lines()).toEqual([]);
});
