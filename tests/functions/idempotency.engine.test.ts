import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler } from '../../functions/api/run-job.ts';
import { handler as httpTrigger } from '../../functions/triggers/http/handler.ts';
import { backgroundClock } from '../../longhaul/asl/index.ts';
import { openDatabase } from '../../longhaul/engine/database.ts';
import { type Endpoint, startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { DynamoDbOnDemand, dynamoDbServices } from '../../longhaul/engine/services/dynamodb/index.ts';
import { RecordLog } from '../../longhaul/engine/services/record-log/index.ts';
import type { Resource } from '../../longhaul/engine/template/index.ts';
import { read, root } from '../template/templates.ts';
import { functionsAlone } from './functions-alone.ts';
import { context, environment, sample } from './lambda.ts';

/** The table of the template, in the engine's DynamoDB. */
const answers = (): Resource => ({
  logicalId: 'Answers',
  path: 'Answers',
  type: 'AWS::DynamoDB::Table',
  ref: environment.ANSWERS_TABLE,
  attributes: { Arn: `arn:aws:dynamodb:us-east-1:000000000000:table/${environment.ANSWERS_TABLE}` },
  metadata: {},
  templateFile: join(root, 'functions/api/template.yaml'),
  properties: read('functions/api/template.yaml').Resources.Answers.Properties,
});

const { sfn, logged, starts } = functionsAlone();

let directory: string;
let endpoint: Endpoint;
let dynamoDb: DynamoDbOnDemand;
let db: ReturnType<typeof openDatabase>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longhaul-idempotency-'));
  db = openDatabase(join(directory, 'engine.sqlite'));
  const log = new RecordLog(db, backgroundClock);
  const options = { db, log, clock: backgroundClock, directory: join(directory, 'tables'), tables: [answers()] };
  dynamoDb = new DynamoDbOnDemand(options);
  await dynamoDb.start();
  endpoint = await startEndpoint({ port: 0, services: dynamoDbServices(dynamoDb) });
});
afterAll(async () => {
  await endpoint.close();
  await dynamoDb.close();
  db.close();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(() => {
  // No time goes by: who waits for another request's answer waits as long as that takes.
  vi.useFakeTimers({ toFake: ['Date'] });
  const own = { AWS_ENDPOINT_URL: endpoint.url, AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  for (const [name, value] of Object.entries(own)) vi.stubEnv(name, value);
});

let keys = 0;
const newKey = () => `key-${keys++}`;
async function post(
  key: string | undefined,
  body = '{"name":"world"}',
  more: { name?: string; sub?: string; query?: object } = {},
) {
  const request = sample('RunJob');
  delete request.headers['idempotency-key'];
  if (key !== undefined) request.headers['idempotency-key'] = key;
  request.requestContext.requestId = `request-${keys++}`;
  request.pathParameters.name = more.name ?? 'hello-world';
  if (more.sub) request.requestContext.authorizer = { jwt: { claims: { iss: 'https://issuer', sub: more.sub } } };
  request.queryStringParameters = more.query;
  return (await handler({ ...request, body }, context)) as APIGatewayProxyStructuredResultV2;
}

test('the same request is answered the same, word for word, and starts nothing twice', async () => {
  const key = newKey();
  const first = await post(key);
  expect(first.statusCode).toBe(202);
  for (let repetition = 0; repetition < 3; repetition++) expect(await post(key)).toEqual(first);
  expect(starts()).toHaveLength(1);
});

test('another body under the same key is refused, and nothing of either is stored or logged', async () => {
  const key = newKey();
  await post(key, '{"name":"first-body"}');
  const second = await post(key, '{"name":"second-body"}');
  expect(second).toMatchObject({ statusCode: 422, body: expect.stringContaining('was used for another request') });
  expect(starts()).toHaveLength(1);
  const { Items } = await new DynamoDBClient({}).send(new ScanCommand({ TableName: environment.ANSWERS_TABLE }));
  expect(JSON.stringify(Items) + logged.join('')).not.toMatch(/first-body|second-body/);
});

test('another start or tag under the same key is refused, and the same one answered the same', async () => {
  const key = newKey();
  const body = '{"name":"world"}';
  const [soon, later] = [1, 2].map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString());
  const query = { startAt: soon, 'tag.team': 'sales' };
  const first = await post(key, body, { query });
  expect(first.statusCode).toBe(202);
  expect(await post(key, body, { query })).toEqual(first);
  for (const another of [{}, { ...query, 'tag.team': 'support' }, { ...query, startAt: later }]) {
    expect((await post(key, body, { query: another })).statusCode).toBe(422);
  }
  expect(starts()).toHaveLength(1);
});

test('of many at once one starts, and all are answered the same', async () => {
  sfn.on(StartExecutionCommand).callsFake(() => new Promise((resolve) => setTimeout(() => resolve({}), 300)));
  const key = newKey();
  const all = await Promise.all(Array.from({ length: 20 }, () => post(key)));
  expect(new Set(all.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(all[0]?.statusCode).toBe(202);
  expect(starts()).toHaveLength(1);
});

test('of two at once with different bodies one starts and the other is refused', async () => {
  sfn.on(StartExecutionCommand).callsFake(() => new Promise((resolve) => setTimeout(() => resolve({}), 300)));
  const key = newKey();
  const both = await Promise.all([post(key, '{"a":1}'), post(key, '{"a":2}')]);
  expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([202, 422]);
  expect(starts()).toHaveLength(1);
});

test('who waits too long for another request with its key is told to come back', async () => {
  vi.useRealTimers();
  const { promise, resolve } = Promise.withResolvers<object>();
  sfn.on(StartExecutionCommand).callsFake(() => promise);
  const key = newKey();
  const first = post(key);
  await expect.poll(starts).toHaveLength(1);
  const refused = await post(key);
  expect(refused).toMatchObject({ statusCode: 409, headers: { 'retry-after': '1' } });
  expect(JSON.parse(refused.body!)).toMatchObject({ retryable: true });
  resolve({});
  const answer = await first;
  expect(await post(key)).toEqual(answer);
  expect(starts()).toHaveLength(1);
});

test('an error is not kept: the same request may be sent again', async () => {
  const key = newKey();
  sfn
    .on(StartExecutionCommand)
    .rejectsOnce(Object.assign(new Error('busy'), { name: 'ThrottlingException' }))
    .resolves({});
  expect((await post(key)).statusCode).toBe(503);
  expect((await post(key)).statusCode).toBe(202);
  expect((await post(key, '{"bucket":7}', { name: 'csv-report' })).statusCode).toBe(422);
  expect((await post(key, '{"bucket":"b","key":"k"}', { name: 'csv-report' })).statusCode).toBe(202);
});

test('after an error another body under the key is refused, since the first may have been started', async () => {
  const key = newKey();
  // Step Functions started it, and the answer was lost.
  sfn
    .on(StartExecutionCommand)
    .rejectsOnce(Object.assign(new Error('lost'), { name: 'TimeoutError' }))
    .resolves({});
  expect((await post(key, '{"first":1}')).statusCode).toBe(503);
  expect((await post(key, '{"second":2}')).statusCode).toBe(422);
  const again = await post(key, '{"first":1}');
  expect(again.statusCode).toBe(202);
  expect(await post(key, '{"first":1}')).toEqual(again);
  expect((await post(key, '{"second":2}')).statusCode).toBe(422);
});

test('after a function that timed out another body under the key is refused, and the same one accepted', async () => {
  const key = newKey();
  sfn.on(StartExecutionCommand).callsFakeOnce(() => new Promise(() => {}));
  void post(key, '{"first":1}');
  await expect.poll(starts).toHaveLength(1);
  vi.setSystemTime(Date.now() + context.getRemainingTimeInMillis() + 1000);
  expect((await post(key, '{"second":2}')).statusCode).toBe(422);
  expect((await post(key, '{"first":1}')).statusCode).toBe(202);
});

test('jobs and users have keys of their own', async () => {
  const key = newKey();
  const ids = new Set();
  for (const more of [{}, { sub: 'ada' }, { sub: 'bob' }]) {
    const { statusCode, body } = await post(key, `{"sub":"${'sub' in more ? more.sub : ''}"}`, more);
    expect(statusCode).toBe(202);
    ids.add(JSON.parse(body ?? '').id);
  }
  expect(ids.size).toBe(3);
});

test('any key and any body have one answer', async () => {
  const anyKey = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(anyKey, fc.json(), async (text, body) => {
      const key = `${newKey()}${text}`;
      expect(await post(key, body)).toEqual(await post(key, body));
    }),
    { numRuns: 20 },
  );
});

test.each([
  ['ProvisionedThroughputExceededException', 503],
  ['AccessDeniedException', 502],
])('%s of DynamoDB is answered %i, and starts nothing', async (name, statusCode) => {
  const dynamo = mockClient(DynamoDBClient);
  dynamo.rejects(Object.assign(new Error(name), { name, $fault: 'client', $metadata: {} }));
  try {
    expect((await post(newKey())).statusCode).toBe(statusCode);
    expect(starts()).toHaveLength(0);
  } finally {
    dynamo.restore();
  }
});

test('nothing of it is loaded for a request without a key', () => {
  const script = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    await import(${JSON.stringify(join(root, 'functions/api/run-job.ts'))});
    process.stdout.write(loaded.filter((url) => /idempotency|(client|lib)-dynamodb/.test(url)).join(' ') || 'nothing');
  `;
  expect(execFileSync('node', ['--input-type=module', '-e', script], { encoding: 'utf8' })).toBe('nothing');
});

describe('a trigger of the HTTP API with the table', () => {
  beforeEach(() => vi.stubEnv('JOB', 'hello-world'));
  async function hook(key: string, change: object = {}) {
    const request = sample('HttpTrigger');
    request.headers['idempotency-key'] = key;
    request.requestContext.requestId = `request-${keys++}`;
    return (await httpTrigger({ ...request, ...change }, context)) as APIGatewayProxyStructuredResultV2;
  }

  test('answers the same request the same, and starts nothing twice', async () => {
    const key = newKey();
    const [first, ...others] = await Promise.all([hook(key), hook(key), hook(key)]);
    expect(first?.statusCode).toBe(202);
    for (const other of [...others, await hook(key)]) expect(other).toEqual(first);
    expect(starts()).toHaveLength(1);
  });

  test.each([{ body: 'another' }, { rawPath: '/hooks/another' }, { rawQueryString: 'another=1' }])(
    'refuses another request under the key, so that it is not taken for one that was handled: %j',
    async (change) => {
      const key = newKey();
      expect((await hook(key)).statusCode).toBe(202);
      expect((await hook(key, change)).statusCode).toBe(422);
      expect(starts()).toHaveLength(1);
    },
  );
});
