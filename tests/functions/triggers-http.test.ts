import { ExecutionAlreadyExists, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { handler } from '../../functions/triggers/http/handler.ts';
import { functionsAlone } from './functions-alone.ts';
import { context, sample } from './lambda.ts';

const { sfn, inputs } = functionsAlone({ ANSWERS_TABLE: '', JOB: 'hello-world' });

async function call(event: unknown) {
  const { statusCode, headers, body } = (await handler(event as never, context)) as APIGatewayProxyStructuredResultV2;
  return { statusCode, headers, body: JSON.parse(body ?? '') };
}

interface Request {
  key?: string;
  requestId?: string;
  routeKey?: string;
  sub?: string;
}
function request({ key, requestId = 'r1', routeKey = 'ANY /hooks/{proxy+}', sub }: Request) {
  const event = sample('HttpTrigger');
  delete event.headers['idempotency-key'];
  if (key !== undefined) event.headers['idempotency-key'] = key;
  if (sub !== undefined) event.requestContext.authorizer = { jwt: { claims: { iss: 'https://issuer', sub } } };
  return { ...event, routeKey, requestContext: { ...event.requestContext, requestId } };
}
const idOf = async (like: Request) => (await call(request(like))).body.id;

test('a request starts the job with the event as API Gateway passed it on, and says where to look', async () => {
  const event = sample('HttpTrigger');
  const { statusCode, headers, body } = await call(event);
  expect({ statusCode, body }).toEqual({
    statusCode: 202,
    body: { id: expect.stringMatching(/^hello-world-/), job: 'hello-world', href: `/executions/${body.id}` },
  });
  expect(headers?.location).toBe(body.href);
  expect(inputs()).toMatchObject([{ job: 'hello-world', source: 'http' }]);
  expect(JSON.parse(inputs()[0].event)).toEqual(event);
});

test('a repetition is answered like the first, whether the execution runs or has ended', async () => {
  const first = await call(request({ key: 'k' }));
  sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ message: '', $metadata: {} }));
  expect(await call(request({ key: 'k', requestId: 'r2' }))).toEqual(first);
});

test('one request has one id, and requests that differ in key, route or user have ids of their own', async () => {
  const text = fc.constantFrom('a', 'b', 'a,b', '"', '\u{1f600}');
  const like = fc.record({ key: text, routeKey: text, sub: fc.option(text, { nil: undefined }) });
  await fc.assert(
    fc.asyncProperty(like, like, fc.uuid(), fc.uuid(), async (one, other, first, second) => {
      const ids = [await idOf({ ...one, requestId: first }), await idOf({ ...other, requestId: second })];
      expect(ids[0] === ids[1]).toBe(JSON.stringify(one) === JSON.stringify(other));
    }),
  );
});

test('a partner cannot take the key of another', async () => {
  const idOfPartner = async (partner: string) => {
    const event = request({ key: 'order-1' });
    event.requestContext.authorizer = { lambda: { partner } };
    return (await call(event)).body.id;
  };
  expect(await idOfPartner('acme')).toBe(await idOfPartner('acme'));
  expect(await idOfPartner('acme')).not.toBe(await idOfPartner('other'));
});

test('without a key the id is that of the request, and a key is not taken for one', async () => {
  expect(await idOf({ requestId: 'r1' })).toBe(await idOf({ requestId: 'r1' }));
  expect(await idOf({ requestId: 'r1' })).not.toBe(await idOf({ requestId: 'r2' }));
  expect(await idOf({ key: 'r1' })).not.toBe(await idOf({ requestId: 'r1' }));
});

test.each(['', 'x'.repeat(256)])('an Idempotency-Key of a wrong length is refused', async (key) => {
  expect(await call(request({ key }))).toMatchObject({
    statusCode: 400,
    body: { detail: expect.stringMatching(/1 to 255/) },
  });
  expect(inputs()).toEqual([]);
});

test.each([
  ['ThrottlingException', 503],
  ['StateMachineDoesNotExist', 502],
])('%s of Step Functions is answered %i, so that the caller comes back', async (name, statusCode) => {
  sfn.on(StartExecutionCommand).rejects(Object.assign(new Error(name), { name, $fault: 'client' }));
  expect(await call(request({}))).toMatchObject({ statusCode });
});

test('whatever the event is, there is an answer', async () => {
  const anything = fc.oneof(
    fc.object(),
    fc.record({ headers: fc.anything(), requestContext: fc.anything(), routeKey: fc.anything() }),
  );
  await fc.assert(
    fc.asyncProperty(anything, async (event) => {
      const { statusCode } = await call(event);
      expect([202, 400, 500]).toContain(statusCode);
    }),
  );
});
