import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HttpApi } from '../../longhaul/engine/http-api/index.ts';
import { type ApiProject, apiProject, ECHO } from './http-api-project.ts';

const ORIGIN = 'https://example.com';
const Token = {
  IdentitySource: '$request.header.Authorization',
  JwtConfiguration: { issuer: 'http://127.0.0.1:1', audience: ['app'] },
};
const withToken = { Auth: { DefaultAuthorizer: 'Token', Authorizers: { Token } } };
const cors = (AllowOrigins: string[]) => ({
  CorsConfiguration: { AllowOrigins, AllowMethods: ['GET', 'POST'], AllowHeaders: ['content-type'], MaxAge: 300 },
});

let app: ApiProject;
let api: HttpApi;
beforeAll(async () => {
  app = await apiProject();
  const own = `export const handler = async () => ({
    statusCode: 200, headers: { 'Access-Control-Allow-Origin': '*', 'X-Own': 'kept' }, body: '' });`;
  const of = (ApiId: string) => ({ ApiId });
  api = await app.serve(
    [
      await app.routed('open', own, ['GET /open', 'POST /open']),
      await app.routed('users', ECHO, ['GET /users/{proxy+}', 'POST /users/{proxy+}'], {}, of('users')),
      await app.routed('any', ECHO, ['ANY /any'], {}, of('users')),
      await app.routed('silent', ECHO, ['POST /silent'], {}, of('silent')),
      await app.routed('signed', ECHO, ['ANY /signed'], {}, { ...of('silent'), Auth: { Authorizer: 'AWS_IAM' } }),
    ],
    cors([ORIGIN]),
    { users: { ...withToken, ...cors(['https://users.example']) }, silent: { Auth: { EnableIamAuthorizer: true } } },
  );
});
afterAll(() => app.remove());

const preflight = (path: string, origin: string, method = 'POST') =>
  fetch(`${api.url}${path}`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': method } });
const corsOf = (response: Response) =>
  Object.fromEntries([...response.headers].filter(([name]) => name.startsWith('access-control-')));

describe('a preflight', () => {
  test('is answered by the API, with its settings', async () => {
    const response = await preflight('/open', ORIGIN);
    expect(response.status).toBe(204);
    expect(corsOf(response)).toEqual({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': '300',
    });
  });

  test('is answered with the settings of the API whose route it asks for, and without a token', async () => {
    const allowed = await preflight('/users/ada', 'https://users.example');
    expect([allowed.status, corsOf(allowed)['access-control-allow-origin']]).toEqual([204, 'https://users.example']);
    const other = await preflight('/users/ada', ORIGIN);
    expect([other.status, corsOf(other)]).toEqual([204, {}]);
  });

  test.each([
    ['a path without a route', '/nowhere', ORIGIN, 404],
    ['a route of an API without CORS', '/silent', ORIGIN, 404],
    ['a route of an API without CORS that takes every method, signed', '/signed', ORIGIN, 403],
    ['a route with CORS that takes every method, for which it needs a token', '/any', 'https://users.example', 401],
  ])('for %s is an ordinary request', async (_what, path, origin, status) => {
    expect((await preflight(path, origin)).status).toBe(status);
  });

  test.each([
    ['no origin', { 'access-control-request-method': 'POST' }],
    ['no method', { origin: ORIGIN }],
  ])('with %s is an ordinary request', async (_what, headers: Record<string, string>) => {
    expect((await fetch(`${api.url}/open`, { method: 'OPTIONS', headers })).status).toBe(404);
  });
});

describe('an answer', () => {
  test('has the CORS headers of its API instead of those of the function', async () => {
    const response = await fetch(`${api.url}/open`, { headers: { origin: ORIGIN } });
    expect([response.headers.get('x-own'), corsOf(response)]).toEqual([
      'kept',
      { 'access-control-allow-origin': ORIGIN },
    ]);
  });

  test('has no CORS headers for an origin that is not allowed', async () => {
    expect(corsOf(await fetch(`${api.url}/open`, { headers: { origin: 'https://users.example' } }))).toEqual({});
  });

  test('has no CORS headers from an API without CORS', async () => {
    const response = await fetch(`${api.url}/silent`, { method: 'POST', headers: { origin: ORIGIN } });
    expect([response.status, corsOf(response)]).toEqual([200, {}]);
  });

  test('has CORS headers also when a token is missing, so that the page can read the status', async () => {
    const origin = 'https://users.example';
    const response = await fetch(`${api.url}/users/ada`, { method: 'POST', headers: { origin } });
    expect([response.status, corsOf(response)]).toEqual([401, { 'access-control-allow-origin': origin }]);
  });
});
