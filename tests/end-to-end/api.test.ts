import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiDocument } from './api-document.ts';
import { app, engineOf, temporaryDirectory, until } from './engine.ts';

/** The app's own API, over HTTP. Every answer must be what its openapi.json says. */
let engine: Engine;
let document: ApiDocument;

beforeAll(async () => {
  engine = await engineOf(app, {
    dataDirectory: await temporaryDirectory(afterAll),
    parameters: { CsvReportImage: 'local' },
    bytesPerSecond: 20_000,
  });
  document = new ApiDocument((await (await fetch(`${engine.apiUrl}/openapi.json`)).json()) as object);
});
afterAll(() => engine.close());

interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the document is asked what it is
  body: any;
}

async function call(method: string, requested: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(new URL(requested, engine.apiUrl), { method, ...init });
  const text = await response.text();
  const body = text === '' ? undefined : JSON.parse(text);
  expect(document.complaint(method, requested, response, body), `${method} ${requested}: ${text}`).toBeUndefined();
  return { status: response.status, headers: response.headers, body };
}
const get = (requested: string) => call('GET', requested);

async function run(job: string, input: unknown): Promise<string> {
  const { status, body } = await call('POST', `/jobs/${job}`, { body: JSON.stringify(input) });
  expect(status).toBe(202);
  return body.id;
}
const ended = (id: string) =>
  until(async () => {
    const { body } = await get(`/executions/${id}`);
    return body.status !== 'RUNNING' && body;
  });

async function upload(rows: number): Promise<object> {
  const lines = Array.from({ length: rows }, (_, row) => `${row},name ${row},${row * 1.5}`);
  const [bucket, key] = [engine.outputs.UploadsBucketName!, `elsewhere/${rows}.csv`];
  const Body = `id,name,price\n${lines.join('\n')}\n`;
  await new S3Client(engine.aws).send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }));
  return { bucket, key };
}

test('a job is run, looked at, and its log read to the end', async () => {
  const id = await run('hello-world', { name: 'wörld' });
  expect(await ended(id)).toMatchObject({
    status: 'SUCCEEDED',
    attempt: 1,
    container: {
      backend: 'ecs',
      status: 'STOPPED',
      exitCode: 0,
      startedAt: expect.any(String),
      stoppedAt: expect.any(String),
    },
  });
  const messages: string[] = [];
  for (let cursor = '', complete = false; !complete; ) {
    const { body } = await get(`/executions/${id}/logs?limit=1${cursor && `&cursor=${cursor}`}`);
    messages.push(...body.lines.map(({ message }: { message: string }) => message));
    ({ cursor, complete } = body);
  }
  expect(messages.join('\n')).toContain('wörld');
});

test('executions are listed by job and status, page by page', async () => {
  const ids = [];
  for (let number = 0; number < 3; number++) ids.push(await run('hello-world', { number }));
  for (const id of ids) await ended(id);
  const failed = await run('csv-report', { bucket: engine.outputs.UploadsBucketName, key: 'no-such-object' });
  await ended(failed);
  const listed: string[] = [];
  for (let next: string | undefined = '/executions?job=hello-world&status=SUCCEEDED&limit=2'; next; ) {
    const { body } = await get(next);
    expect(body.executions.length).toBeLessThanOrEqual(2);
    listed.push(...body.executions.map(({ id }: { id: string }) => id));
    next = body.cursor && `/executions?job=hello-world&status=SUCCEEDED&limit=2&cursor=${body.cursor}`;
  }
  expect(listed).toEqual(expect.arrayContaining(ids));
  expect(listed).not.toContain(failed);
  expect(new Set(listed).size).toBe(listed.length);
  expect((await get('/executions?job=csv-report&status=FAILED')).body.executions).toMatchObject([{ id: failed }]);
});

test('a running job is stopped with its checkpoint saved, and resumed from there', async () => {
  const id = await run('csv-report', await upload(200_000));
  const progress = await until(async () => {
    const { body } = await get(`/executions/${id}`);
    return body.progress?.done > 0 && body.progress;
  });
  expect((await call('DELETE', `/executions/${id}?reason=${encodeURIComponent('Later, please')}`)).status).toBe(204);
  expect(await ended(id)).toMatchObject({ status: 'ABORTED', error: 'Job.Stopped', reason: 'Later, please' });

  const resumed = await until(async () => {
    const answer = await call('POST', `/executions/${id}/resume`);
    if (answer.status === 409) expect(answer.body).toMatchObject({ retryable: true });
    return answer.status === 202 && answer;
  });
  expect(resumed.headers.get('location')).toBe(`/executions/${id}-r1`);
  const again = await until(async () => {
    const { body } = await get(`/executions/${id}-r1`);
    return body.progress?.done > progress.done && body;
  });
  expect(again).toMatchObject({ job: 'csv-report', resumes: id, source: 'http' });
  expect((await get(`/executions/${id}`)).body).toMatchObject({ resumedAs: `${id}-r1` });
  const { body } = await get(`/executions/${id}-r1/logs`);
  expect(body.complete).toBe(false);
  await call('DELETE', `/executions/${id}-r1`);
});

describe('refusals', () => {
  test.each([
    ['GET', '/executions/nobody', 404, /no execution 'nobody'/],
    ['GET', '/executions/nobody/logs', 404, /no execution 'nobody'/],
    ['DELETE', '/executions/nobody', 404, /no execution 'nobody'/],
    ['POST', '/executions/nobody/resume', 404, /no execution 'nobody'/],
    ['GET', '/executions/a%20b', 400, /1 to 80 characters; none is a space/],
    ['GET', '/executions/nobody?limit=1', 400, /no query parameter 'limit' here; there is none/],
    ['GET', '/executions?status=DONE', 400, /must be one of RUNNING, SUCCEEDED/],
    ['GET', '/executions?cursor=x', 400, /leave it out to begin anew/],
    ['GET', '/executions?stauts=RUNNING', 400, /there is job, status, limit, cursor/],
    ['POST', '/jobs/csv-report', 422, /does not take this input/],
  ])('%s %s is a problem in words', async (method, requested, status, detail) => {
    const { body, headers, ...answer } = await call(method, requested, method === 'POST' ? { body: '{}' } : {});
    expect(answer.status).toBe(status);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body.detail).toMatch(detail);
  });

  test.each(['/jobs/hello-world', '/hooks/any'])('a request to %s that is too large is told so', async (requested) => {
    const { status } = await call('POST', requested, { body: JSON.stringify('x'.repeat(6 * 1024 * 1024)) });
    expect(status).toBe(413);
  });

  test('of what succeeded: nothing to resume', async () => {
    const id = await run('hello-world', {});
    await ended(id);
    const { status, body } = await call('POST', `/executions/${id}/resume`);
    expect(status).toBe(409);
    expect(body).toMatchObject({ retryable: false, detail: expect.stringContaining('has succeeded') });
  });
});

test('the examples of README and docs/api.md are requests of openapi.json', async () => {
  const texts = ['README.md', 'docs/api.md'].map((file) => readFileSync(path.join(app, file), 'utf8'));
  const examples = texts.flatMap((text) => text.replaceAll(/\\\n\s*/g, '').match(/^curl .*/gm) ?? []);
  expect(examples.length).toBeGreaterThan(5);
  for (const example of examples) {
    const url = /https?:\/\/127\.0\.0\.1:3000(\/[^\s"')]*)|\$API(\/[^\s"')]*)/.exec(example);
    expect(url, example).not.toBeNull();
    const method = /-X (\w+)/.exec(example)?.[1] ?? (/ (-d|--data(-\w+)?) /.test(example) ? 'POST' : 'GET');
    expect(document.operation(method, (url![1] ?? url![2])!), example).toBeDefined();
  }
});
