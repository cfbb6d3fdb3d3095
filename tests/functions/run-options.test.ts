import { ExecutionAlreadyExists, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { expect, test } from 'vitest';
import { handler as runJob } from '../../functions/api/run-job.ts';
import { functionsAlone } from './functions-alone.ts';
import { context, sample } from './lambda.ts';

const { sfn, inputs } = functionsAlone();

/** `POST /jobs/hello-world?…`, with an Idempotency-Key. No table of answers is there: a request that asked for one would fail. */
async function post(queryStringParameters: Record<string, string>) {
  const request = { ...sample('RunJob'), queryStringParameters };
  const response = (await runJob(request as never, context)) as APIGatewayProxyStructuredResultV2;
  return { status: response.statusCode, body: JSON.parse(response.body ?? '') };
}

test('a request says when to start, and with which tags', async () => {
  const startAt = new Date(Date.now() + 3_600_000).toISOString();
  const { status, body } = await post({
    startAt,
    'tag.team': 'sales',
    'tag.cost center': 'a/b',
    onDuplicate: 'return',
  });
  expect({ status, body }).toMatchObject({ status: 202, body: { started: true } });
  expect(inputs()).toMatchObject([{ startAt, tags: { team: 'sales', 'cost center': 'a/b' } }]);
});

test('two requests that must not be repeated never have the same input, which Step Functions would take for one', async () => {
  await post({ onDuplicate: 'reject' });
  await post({ onDuplicate: 'reject' });
  const [first, second] = inputs();
  expect(first).not.toEqual(second);
});

test('a repetition is answered with the execution that is there, or refused with its id', async () => {
  const { body: first } = await post({ onDuplicate: 'return' });
  sfn
    .on(StartExecutionCommand)
    .rejects(new ExecutionAlreadyExists({ message: 'Execution Already Exists', $metadata: {} }));
  expect(await post({ onDuplicate: 'return' })).toMatchObject({ status: 202, body: { id: first.id, started: false } });
  expect(await post({ onDuplicate: 'reject' })).toMatchObject({ status: 409, body: { id: first.id } });
});

test.each([
  [{ startAt: 'tomorrow' }, /startAt must be .* such as 2026-12-24T08:00:00Z; it is 'tomorrow'/],
  [{ startAt: '2100-01-01T00:00:00Z' }, /at most 330 days ahead/],
  [{ onDuplicate: 'ignore' }, /'return' or 'reject'; it is 'ignore'/],
  [{ 'tag.aws:team': 'a' }, /does not begin with 'aws:'/],
  [{ 'tag.': 'a' }, /A tag's name has 1 to 128/],
  [{ 'tag.team': 'sales,marketing' }, /'team' must be .* it is 'sales,marketing'/],
  [{ delay: '5' }, /'delay' is no parameter/],
])('%j is refused', async (query, detail) => {
  expect(await post(query)).toMatchObject({ status: 400, body: { detail: expect.stringMatching(detail) } });
  expect(inputs()).toEqual([]);
});
