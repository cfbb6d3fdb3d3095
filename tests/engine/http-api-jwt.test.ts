import { createServer, type Server } from 'node:http';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listen } from '../../longhaul/engine/endpoint/index.ts';
import type { HttpApi } from '../../longhaul/engine/http-api/index.ts';
import { type ApiProject, apiProject, ECHO } from './http-api-project.ts';

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

let app: ApiProject;
let api: HttpApi;
let server: Server;
let issuer: string;
let keys: KeyPair;
let others: KeyPair;
beforeAll(async () => {
  app = await apiProject();
  keys = await generateKeyPair('RS256');
  others = await generateKeyPair('RS256');
  const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'RS256' }] };
  server = createServer((request, response) => {
    const found = { '/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}/keys` }, '/keys': jwks };
    response.end(JSON.stringify(found[request.url as '/keys'] ?? {}));
  });
  issuer = `http://127.0.0.1:${await listen(server, '127.0.0.1', 0, 'test')}`;
  const Token = {
    IdentitySource: '$request.header.Authorization',
    JwtConfiguration: { issuer, audience: ['app', 'other-app'] },
  };
  const InQuery = { ...Token, IdentitySource: '$request.querystring.token' };
  const Nowhere = { ...Token, JwtConfiguration: { issuer: `${issuer}/nowhere`, audience: ['app'] } };
  const Auth = { DefaultAuthorizer: 'Token', Authorizers: { Token, InQuery, Nowhere } };
  api = await app.serve(
    [
      await app.routed('users', ECHO, ['GET /users']),
      await app.routed('scoped', ECHO, ['GET /scoped'], {}, { Auth: { AuthorizationScopes: ['read', 'write'] } }),
      await app.routed('query', ECHO, ['GET /query'], {}, { Auth: { Authorizer: 'InQuery' } }),
      await app.routed('nowhere', ECHO, ['GET /nowhere'], {}, { Auth: { Authorizer: 'Nowhere' } }),
    ],
    { Auth },
  );
});
afterAll(async () => {
  await app.remove();
  server.close();
  server.closeAllConnections();
});

const now = () => Math.floor(Date.now() / 1000);
const token = (claims: JWTPayload = {}, { kid = 'k1', alg = 'RS256', key = keys.privateKey } = {}) =>
  new SignJWT({ iss: issuer, aud: 'app', sub: 'ada', iat: now() - 1, exp: now() + 60, ...claims })
    .setProtectedHeader({ alg, kid })
    .sign(key);
const get = (path: string, authorization?: string) =>
  fetch(`${api.url}${path}`, { headers: authorization === undefined ? {} : { authorization } });

async function refused(response: Response) {
  return { status: response.status, body: await response.json(), challenge: response.headers.get('www-authenticate') };
}

describe('a route with a JWT authorizer', () => {
  test('lets a valid token in and passes its claims on as text, as API Gateway does', async () => {
    const claims = { groups: ['a', 'b'], admin: true, level: 7, address: { city: 'Zürich' } };
    const response = await get('/users', `Bearer ${await token(claims)}`);
    expect(response.status).toBe(200);
    const { requestContext } = (await response.json()) as { requestContext: { authorizer: object } };
    expect(requestContext.authorizer).toEqual({
      jwt: {
        claims: {
          iss: issuer,
          aud: 'app',
          sub: 'ada',
          iat: expect.stringMatching(/^\d+$/),
          exp: expect.stringMatching(/^\d+$/),
          groups: '[a b]',
          admin: 'true',
          level: '7',
          address: '{"city":"Zürich"}',
        },
        scopes: null,
      },
    });
  });

  test('takes the token without Bearer, and from the query string where that is its place', async () => {
    expect((await get('/users', await token())).status).toBe(200);
    expect((await get(`/query?token=${await token()}`)).status).toBe(200);
    expect((await get('/query', `Bearer ${await token()}`)).status).toBe(401);
  });

  test('answers 401 to a request without a token', async () => {
    expect(await refused(await get('/users'))).toEqual({
      status: 401,
      body: { message: 'Unauthorized' },
      challenge: 'Bearer',
    });
  });

  test.each<[string, JWTPayload, string]>([
    ['for somebody else', { aud: 'nobody' }, 'the token does not have a valid audience'],
    ['for nobody', { aud: undefined }, 'the token does not have a valid audience'],
    ['of another issuer', { iss: 'https://example.com' }, 'the token does not have a valid issuer'],
    ['that has expired', { exp: 1 }, 'the token has expired'],
    ['that never expires', { exp: undefined }, 'the token must have an expiration time'],
    ['that is not valid yet', { nbf: 9_999_999_999 }, 'the token is not valid yet'],
    ['of the future', { iat: 9_999_999_999 }, 'the token was issued in the future'],
    [
      'with a client_id beside an aud that is wrong',
      { aud: 'x', client_id: 'app' },
      'the token does not have a valid audience',
    ],
  ])('answers 401 to a token %s, and says so', async (_what, claims, description) => {
    expect(await refused(await get('/users', `Bearer ${await token(claims)}`))).toEqual({
      status: 401,
      body: { message: 'Unauthorized' },
      challenge: `Bearer scope="" error="invalid_token" error_description="${description}"`,
    });
  });

  test('takes one of several audiences, and client_id where there is no aud', async () => {
    for (const claims of [{ aud: ['x', 'other-app'] }, { aud: undefined, client_id: 'app' }]) {
      expect((await get('/users', `Bearer ${await token(claims)}`)).status).toBe(200);
    }
  });

  test('answers 401 to what the issuer did not sign', async () => {
    const [header, , signature] = (await token()).split('.');
    const claims = Buffer.from(JSON.stringify({ iss: issuer, aud: 'app', exp: now() + 60 })).toString('base64url');
    const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
    const secret = new TextEncoder().encode('a secret that is long enough for it');
    for (const forged of [
      'x',
      'a.b.c',
      `${header}.${claims}.${signature}`,
      `${unsigned}.${claims}.`,
      await token({}, { key: others.privateKey }),
      await token({}, { kid: 'k2' }),
      await token({}, { alg: 'HS256', key: secret as never }),
    ]) {
      expect(await refused(await get('/users', `Bearer ${forged}`))).toMatchObject({
        status: 401,
        challenge: expect.stringContaining('error="invalid_token"'),
      });
    }
  });

  test('answers 401 when its issuer cannot be asked', async () => {
    expect((await refused(await get('/nowhere', `Bearer ${await token()}`))).status).toBe(401);
  });

  test('with scopes wants one of them, and answers 403 to who has none', async () => {
    for (const claims of [{ scope: 'other read' }, { scp: ['write'] }]) {
      const response = await get('/scoped', `Bearer ${await token(claims)}`);
      const { requestContext } = (await response.json()) as { requestContext: { authorizer: { jwt: object } } };
      expect(requestContext.authorizer.jwt).toMatchObject({ scopes: expect.arrayContaining([expect.any(String)]) });
    }
    for (const claims of [{}, { scope: 'readwrite' }]) {
      expect(await refused(await get('/scoped', `Bearer ${await token(claims)}`))).toEqual({
        status: 403,
        body: { message: 'Forbidden' },
        challenge: expect.stringMatching(/^Bearer scope="read write" error="insufficient_scope"/),
      });
    }
  });
});
