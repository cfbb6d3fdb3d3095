import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HttpApi } from '../../longhaul/engine/http-api/index.ts';
import { allows } from '../../longhaul/engine/http-api/policy.ts';
import { type ApiProject, apiProject, ECHO } from './http-api-project.ts';

/** Writes down each event, and answers what the header `x-say` holds. */
const AUTHORIZER = `
import { appendFileSync } from 'node:fs';
export const handler = async (event) => {
  appendFileSync(process.env.SEEN, JSON.stringify(event) + '\\n');
  const say = event.headers['x-say'];
  if (say === 'fail') throw new Error('no');
  return JSON.parse(say);
};`;

let app: ApiProject;
let api: HttpApi;
let seen: string;
beforeAll(async () => {
  app = await apiProject();
  seen = join(app.directory, 'seen');
  const Environment = { Variables: { SEEN: seen } };
  const authorizer = await app.function('authorizer', AUTHORIZER, { Environment });
  const FunctionArn = `arn:aws:lambda:us-east-1:000000000000:function:${authorizer.ref}`;
  const Simple = {
    FunctionArn,
    AuthorizerPayloadFormatVersion: '2.0',
    EnableSimpleResponses: true,
    Identity: { Headers: ['X-Key'], QueryStrings: ['tenant'], ReauthorizeEvery: 300 },
  };
  const Policy = { FunctionArn, AuthorizerPayloadFormatVersion: '2.0', Identity: { Headers: ['X-Key'] } };
  const Old = {
    FunctionArn,
    AuthorizerPayloadFormatVersion: '1.0',
    Identity: { Headers: ['X-Key'], ReauthorizeEvery: 0 },
  };
  const Always = { FunctionArn, AuthorizerPayloadFormatVersion: '2.0', EnableSimpleResponses: true };
  const route = (path: string, Authorizer: string) =>
    app.routed(path.replaceAll(/\W/g, ''), ECHO, [`ANY ${path}/{proxy+}`], {}, { Auth: { Authorizer } });
  api = await app.serve(
    [
      authorizer,
      await route('/simple', 'Simple'),
      await route('/policy', 'Policy'),
      await route('/old', 'Old'),
      await route('/always', 'Always'),
    ],
    { Auth: { Authorizers: { Simple, Policy, Old, Always } } },
  );
});
afterAll(() => app.remove());

let keys = 0;
interface Call {
  say?: unknown;
  key?: string | null;
  init?: RequestInit;
}
async function call(path: string, { say = { isAuthorized: true }, key = `key-${keys++}`, init = {} }: Call = {}) {
  const headers: Record<string, string> = { 'x-say': typeof say === 'string' ? say : JSON.stringify(say) };
  if (key !== null) headers['x-key'] = key;
  const response = await fetch(`${api.url}${path}`, { ...init, headers });
  return { status: response.status, body: (await response.json()) as never };
}
const asked = () =>
  readFileSync(seen, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const policy = (Effect: string, Resource: string, more: object = {}) => ({
  principalId: 'ada',
  policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }] },
  ...more,
});

describe('a route with a Lambda authorizer', () => {
  test('asks the function with the request, but not its body, and passes its context on', async () => {
    const say = { isAuthorized: true, context: { tenant: 't1', level: 7, list: ['a'] } };
    const { status, body } = await call('/simple/a?tenant=t1&x=1', {
      say,
      key: 'k',
      init: { method: 'POST', body: 'secret' },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      body: 'secret',
      requestContext: { authorizer: { lambda: { tenant: 't1', level: 7, list: ['a'] } } },
    });
    const event = asked().at(-1);
    expect(event).toMatchObject({
      version: '2.0',
      type: 'REQUEST',
      routeArn: expect.stringMatching(/^arn:aws:execute-api:us-east-1:000000000000:\w+\/\$default\/POST\/simple\/a$/),
      identitySource: ['k', 't1'],
      routeKey: 'ANY /simple/{proxy+}',
      rawPath: '/simple/a',
      rawQueryString: 'tenant=t1&x=1',
      headers: { 'x-key': 'k' },
      queryStringParameters: { tenant: 't1', x: '1' },
      pathParameters: { proxy: 'a' },
      requestContext: { http: { method: 'POST' }, requestId: expect.any(String) },
    });
    expect(JSON.stringify(event)).not.toContain('secret');
  });

  test('does not ask when an identity source is missing or empty: 401', async () => {
    const before = asked().length;
    for (const [path, key] of [
      ['/simple/a?tenant=t', null],
      ['/simple/a?tenant=t', ''],
      ['/simple/a', 'k'],
      ['/simple/a?tenant=', 'k'],
    ] as const) {
      expect(await call(path, { key })).toEqual({ status: 401, body: { message: 'Unauthorized' } });
    }
    expect(asked().length).toBe(before);
  });

  test('answers 403 when the function says no', async () => {
    const no = { status: 403, body: { message: 'Forbidden' } };
    expect(await call('/simple/a?tenant=t', { say: { isAuthorized: false } })).toEqual(no);
    expect(await call('/policy/a', { say: policy('Deny', '*') })).toEqual(no);
    expect(await call('/policy/a', { say: policy('Allow', 'arn:aws:execute-api:*:*:*/GET/other') })).toEqual(no);
  });

  test.each([
    ['fails', 'fail'],
    ['answers no JSON object', '7'],
    ['answers text for a truth value', { isAuthorized: 'true' }],
    ['answers nothing', 'null'],
  ])('answers 500 when the function %s', async (_what, say) => {
    expect(await call('/simple/a?tenant=t', { say })).toEqual({
      status: 500,
      body: { message: 'Internal Server Error' },
    });
  });

  test('takes an IAM policy where simple answers are not enabled, and no simple answer', async () => {
    const say = policy('Allow', '*', { context: { user: 'ada' } });
    const { status, body } = await call('/policy/a', { say });
    expect(status).toBe(200);
    expect(body).toMatchObject({ requestContext: { authorizer: { lambda: { user: 'ada' } } } });
    expect((await call('/policy/a', { say: { isAuthorized: true } })).status).toBe(500);
  });

  test('keeps the answer for the same identity, and holds a policy against each path', async () => {
    const before = asked().length;
    const say = policy('Allow', '*/GET/policy/yes');
    expect((await call('/policy/yes', { say, key: 'kept' })).status).toBe(200);
    expect((await call('/policy/no', { say, key: 'kept' })).status).toBe(403);
    expect((await call('/policy/yes', { say: policy('Deny', '*'), key: 'kept' })).status).toBe(200);
    expect(asked().length).toBe(before + 1);
    await call('/policy/yes', { say, key: 'another' });
    expect(asked().length).toBe(before + 2);
  });

  test('keeps nothing with ReauthorizeEvery 0 or without identity sources, and no failure', async () => {
    const before = asked().length;
    for (const path of ['/old/a', '/old/a']) await call(path, { say: policy('Allow', '*'), key: 'same' });
    for (const path of ['/always/a', '/always/a']) expect((await call(path, { key: null })).status).toBe(200);
    expect(asked().length).toBe(before + 4);
    expect((await call('/policy/a', { say: 'fail', key: 'failed' })).status).toBe(500);
    expect((await call('/policy/a', { say: policy('Allow', '*'), key: 'failed' })).status).toBe(200);
  });

  test('of payload format 1.0 gets the event of that version', async () => {
    expect((await call('/old/a?b=c', { say: policy('Allow', '*'), key: 'k' })).status).toBe(200);
    expect(asked().at(-1)).toMatchObject({
      version: '1.0',
      type: 'REQUEST',
      methodArn: expect.stringMatching(/\/\$default\/GET\/old\/a$/),
      identitySource: 'k',
      authorizationToken: 'k',
      resource: '/old/{proxy+}',
      path: '/old/a',
      httpMethod: 'GET',
      queryStringParameters: { b: 'c' },
      pathParameters: { proxy: 'a' },
      requestContext: { resourcePath: '/old/{proxy+}', httpMethod: 'GET', stage: '$default' },
    });
  });
});

describe('the policy of an authorizer', () => {
  const arn = 'arn:aws:execute-api:us-east-1:000000000000:a1/$default/GET/jobs';
  const statement = (Effect: string, Resource: unknown, Action: unknown = 'execute-api:Invoke') => ({
    Effect,
    Action,
    Resource,
  });
  test.each<[string, unknown, boolean | undefined]>([
    ['one statement', { Statement: statement('Allow', arn) }, true],
    [
      'wildcards',
      { Statement: [statement('Allow', 'arn:aws:execute-api:*:a?/$default/*/jobs', 'execute-api:*')] },
      true,
    ],
    ['actions in any case', { Statement: [statement('Allow', '*', ['other:Do', 'EXECUTE-API:invoke'])] }, true],
    ['a denial beside a permission', { Statement: [statement('Allow', '*'), statement('Deny', arn)] }, false],
    ['another resource', { Statement: [statement('Allow', `${arn}/7`)] }, false],
    ['another action', { Statement: [statement('Allow', '*', 's3:*')] }, false],
    ['nothing said', { Statement: [] }, false],
    ['a regular expression, which it is not', { Statement: [statement('Allow', '.+')] }, false],
    ['no policy', {}, undefined],
    ['nothing', null, undefined],
  ])('%s', (_what, document, allowed) => {
    expect(allows(document, 'execute-api:Invoke', arn)).toBe(allowed);
  });
});
