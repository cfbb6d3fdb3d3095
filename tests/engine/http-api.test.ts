import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startHttpApi } from '../../longhaul/engine/http-api/index.ts';
import { type ApiProject, apiProject, ECHO, eventOf } from './http-api-project.ts';

let app: ApiProject;
beforeEach(async () => {
  app = await apiProject();
});
afterEach(() => app.remove());

describe('authorization', () => {
  test('by IAM lets everybody in on loopback, says so once, and tells the function who it was', async () => {
    const auth = { Auth: { EnableIamAuthorizer: true, DefaultAuthorizer: 'AWS_IAM' } };
    const api = await app.serve(
      [
        await app.routed('closed', ECHO, ['GET /closed']),
        await app.routed('open', ECHO, ['GET /open'], {}, { Auth: { Authorizer: 'NONE' } }),
      ],
      auth,
    );
    const Authorization =
      'AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261024/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0';
    const signed = await eventOf(await fetch(`${api.url}/closed`, { headers: { Authorization } }));
    expect(signed.requestContext.authorizer).toEqual({
      iam: {
        accessKey: 'AKIAEXAMPLE',
        accountId: '000000000000',
        callerId: 'AKIAEXAMPLE',
        cognitoIdentity: null,
        principalOrgId: null,
        userArn: 'arn:aws:iam::000000000000:user/local',
        userId: 'AKIAEXAMPLE',
      },
    });
    expect((await fetch(`${api.url}/closed`)).status).toBe(200);
    const open = await eventOf(await fetch(`${api.url}/open`));
    expect(open.requestContext.authorizer).toBeUndefined();
    expect(app.notices).toEqual([expect.stringContaining('everybody is let in: GET /closed')]);
  });

  test('by anything else refuses, and names the route', async () => {
    const auth = { Auth: { DefaultAuthorizer: 'Cognito' } };
    const api = await app.serve([await app.routed('closed', ECHO, ['GET /closed'])], auth);
    const response = await fetch(`${api.url}/closed`);
    expect(response.status).toBe(501);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.text()).toContain('\\"GET /closed\\" asks for the authorizer \\"Cognito\\"');
    expect(app.logs).toEqual([]);
  });
});

test('a Host header that is not this machine is refused (DNS rebinding)', async () => {
  const api = await app.serve([await app.routed('get', ECHO, ['GET /'])]);
  const request = httpRequest({ port: api.port, host: '127.0.0.1', headers: { host: 'evil.example' } }).end();
  const [response] = await once(request, 'response');
  response.resume();
  expect(response.statusCode).toBe(403);
  expect((await fetch(`http://localhost:${api.port}/`)).status).toBe(200);
});

test('a page from elsewhere cannot call a route that asks for a signature on AWS', async () => {
  const auth = { DefaultAuthorizer: 'AWS_IAM', EnableIamAuthorizer: true };
  const api = await app.serve([await app.routed('post', ECHO, ['POST /'])], { Auth: auth });
  const status = async (origin: string) =>
    (await fetch(api.url, { method: 'POST', body: '{}', headers: { origin } })).status;
  expect(await status('https://evil.example')).toBe(403);
  expect(await status('http://localhost:5173')).toBe(200);
});

test('nor by an image or a link, for which a browser names no origin', async () => {
  const auth = { DefaultAuthorizer: 'AWS_IAM', EnableIamAuthorizer: true };
  const api = await app.serve([await app.routed('get', ECHO, ['GET /'])], { Auth: auth });
  const status = async (site: string) => (await fetch(api.url, { headers: { 'sec-fetch-site': site } })).status;
  expect(await status('cross-site')).toBe(403);
  expect(await status('none')).toBe(200);
  expect(app.logs.filter(({ message }) => message.startsWith('START'))).toHaveLength(1);
});

test('a port in use is named, with what to do', async () => {
  const api = await app.serve([]);
  const options = { port: api.port };
  await expect(startHttpApi(options)).rejects.toThrow(new RegExp(`Port ${api.port} .* in use .*--api-port`));
});

test.each([
  ['//evil/path', 200],
  ['//', 200],
  ['/%', 400],
  ['/a/%2E%2E/b?x=%', 200],
])('the odd target %s is answered %i', async (target, status) => {
  const api = await app.serve([await app.routed('all', ECHO, ['$default', 'GET /one/{name}'])]);
  const request = httpRequest({ port: api.port, host: '127.0.0.1', path: target }).end();
  const [response] = await once(request, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  expect(response.statusCode).toBe(status);
  if (status === 200) expect(JSON.parse(text).rawPath).toBe(decodeURIComponent(target.split('?')[0] ?? ''));
});

test('until the stack is known every request is answered 503', async () => {
  const api = await startHttpApi({ port: 0 });
  expect((await fetch(api.url)).status).toBe(503);
  api.serve([], app.start([]));
  expect((await fetch(api.url)).status).toBe(404);
  await api.close();
});

test('another handler can be mounted beside the API', async () => {
  const api = await app.serve([await app.routed('all', ECHO, ['$default'])]);
  api.mount('/_ui', (request, response) => void response.end(`page ${request.url}`));
  expect(await (await fetch(`${api.url}/_ui/index`)).text()).toBe('page /_ui/index');
  expect((await eventOf(await fetch(`${api.url}/_uix`))).rawPath).toBe('/_uix');
});
