import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiError, ExecutionStateError, InvalidInputError, type RunRequest, UnknownJobError } from 'longhaul';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { apiDriver } from '../../longhaul/client/api-driver.ts';

interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}
type Answer = 'cut off' | { status: number; body?: unknown; headers?: Record<string, string> };

let server: Server;
let seen: Seen[];
let answers: Answer[];
beforeEach(async () => {
  seen = [];
  answers = [];
  server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request)).toString();
    seen.push({ method: request.method!, url: request.url!, headers: request.headers, body });
    const answer = answers.shift() ?? { status: 200, body: {} };
    if (answer === 'cut off') return request.socket.destroy();
    response.writeHead(answer.status, answer.headers).end(JSON.stringify(answer.body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };
const driver = () =>
  apiDriver({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    aws: { region: 'eu-west-1', credentials },
  });
const run: RunRequest = {
  job: 'resize',
  event: '{"width":"ü"}',
  identity: ['http', 'key', 'k'],
  source: 'client',
  onDuplicate: 'return',
};
const accepted = { status: 202, body: { id: 'resize-1', started: true } };
const refused = (asked: Promise<unknown>) => asked.then(() => undefined).catch((error: unknown) => error);

test('says all that was asked for, and hands the input over as it is', async () => {
  answers = [accepted];
  const tags = { 'a key': "it's (a) value+&=/ü*!" };
  const asked = { ...run, startAt: '2026-12-24T08:00:00.000Z', tags, onDuplicate: 'reject' } as const;
  expect(await driver().start(asked)).toEqual({ id: 'resize-1', started: true });
  const { searchParams, pathname } = new URL(seen[0]!.url, 'http://127.0.0.1');
  expect(pathname).toBe('/jobs/resize');
  expect(Object.fromEntries(searchParams)).toEqual({
    onDuplicate: 'reject',
    startAt: '2026-12-24T08:00:00.000Z',
    'tag.a key': tags['a key'],
  });
  expect(seen[0]).toMatchObject({ method: 'POST', body: '{"width":"ü"}', headers: { 'idempotency-key': 'k' } });
});

test('each request is signed as Signature Version 4 says', async () => {
  answers = [accepted, { status: 200, body: {} }];
  await driver().start({ ...run, tags: { 'a key': "it's (a) value+&=/ü*!" } });
  await driver().describe('größe-1');
  for (const request of seen) expect(request.headers.authorization).toBe(signatureOf(request));
  expect(seen[0]?.headers['x-amz-security-token']).toBe('token');
});

describe('what may pass is tried again', () => {
  test.each<[string, Answer]>([
    ['too many requests', { status: 429 }],
    ['a service that fails', { status: 502 }],
    ['a service that is too busy', { status: 503 }],
    ['a connection that breaks', 'cut off'],
  ])('%s: with the same key', async (_what, answer) => {
    answers = [answer, answer, accepted];
    expect(await driver().start(run)).toMatchObject({ started: true });
    expect(seen).toHaveLength(3);
    expect(new Set(seen.map(({ headers }) => headers['idempotency-key']))).toEqual(new Set(['k']));
  });

  test('but not a run that must be told from a second one, when the first may have been done', async () => {
    for (const answer of ['cut off', { status: 502 }, { status: 503 }] as Answer[]) {
      answers = [answer, accepted];
      expect(await refused(driver().start({ ...run, onDuplicate: 'reject' }))).toBeInstanceOf(Error);
    }
    expect(seen).toHaveLength(3);
    answers = [{ status: 429 }, accepted];
    expect(await driver().start({ ...run, onDuplicate: 'reject' })).toMatchObject({ started: true });
  });

  test('and not for ever', async () => {
    answers = Array.from({ length: 9 }, () => ({ status: 500, body: { detail: 'Something went wrong here.' } }));
    const error = await refused(driver().describe('a'));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 500, message: expect.stringContaining('Something went wrong here.') });
    expect(seen).toHaveLength(5);
  });
});

describe('a refusal is an error of its own class', () => {
  test('an input that the deployed job does not take, with the place of each problem', async () => {
    const errors = [
      { path: '/Records/0/a~1b', detail: 'expected string' },
      { path: '', detail: 'too large' },
    ];
    answers = [{ status: 422, body: { detail: 'resize does not take this input', errors } }];
    const error = await refused(driver().start(run));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as InvalidInputError).problems).toEqual([
      { path: 'Records[0].a/b', message: 'expected string' },
      { path: '', message: 'too large' },
    ]);
  });

  test('a job that is not there', async () => {
    const headers = { 'content-type': 'application/problem+json' };
    answers = [{ status: 404, headers, body: { detail: 'There is no job' } }];
    expect(await refused(driver().start(run))).toBeInstanceOf(UnknownJobError);
  });

  test('an address that is none of the API: no job or execution is said to be missing', async () => {
    const asked = [
      () => driver().start(run),
      () => driver().describe('a'),
      () => driver().logs('a', {}),
      () => driver().stop('a'),
      () => driver().resume('a'),
    ];
    for (const ask of asked) {
      answers = [{ status: 404, body: { message: 'Not Found' } }];
      const error = await refused(ask());
      expect(error).toMatchObject({ name: 'ApiError', status: 404, message: expect.stringContaining('output ApiUrl') });
    }
  });

  test('a duplicate is told with the execution that is there', async () => {
    answers = [{ status: 409, body: { id: 'resize-1' } }];
    expect(await driver().start({ ...run, onDuplicate: 'reject' })).toEqual({ id: 'resize-1', started: false });
  });

  test('a result that is too large for an answer, with where it lies', async () => {
    const artifacts = 's3://artifacts/executions/a/';
    answers = [{ status: 200, body: { id: 'a', status: 'SUCCEEDED', resultTooLarge: true, artifacts } }];
    const error = await refused(driver().result('a'));
    expect(error).toBeInstanceOf(ApiError);
    expect((error as Error).message).toContain('s3://artifacts/executions/a/result.json');
  });

  test('a missing right, with what is missing', async () => {
    answers = [{ status: 403, body: { message: 'Forbidden' } }];
    const error = await refused(driver().start(run));
    expect(error).toMatchObject({
      name: 'ApiError',
      status: 403,
      message: expect.stringContaining('execute-api:Invoke'),
    });
  });

  test('a refused signature, without the session token that API Gateway repeats', async () => {
    const message =
      "The request signature we calculated does not match.\n\nThe Canonical String for this request should have been\n'GET\nx-amz-security-token:SECRET'";
    answers = [{ status: 403, body: { message } }];
    const error = (await refused(driver().start(run))) as Error;
    expect(error.message).toContain('does not match');
    expect(error.message).not.toContain('SECRET');
  });

  test('resume asks again while the container still stops, and gives up what cannot be', async () => {
    const stops = { status: 409, body: { detail: 'still stopping', retryable: true } };
    answers = [stops, { status: 202, body: { id: 'a-r1', started: true } }];
    expect(await driver().resume('a')).toEqual({ id: 'a-r1', started: true });
    answers = [{ status: 409, body: { detail: 'a has succeeded', retryable: false } }];
    const error = await refused(driver().resume('a'));
    expect(error).toBeInstanceOf(ExecutionStateError);
    expect(error).toMatchObject({ message: 'a has succeeded', retryable: false });
  });
});

/** By the book ("Create a signed AWS API request", IAM user guide), independent of the SDK. */
function signatureOf({ method, url, headers, body }: Seen): string {
  const [path, search = ''] = url.split('?');
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const [, scope, signed] = /Credential=AKIDEXAMPLE\/([^,]+), SignedHeaders=([^,]+),/.exec(headers.authorization!)!;
  const canonical = [
    method,
    path!.replaceAll('%', '%25'), // encoded once more, as for every service but S3
    search.split('&').sort().join('&'),
    ...signed!.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    signed,
    hash(body),
  ].join('\n');
  const [date, region, service] = scope!.split('/');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hash(canonical)].join('\n');
  const key = [region!, service!, 'aws4_request'].reduce<Buffer>(hmac, hmac('AWS4secret', date!));
  expect([region, service]).toEqual(['eu-west-1', 'execute-api']);
  expect(signed!.split(';')).toContain('host');
  const signature = hmac(key, text).toString('hex');
  return `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
}
