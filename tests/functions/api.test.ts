import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ExecutionDoesNotExist, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { handler as getExecution } from '../../functions/api/get-execution.ts';
import { handler as listJobs } from '../../functions/api/list-jobs.ts';
import { handler as runJob } from '../../functions/api/run-job.ts';
import { mocked } from '../mocked.ts';
import { functionsAlone } from './functions-alone.ts';
import { context, environment, sample } from './lambda.ts';

const { sfn, s3, logged } = functionsAlone();

// No answer was given before: idempotency.engine.test.ts tests the others.
mocked(DynamoDBClient).resolves({});

async function call(handler: typeof runJob, request: unknown) {
  const response = (await handler(request as never, context)) as APIGatewayProxyStructuredResultV2;
  const { 'content-type': type, ...headers } = response.headers ?? {};
  return { status: response.statusCode, type, headers, body: JSON.parse(response.body ?? '') };
}

interface Post {
  name?: string;
  body?: string;
  headers?: Record<string, string>;
  base64?: boolean;
  requestId?: string;
}
/** `POST /jobs/{name}`, as curl sends it unless the test says otherwise. */
function post({ name = 'hello-world', body, headers = {}, base64 = false, requestId = 'r1' }: Post = {}) {
  const request = sample('RunJob');
  const { 'idempotency-key': _key, ...common } = request.headers;
  return {
    ...request,
    headers: { ...common, 'content-type': 'application/x-www-form-urlencoded', ...headers },
    pathParameters: { name },
    requestContext: { ...request.requestContext, requestId },
    body: base64 ? Buffer.from(body ?? '').toString('base64') : body,
    isBase64Encoded: base64,
  };
}
const startedWith = () => JSON.parse(sfn.commandCalls(StartExecutionCommand)[0]?.args[0].input.input ?? '');
const problem = (status: number, detail: RegExp) => ({
  status,
  type: 'application/problem+json',
  body: { status, detail: expect.stringMatching(detail) },
});

describe('GET /jobs', () => {
  test('names the jobs that are deployed, with JSON Schema of their input', async () => {
    const { status, body } = await call(listJobs, sample('ListJobs'));
    expect(status).toBe(200);
    expect(body.jobs).toMatchObject([{ name: 'hello-world', input: true }, { name: 'csv-report' }]);
    expect(body.jobs[1].input).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
  });

  test('leaves out what is not deployed', async () => {
    vi.stubEnv('JOBS', 'hello-world');
    expect((await call(listJobs, sample('ListJobs'))).body.jobs).toHaveLength(1);
  });
});

describe('GET /jobs, of a job that comes after another', () => {
  const helloWorld = async () => (await call(listJobs, sample('ListJobs'))).body.jobs[0];

  test('says so where the stack starts it so', async () => {
    vi.stubEnv('FOLLOWERS', 'other,hello-world');
    expect(await helloWorld()).toEqual({ name: 'hello-world', input: true, after: 'csv-report' });
  });

  test.each([undefined, '', 'other'])(
    'says nothing where its definition alone does: FOLLOWERS %j',
    async (followers) => {
      vi.stubEnv('FOLLOWERS', followers);
      expect(await helloWorld()).toEqual({ name: 'hello-world', input: true });
    },
  );
});

describe('POST /jobs/{name}', () => {
  test('starts the job and says where to look', async () => {
    const { status, headers, body } = await call(runJob, sample('RunJob'));
    expect(status).toBe(202);
    expect(body).toEqual({ id: expect.any(String), job: 'hello-world', href: `/executions/${body.id}` });
    expect(headers).toEqual({ location: body.href });
    expect(startedWith()).toEqual({ job: 'hello-world', event: '{"name":"world"}', source: 'http' });
  });

  test('takes what curl sends by default, plain or in base64 as API Gateway passes it on', async () => {
    for (const base64 of [false, true]) {
      sfn.resetHistory();
      expect(await call(runJob, post({ body: '{"name":"wörld"}', base64 }))).toMatchObject({ status: 202 });
      expect(startedWith().event).toBe('{"name":"wörld"}');
    }
  });

  test('hands any JSON over as it was sent, to the last space', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.constantFrom('', ' ', '\n'), fc.boolean(), async (value, space, base64) => {
        sfn.resetHistory();
        const body = `${space}${JSON.stringify(value, null, 2)}${space}`;
        expect(
          await call(runJob, post({ body, base64, headers: { 'content-type': 'application/json' } })),
        ).toMatchObject({ status: 202 });
        expect(startedWith().event).toBe(body);
      }),
    );
  });

  test('the same Idempotency-Key is the same execution, another key or request another one', async () => {
    const id = async (request: Post) => (await call(runJob, post({ body: '{}', ...request }))).body.id;
    const key = (value: string) => ({ headers: { 'idempotency-key': value } });
    expect(await id({ ...key('k'), requestId: 'r1' })).toBe(await id({ ...key('k'), requestId: 'r2' }));
    expect(await id(key('k'))).not.toBe(await id(key('l')));
    expect(await id({ requestId: 'r1' })).not.toBe(await id({ requestId: 'r2' }));
    expect(await id(key('r1'))).not.toBe(await id({ requestId: 'r1' }));
  });

  test('a key that is empty or endless is refused', async () => {
    for (const key of ['', 'k'.repeat(256)]) {
      const response = await call(runJob, post({ body: '{}', headers: { 'idempotency-key': key } }));
      expect(response).toMatchObject(problem(400, /Idempotency-Key must have 1 to 255/));
    }
  });

  test('a request that is repeated is answered like the first', async () => {
    const first = await call(runJob, sample('RunJob'));
    sfn
      .on(StartExecutionCommand)
      .rejects(Object.assign(new Error('Execution Already Exists'), { name: 'ExecutionAlreadyExists' }));
    expect(await call(runJob, sample('RunJob'))).toEqual(first);
  });

  test('an unknown job is not found, and the answer names those there are', async () => {
    expect(await call(runJob, post({ name: 'nonsense', body: '{}' }))).toMatchObject(
      problem(404, /'nonsense'.*hello-world, csv-report/),
    );
    vi.stubEnv('JOBS', 'hello-world');
    expect(await call(runJob, post({ name: 'csv-report', body: '{}' }))).toMatchObject(problem(404, /'csv-report'/));
    expect(sfn.calls()).toHaveLength(0);
  });

  test.each([
    ['nothing', undefined, /empty/],
    ['space', ' \n', /empty/],
    ['text', 'a secret', /^The body is no JSON: Unexpected token/],
    ['half an object', '{"a":', /Unexpected end/],
    ['two values', '{} {}', /position 3/],
  ])('a body of %s is malformed', async (_what, body, detail) => {
    const response = await call(runJob, post({ body }));
    expect(response).toMatchObject(problem(400, detail));
    expect(response.body.detail).not.toContain('secret');
  });

  test('a body that is not in UTF-8 is malformed', async () => {
    const request = { ...post({ base64: true }), body: Buffer.from([0x22, 0xff, 0x22]).toString('base64') };
    expect(await call(runJob, request)).toMatchObject(problem(400, /UTF-8/));
  });

  test('input that the schema refuses is answered with the place of each problem', async () => {
    const response = await call(runJob, post({ name: 'csv-report', body: '{"Records":[{}]}' }));
    expect(response).toMatchObject(problem(422, /csv-report does not take this input/));
    expect(response.body.errors.length).toBeGreaterThan(0);
    for (const error of response.body.errors)
      expect(error).toEqual({ path: expect.stringMatching(/^(\/|$)/), detail: expect.any(String) });
    expect(sfn.calls()).toHaveLength(0);
  });

  test.each(['application/xml', 'multipart/form-data; boundary=x', 'text/html'])('%s is no JSON', async (type) => {
    expect(await call(runJob, post({ body: '{}', headers: { 'content-type': type } }))).toMatchObject(
      problem(415, /application\/json/),
    );
  });
  test.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/cloudevents+json', ''])(
    '%j is JSON',
    async (type) => {
      expect(await call(runJob, post({ body: '{}', headers: { 'content-type': type } }))).toMatchObject({
        status: 202,
      });
    },
  );

  test('a large body goes through S3', async () => {
    s3.on(PutObjectCommand).resolves({});
    const { body } = await call(runJob, post({ body: JSON.stringify('x'.repeat(1_000_000)) }));
    expect(startedWith().eventUri).toBe(`s3://${environment.ARTIFACTS_BUCKET}/executions/${body.id}/event.json`);
  });
});

describe('GET /executions/{id}', () => {
  test('shows the execution', async () => {
    const { id } = sample('GetExecution').pathParameters;
    sfn
      .on(DescribeExecutionCommand)
      .resolves({ status: 'RUNNING', startDate: new Date(0), input: '{"job":"hello-world"}' });
    const missing = Object.assign(new Error('The specified key does not exist.'), { name: 'NoSuchKey' });
    s3.rejects(missing);
    sfn.onAnyCommand({}).resolves({ events: [] });
    sfn
      .on(DescribeExecutionCommand)
      .resolves({ status: 'RUNNING', startDate: new Date(0), input: '{"job":"hello-world"}' });
    expect(await call(getExecution, sample('GetExecution'))).toMatchObject({
      status: 200,
      body: { id, job: 'hello-world', status: 'RUNNING' },
    });
  });

  test('an execution that is not there is not found', async () => {
    sfn
      .on(DescribeExecutionCommand)
      .rejects(new ExecutionDoesNotExist({ message: 'Execution Does Not Exist', $metadata: {} }));
    expect(await call(getExecution, sample('GetExecution'))).toMatchObject(problem(404, /There is no execution/));
  });

  test('an id that no execution can have is refused before AWS is asked', async () => {
    for (const id of ['a b', 'a:b', '../x', 'x'.repeat(81), '']) {
      expect(await call(getExecution, { ...sample('GetExecution'), pathParameters: { id } })).toMatchObject(
        problem(400, /id of an execution/),
      );
    }
    expect(sfn.calls()).toHaveLength(0);
  });
});

describe('when AWS is in trouble', () => {
  const failing = (properties: object) => Object.assign(new Error('inner detail'), properties);

  test.each([
    ['throttled', { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } }],
    ['full', { name: 'ExecutionLimitExceeded', $metadata: { httpStatusCode: 400 } }],
    ['unavailable', { name: 'ServiceUnavailable', $metadata: { httpStatusCode: 503 } }],
    ['slow', { name: 'TimeoutError' }],
  ])('Step Functions %s: the caller is asked to come back', async (_what, error) => {
    sfn.on(StartExecutionCommand).rejects(failing(error));
    const response = await call(runJob, sample('RunJob'));
    expect(response).toMatchObject({ ...problem(503, /Send the same request again/), headers: { 'retry-after': '5' } });
  });

  test.each([
    ['down', { name: 'InternalFailure', $metadata: { httpStatusCode: 500 } }],
    ['out of reach', { code: 'ECONNREFUSED' }],
    ['closed to us', { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } }],
  ])('Step Functions %s: the caller is told so, and nothing of the inside', async (_what, error) => {
    sfn.on(StartExecutionCommand).rejects(failing(error));
    const response = await call(runJob, sample('RunJob'));
    expect(response).toMatchObject(problem(502, /An AWS service failed/));
    expect(JSON.stringify(response)).not.toContain('inner detail');
    expect(logged.join()).toContain('inner detail');
  });

  test('a fault of our own is an answer too, and is not said to be one of AWS', async () => {
    sfn.on(StartExecutionCommand).rejects(failing({ code: 'ERR_INVALID_ARG_TYPE' }));
    expect(await call(runJob, sample('RunJob'))).toMatchObject(problem(500, /log of the function/));
    vi.stubEnv('STATE_MACHINE_ARN', '');
    expect(await call(runJob, sample('RunJob'))).toMatchObject(problem(500, /log of the function/));
    expect(logged.join()).toContain('STATE_MACHINE_ARN');
  });
});

test('the log has job and id, never the body', async () => {
  const { body } = await call(runJob, post({ body: '{"card":"4111-1111"}' }));
  expect(logged.map((line) => JSON.parse(line))).toMatchObject([
    { message: 'Started', job: 'hello-world', id: body.id },
  ]);
  expect(logged.join()).not.toContain('4111');
});
