import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { ALBResult } from 'aws-lambda';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { handler } from '../../functions/triggers/alb/handler.ts';
import { functionsAlone } from './functions-alone.ts';
import { context, sample } from './lambda.ts';

const { sfn, inputs } = functionsAlone({ JOB: 'hello-world' });

const call = (event: unknown, awsRequestId = 'r1') =>
  handler(event as never, { ...context, awsRequestId }) as Promise<ALBResult>;

/** The sample as a target group without multi-value headers gets it. */
function single() {
  const { multiValueHeaders, multiValueQueryStringParameters: _, ...event } = sample('AlbTrigger');
  const headers = Object.fromEntries(
    Object.entries<string[]>(multiValueHeaders).map(([name, [value]]) => [name, value]),
  );
  return { ...event, headers, queryStringParameters: { shop: '7', tag: 'b' } };
}

test('a request starts the job with the event as the load balancer made it, and is answered in its way', async () => {
  const event = sample('AlbTrigger');
  const { statusCode, headers, multiValueHeaders, body } = await call(event);
  expect({ statusCode, headers, multiValueHeaders }).toEqual({
    statusCode: 202,
    headers: undefined,
    multiValueHeaders: { 'content-type': ['application/json'] },
  });
  expect(JSON.parse(body ?? '')).toEqual({ id: expect.stringMatching(/^hello-world-/), job: 'hello-world' });
  expect(inputs()).toMatchObject([{ job: 'hello-world', source: 'alb' }]);
  expect(JSON.parse(inputs()[0].event)).toEqual(event);
});

test('a target group without multi-value headers is answered without them', async () => {
  const { statusCode, headers, multiValueHeaders } = await call(single());
  expect({ statusCode, headers, multiValueHeaders }).toEqual({
    statusCode: 202,
    headers: { 'content-type': 'application/json' },
    multiValueHeaders: undefined,
  });
});

test('the Lambda request is the identity: the same one starts nothing twice', async () => {
  const idOf = async (requestId: string) => JSON.parse((await call(sample('AlbTrigger'), requestId)).body ?? '').id;
  expect(await idOf('r1')).toBe(await idOf('r1'));
  expect(await idOf('r1')).not.toBe(await idOf('r2'));
});

test.each([single, () => sample('AlbTrigger')])('a health check is answered and starts nothing', async (event) => {
  const check = event();
  if (check.headers) check.headers['user-agent'] = 'ELB-HealthChecker/2.0';
  else check.multiValueHeaders['user-agent'] = ['ELB-HealthChecker/2.0'];
  expect((await call(check)).statusCode).toBe(200);
  expect(inputs()).toEqual([]);
});

test.each([
  ['ThrottlingException', 503],
  ['StateMachineDoesNotExist', 502],
])('%s of Step Functions is answered %i', async (name, statusCode) => {
  sfn.on(StartExecutionCommand).rejects(Object.assign(new Error(name), { name, $fault: 'client' }));
  expect(await call(sample('AlbTrigger'))).toMatchObject({ statusCode, multiValueHeaders: expect.anything() });
});

test('whatever the event is, there is an answer, and each request has an id of its own', async () => {
  const part = fc.oneof(
    fc.anything(),
    fc.dictionary(fc.string(), fc.string()),
    fc.dictionary(fc.string(), fc.array(fc.string())),
  );
  const anything = fc.record({ headers: part, multiValueHeaders: part, body: part, path: part }, { requiredKeys: [] });
  const ids = new Set<string>();
  let requests = 0;
  await fc.assert(
    fc.asyncProperty(anything, async (event) => {
      const { statusCode, body } = await call(event, `request-${requests++}`);
      expect([202, 500]).toContain(statusCode);
      if (statusCode !== 202) return;
      const { id } = JSON.parse(body ?? '');
      expect(ids.has(id)).toBe(false);
      ids.add(id);
    }),
  );
});
