import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { handler } from '../../functions/triggers/eventbridge/handler.ts';
import { context, environment, sample } from './lambda.ts';

// What the AWS SDK itself tries again, against a service that refuses: the mocks of other tests stand in front of that.

interface Refusal {
  status: number;
  type: string;
  body: string;
}
const throttled = { status: 400, type: 'application/x-amz-json-1.0', body: '{"__type":"ThrottlingException"}' };
const down = { status: 500, type: 'application/x-amz-json-1.0', body: '{"__type":"InternalFailure"}' };
const refused = { status: 400, type: 'application/x-amz-json-1.0', body: '{"__type":"StateMachineDoesNotExist"}' };
const slowDown = { status: 503, type: 'application/xml', body: '<Error><Code>SlowDown</Code></Error>' };

let server: Server;
/** What is answered next; then everything succeeds. */
let refusals: Refusal[] = [];
let requests: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      requests.push(request.headers['x-amz-target'] === undefined ? 'S3' : 'Step Functions');
      const { status, type, body } = refusals.shift() ?? { status: 200, type: throttled.type, body: '{}' };
      response.writeHead(status, { 'content-type': type }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = {
    JOB: 'hello-world',
    BATCHING: 'record',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  for (const [name, value] of Object.entries({ ...environment, ...own })) vi.stubEnv(name, value);
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockReturnValue(true);
});
afterAll(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  requests = [];
});

const deliver = (detail: object = {}) =>
  handler({ ...sample('EventBridgeTrigger'), detail }, context) as unknown as Promise<{ started: boolean }[]>;
const large = { text: 'x'.repeat(10_000) };

test.each([
  ['throttled', throttled],
  ['down', down],
])('a service that is %s for a moment is asked three times, and Lambda hears nothing of it', async (_how, refusal) => {
  refusals = [refusal, refusal];
  expect(await deliver()).toMatchObject([{ started: true }]);
  expect(requests).toEqual(['Step Functions', 'Step Functions', 'Step Functions']);
});

test('one that stays throttled is not asked a fourth time: the event goes back to Lambda', async () => {
  refusals = [throttled, throttled, throttled, throttled];
  await expect(deliver()).rejects.toMatchObject({ name: 'ThrottlingException' });
  expect(requests).toHaveLength(3);
});

test('what is refused for good is asked for once', async () => {
  refusals = [refused];
  await expect(deliver()).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  expect(requests).toHaveLength(1);
});

test('an event is stored before it is started, and S3 is asked three times as well', async () => {
  refusals = [slowDown, slowDown];
  expect(await deliver(large)).toMatchObject([{ started: true }]);
  expect(requests).toEqual(['S3', 'S3', 'S3', 'Step Functions']);
});
