import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Endpoint, startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { issuerService } from '../../longhaul/engine/services/issuer/index.ts';
import type { Resource } from '../../longhaul/engine/template/model.ts';

const POOL = 'us-east-1_ABCDEFGHI';
let directory: string;
let keyFile: string;
let endpoint: Endpoint;
let issuer: string;

async function open() {
  endpoint = await startEndpoint({ port: 0, services: [] });
  issuer = `${endpoint.url}/${POOL}`;
  const resource = (type: string, ref: string, more: object): Resource => ({
    logicalId: type,
    path: type,
    type: `AWS::Cognito::${type}`,
    properties: {},
    metadata: {},
    ref,
    attributes: {},
    templateFile: 'template.yaml',
    ...more,
  });
  const resources = [
    resource('UserPool', POOL, { attributes: { ProviderURL: issuer } }),
    resource('UserPoolClient', 'client', { properties: { UserPoolId: POOL } }),
    resource('UserPoolClient', 'elsewhere', { properties: { UserPoolId: 'us-east-1_OTHER' } }),
  ];
  endpoint.mount(issuerService({ resources, keyFile }));
}
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longhaul-issuer-'));
  keyFile = join(directory, 'issuer-key.json');
  await open();
});
afterEach(async () => {
  await endpoint.close();
  await rm(directory, { recursive: true, force: true });
});

async function ask(form: Record<string, string>) {
  const response = await fetch(`${issuer}/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}
const machine = { grant_type: 'client_credentials', client_id: 'client' };

test('gives tokens that hold against the keys that discovery names', async () => {
  const found = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as Record<string, string>;
  expect(found).toMatchObject({ issuer, token_endpoint: `${issuer}/oauth2/token` });
  const { status, body } = await ask({ ...machine, scope: 'a b', username: 'ada' });
  expect({ status, body }).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 3600 } });
  const keys = createRemoteJWKSet(new URL(found.jwks_uri!));
  const { payload } = await jwtVerify(body.access_token!, keys, { issuer });
  expect(payload).toMatchObject({ client_id: 'client', scope: 'a b', username: 'ada', token_use: 'access' });
  expect(payload.sub).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(payload.exp! - payload.iat!).toBe(3600);
});

test('shows the public key alone, and keeps the private one for its owner', async () => {
  const keys = await (await fetch(`${issuer}/.well-known/jwks.json`)).json();
  expect(keys).toEqual({
    keys: [{ kty: 'RSA', n: expect.any(String), e: 'AQAB', kid: expect.any(String), alg: 'RS256', use: 'sig' }],
  });
  expect(statSync(keyFile).mode & 0o777).toBe(0o600);
});

test('has the same key after a restart', async () => {
  const kid = async () => decodeProtectedHeader((await ask(machine)).body.access_token!).kid;
  const before = await kid();
  await endpoint.close();
  await open();
  expect(await kid()).toBe(before);
});

test.each([
  [{ ...machine, client_id: 'nobody' }, 'invalid_client', /one of client$/],
  [{ ...machine, client_id: 'elsewhere' }, 'invalid_client', /one of client$/],
  [{ ...machine, grant_type: 'password' }, 'unsupported_grant_type', /client_credentials/],
  [{ ...machine, expires_in: 'soon' }, 'invalid_request', /seconds; it is soon/],
])('refuses %j with %s, and says what it takes', async (form, error, description) => {
  expect(await ask(form)).toEqual({
    status: 400,
    body: { error, error_description: expect.stringMatching(description) },
  });
});

test('refuses a form that is too large to be one', async () => {
  expect(await ask({ ...machine, scope: 'x'.repeat(70_000) })).toMatchObject({ status: 413 });
});

test('says what it has to whoever asks for something else', async () => {
  const response = await fetch(`${issuer}/login`);
  expect(response.status).toBe(404);
  expect(await response.text()).toContain('/oauth2/token');
});
