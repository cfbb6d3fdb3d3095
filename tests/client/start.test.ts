import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, expect, test } from 'vitest';
import { startExecution } from '../../longhaul/client/start.ts';
import { mocked } from '../mocked.ts';

const sfn = mocked(SFNClient);
const s3 = mocked(S3Client);
const stack = {
  stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:longhaul',
  artifactsBucket: 'artifacts',
};
const request = { job: 'hello-world', event: '{"a":1}', identity: ['http', 'key', '1'], source: 'http' };
const large = JSON.stringify({ text: 'é'.repeat(3_000) });

beforeEach(() => {
  sfn.reset();
  s3.reset();
});

const input = (): unknown => JSON.parse(sfn.commandCalls(StartExecutionCommand)[0]?.args[0].input.input ?? '');

test('an event starts the execution that its identity names, with nothing but job, event and source', async () => {
  sfn.on(StartExecutionCommand).resolves({});
  const { id, started } = await startExecution(request, stack);
  expect(started).toBe(true);
  expect(sfn.commandCalls(StartExecutionCommand)[0]?.args[0].input).toMatchObject({
    name: id,
    stateMachineArn: stack.stateMachineArn,
  });
  expect(input()).toEqual({ job: 'hello-world', event: '{"a":1}', source: 'http' });
  expect(s3.calls()).toHaveLength(0);
});

test('an event that had started its execution before is a success that starts nothing', async () => {
  sfn
    .on(StartExecutionCommand)
    .rejects(new ExecutionAlreadyExists({ message: 'Execution Already Exists', $metadata: {} }));
  expect(await startExecution(request, stack)).toMatchObject({ started: false });
});

test('a large event is stored first, and the execution is told where', async () => {
  sfn.on(StartExecutionCommand).resolves({});
  s3.on(PutObjectCommand).resolves({});
  const { id } = await startExecution({ ...request, event: large }, stack);
  expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input).toMatchObject({
    Bucket: 'artifacts',
    Key: `executions/${id}/event.json`,
    Body: large,
    IfNoneMatch: '*',
  });
  expect(input()).toEqual({
    job: 'hello-world',
    eventUri: `s3://artifacts/executions/${id}/event.json`,
    source: 'http',
  });
});

test('a large event that was stored by an earlier delivery is left as it is, and started', async () => {
  sfn.on(StartExecutionCommand).resolves({});
  s3.on(PutObjectCommand).rejects(
    Object.assign(new Error('At least one of the pre-conditions did not hold'), { name: 'PreconditionFailed' }),
  );
  expect(await startExecution({ ...request, event: large }, stack)).toMatchObject({ started: true });
});

test('an event that cannot be stored starts nothing', async () => {
  s3.on(PutObjectCommand).rejects(Object.assign(new Error('Reduce your request rate'), { name: 'SlowDown' }));
  await expect(startExecution({ ...request, event: large }, stack)).rejects.toThrow('Reduce your request rate');
  expect(sfn.calls()).toHaveLength(0);
});

test('a refusal of Step Functions reaches the caller', async () => {
  sfn.on(StartExecutionCommand).rejects(Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' }));
  await expect(startExecution(request, stack)).rejects.toMatchObject({ name: 'ThrottlingException' });
});

test('when to start and what to resume are passed on', async () => {
  sfn.on(StartExecutionCommand).resolves({});
  await startExecution({ ...request, startAt: '2026-12-24T08:00:00Z', resumes: 'hello-world-9f' }, stack);
  expect(input()).toMatchObject({ startAt: '2026-12-24T08:00:00Z', resumes: 'hello-world-9f' });
});
