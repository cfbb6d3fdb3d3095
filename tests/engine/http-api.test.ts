import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import type { APIGatewayProxyEventV2WithIAMAuthorizer } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HttpApi, startHttpApi } from '../../longhaul/engine/http-api/index.ts';
import { matchRoute } from '../../longhaul/engine/http-api/match-route.ts';
import { type Route, routesOf } from '../../longhaul/engine/http-api/routes.ts';
import type { Resource } from '../../longhaul/engine/template/model.ts';
import { type Project, project } from './functions-project.ts';

let app: Project;
const apis: HttpApi[] = [];

beforeEach(async () => {
  app = await project();
});
afterEach(async () => {
  await Promise.all(apis.splice(0).map((api) => api.close()));
  await app.remove();
});

function httpApi(properties: object = {}): Resource {
  return {
    logicalId: 'Api',
    path: 'Api',
    type: 'AWS::Serverless::HttpApi',
    properties,
    metadata: {},
    ref: 'a1b2c3d4e5',
    attributes: {},
    templateFile: join(app.directory, 'template.yaml'),
  };
}

/** A function behind routes of the API: `GET /jobs`, `$default`. */
async function routed(name: string, source: string, routes: string[], properties: object = {}, auth?: object) {
  const Events = Object.fromEntries(
    routes.map((route, index) => {
      const [Method, Path] = route.split(' ');
      const whole = route === '$default' ? {} : { Method, Path };
      return [`Route${index}`, { Type: 'HttpApi', Properties: { ApiId: 'a1b2c3d4e5', ...whole, ...auth } }];
    }),
  );
  return app.function(name, source, { ...properties, Events });
}

async function start(resources: Resource[]): Promise<HttpApi> {
  const functions = app.start(resources);
  const onNotice = (text: string) => void app.notices.push(text);
  const api = await startHttpApi({ port: 0, onNotice });
  api.serve(resources, functions);
  apis.push(api);
  return api;
}

/** What the function got, when it answers with its event. */
async function eventOf(response: Response): Promise<APIGatewayProxyEventV2WithIAMAuthorizer> {
  return JSON.parse(await response.text());
}

const ECHO = 'export const handler = async (event: object) => event;';

describe('an event', () => {
  test('has exactly the members of payload format 2.0', async () => {
    const api = await start([httpApi(), await routed('echo', ECHO, ['POST /jobs/{name}'])]);
    const host = new URL(api.url).host;
    const sent = Date.now();
    const response = await fetch(`${api.url}/jobs/csv%20r%C3%A9port?a=1&a=2%2C3&b=x+y&flag`, {
      method: 'POST',
      headers: [
        ['Content-Type', 'application/json'],
        ['Cookie', 'one=1; two=2'],
        ['User-Agent', 'test/1'],
        ['X-Many', 'a'],
        ['X-Many', 'b'],
      ],
      body: '{"ü":1}',
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    const event = await eventOf(response);
    expect(event).toEqual({
      version: '2.0',
      routeKey: 'POST /jobs/{name}',
      rawPath: '/jobs/csv réport',
      rawQueryString: 'a=1&a=2%2C3&b=x+y&flag',
      cookies: ['one=1', 'two=2'],
      headers: expect.objectContaining({
        'content-length': '8',
        'content-type': 'application/json',
        host,
        'user-agent': 'test/1',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-port': String(api.port),
        'x-forwarded-proto': 'http',
      }),
      queryStringParameters: { a: '1,2,3', b: 'x y', flag: '' },
      requestContext: {
        accountId: '000000000000',
        apiId: 'a1b2c3d4e5',
        domainName: host,
        domainPrefix: '127',
        http: {
          method: 'POST',
          path: '/jobs/csv réport',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test/1',
        },
        requestId: response.headers.get('apigw-requestid'),
        routeKey: 'POST /jobs/{name}',
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: expect.any(Number),
      },
      pathParameters: { name: 'csv réport' },
      body: '{"ü":1}',
      isBase64Encoded: false,
    });
    expect(event.headers['x-many']?.replaceAll(' ', '')).toBe('a,b');
    expect(event.headers).not.toHaveProperty('cookie');
    expect(event.requestContext.timeEpoch).toBeGreaterThanOrEqual(sent);
  });

  test('leaves out what the request does not have', async () => {
    const api = await start([httpApi(), await routed('echo', ECHO, ['$default'])]);
    const event = await eventOf(await fetch(`${api.url}/any/where`));
    expect(event).toMatchObject({
      routeKey: '$default',
      rawPath: '/any/where',
      rawQueryString: '',
      isBase64Encoded: false,
    });
    for (const absent of ['body', 'cookies', 'pathParameters', 'queryStringParameters']) {
      expect(event).not.toHaveProperty(absent);
    }
    expect(event.requestContext).not.toHaveProperty('authorizer');
  });

  test.each([
    ['text/csv; charset=utf-8', 'a;b', false],
    ['application/json', '{}', false],
    ['application/x-www-form-urlencoded', '{"name":"world"}', true],
    ['application/octet-stream', 'abc', true],
    ['application/problem+json', '{}', true],
  ])('with a body of type %s is base64 as on AWS', async (type, body, encoded) => {
    const api = await start([httpApi(), await routed('echo', ECHO, ['$default'])]);
    const init = { method: 'POST', headers: { 'content-type': type }, body };
    const event = await eventOf(await fetch(api.url, init));
    expect(event.isBase64Encoded).toBe(encoded);
    expect(Buffer.from(event.body ?? '', encoded ? 'base64' : 'utf8').toString()).toBe(body);
  });

  test('carries any bytes', async () => {
    const api = await start([httpApi(), await routed('echo', ECHO, ['$default'])]);
    const body = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const headers = { 'content-type': 'text/plain' };
    const event = await eventOf(await fetch(api.url, { method: 'PUT', headers, body }));
    expect(event.isBase64Encoded).toBe(true);
    expect(Buffer.from(event.body ?? '', 'base64')).toEqual(body);
  });
});

describe('a route', () => {
  // The example of AWS's page on routes, with methods added.
  const documented = ['GET /pets/dog/1', 'GET /pets/dog/{id}', 'GET /pets/{proxy+}', 'ANY /{proxy+}', '$default'];
  const routes = (keys: string[]): Route[] =>
    routesOf([
      {
        ...httpApi(),
        type: 'AWS::Serverless::Function',
        properties: {
          Events: Object.fromEntries(
            keys.map((key, index) => {
              const [Method, Path] = key.split(' ');
              return [`E${index}`, { Type: 'HttpApi', Properties: Path ? { Method, Path } : {} }];
            }),
          ),
        },
      },
    ]);

  test.each([
    ['GET', '/pets/dog/1', 'GET /pets/dog/1', undefined],
    ['GET', '/pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
    ['GET', '/pets/cat/1', 'GET /pets/{proxy+}', { proxy: 'cat/1' }],
    ['POST', '/test/5', 'ANY /{proxy+}', { proxy: 'test/5' }],
    ['POST', '/pets/dog/1', 'ANY /{proxy+}', { proxy: 'pets/dog/1' }],
    ['GET', '/', '$default', undefined],
    ['GET', '/pets/dog/a%2Fb', 'GET /pets/dog/{id}', { id: 'a/b' }],
  ])('%s %s is %s', (method, path, key, pathParameters) => {
    for (const order of [documented, documented.toReversed()]) {
      const match = matchRoute(routes(order), method, path);
      expect({ key: match?.route.key, pathParameters: match?.pathParameters }).toEqual({ key, pathParameters });
    }
  });

  test('of the method itself wins over ANY', () => {
    const both = routes(['ANY /jobs/{name}', 'post /jobs/{name}']);
    expect(matchRoute(both, 'POST', '/jobs/a')?.route.key).toBe('POST /jobs/{name}');
    expect(matchRoute(both, 'PUT', '/jobs/a')?.route.key).toBe('ANY /jobs/{name}');
    expect(matchRoute(both, 'PUT', '/jobs/')).toBeUndefined();
    expect(matchRoute(both, 'PUT', '/jobs/a/')).toBeUndefined();
  });
});

describe('an answer', () => {
  async function answerOf(result: string, path = '/') {
    const api = await start([
      httpApi(),
      await routed('answer', `export const handler = async () => (${result});`, ['GET /']),
    ]);
    return fetch(api.url + path);
  }

  test('has the status, headers, cookies and body that the function says', async () => {
    const response = await answerOf(
      '{ statusCode: 202, headers: { Location: "/executions/1", "X-Count": 3 }, cookies: ["a=1", "b=2; Path=/"], body: "accepted" }',
    );
    expect(response.status).toBe(202);
    expect(response.headers.get('location')).toBe('/executions/1');
    expect(response.headers.get('x-count')).toBe('3');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2; Path=/']);
    expect(response.headers.get('content-type')).toBe('text/plain;charset=UTF-8');
    expect(await response.text()).toBe('accepted');
  });

  test('is decoded when the function says base64', async () => {
    const response = await answerOf(
      '{ statusCode: 200, isBase64Encoded: true, body: Buffer.from([0, 255]).toString("base64") }',
    );
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from([0, 255]));
  });

  test.each([
    ['{ jobs: [] }', '{"jobs":[]}'],
    ['"Hello from Lambda!"', 'Hello from Lambda!'],
    ['7', '7'],
  ])('of %s without a status is 200 with that JSON', async (result, body) => {
    const response = await answerOf(result);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.text()).toBe(body);
  });

  test.each([
    '{ statusCode: "often" }',
    '{ statusCode: 200, body: { not: "text" } }',
    '(() => { throw new Error("no") })()',
  ])('that cannot be understood (%s) is 500', async (result) => {
    const response = await answerOf(result);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ message: 'Internal Server Error' });
  });

  test('without a route is 404', async () => {
    const response = await answerOf('1', '/nowhere');
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ message: 'Not Found' });
  });

  test('after the integration timeout is 503, after the function timeout 500', async () => {
    const hang = 'export const handler = async () => new Promise(() => setInterval(() => {}, 1000));';
    const api = await start([
      httpApi(),
      await routed('impatient', hang, ['GET /impatient'], {}, { TimeoutInMillis: 50 }),
      await routed('slow', hang, ['GET /slow'], { Timeout: 1 }),
    ]);
    const impatient = await fetch(`${api.url}/impatient`);
    expect([impatient.status, await impatient.json()]).toEqual([503, { message: 'Service Unavailable' }]);
    const slow = await fetch(`${api.url}/slow`);
    expect([slow.status, await slow.json()]).toEqual([500, { message: 'Internal Server Error' }]);
  });

  test('to a body over 10 MB, or over what Lambda takes, is 413', async () => {
    const api = await start([httpApi(), await routed('answer', 'export const handler = async () => 1;', ['POST /'])]);
    for (const size of [10 * 1024 * 1024 + 1, 6 * 1024 * 1024 + 1]) {
      const headers = { 'content-type': 'text/plain' };
      const response = await fetch(api.url, { method: 'POST', headers, body: 'x'.repeat(size) });
      expect([response.status, await response.json()]).toEqual([413, { message: 'Request Entity Too Large' }]);
    }
    expect(app.logs).toEqual([]);
  });
});

describe('authorization', () => {
  test('by IAM lets everybody in on loopback, says so once, and tells the function who it was', async () => {
    const auth = { Auth: { EnableIamAuthorizer: true, DefaultAuthorizer: 'AWS_IAM' } };
    const api = await start([
      httpApi(auth),
      await routed('closed', ECHO, ['GET /closed']),
      await routed('open', ECHO, ['GET /open'], {}, { Auth: { Authorizer: 'NONE' } }),
    ]);
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
    const api = await start([httpApi(auth), await routed('closed', ECHO, ['GET /closed'])]);
    const response = await fetch(`${api.url}/closed`);
    expect(response.status).toBe(501);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.text()).toContain('\\"GET /closed\\" asks for the authorizer \\"Cognito\\"');
    expect(app.logs).toEqual([]);
  });
});

test('CORS: preflights are answered by the API, and its headers replace those of the function', async () => {
  const CorsConfiguration = {
    AllowOrigins: ['https://example.com'],
    AllowMethods: ['GET', 'POST'],
    AllowHeaders: ['content-type'],
    MaxAge: 300,
  };
  const source =
    'export const handler = async () => ({ statusCode: 200, headers: { "Access-Control-Allow-Origin": "*" }, body: "" });';
  const api = await start([httpApi({ CorsConfiguration }), await routed('get', source, ['GET /'])]);
  const origin = 'https://example.com';
  const headers = { origin, 'access-control-request-method': 'POST' };
  const preflight = await fetch(api.url, { method: 'OPTIONS', headers });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
  expect(preflight.headers.get('access-control-allow-methods')).toBe('GET,POST');
  expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type');
  expect(preflight.headers.get('access-control-max-age')).toBe('300');
  expect((await fetch(api.url, { headers: { origin } })).headers.get('access-control-allow-origin')).toBe(origin);
  const stranger = await fetch(api.url, { headers: { origin: 'https://evil.example' } });
  expect(stranger.headers.get('access-control-allow-origin')).toBeNull();
});

test('a Host header that is not this machine is refused (DNS rebinding)', async () => {
  const api = await start([httpApi(), await routed('get', ECHO, ['GET /'])]);
  const request = httpRequest({ port: api.port, host: '127.0.0.1', headers: { host: 'evil.example' } }).end();
  const [response] = await once(request, 'response');
  response.resume();
  expect(response.statusCode).toBe(403);
  expect((await fetch(`http://localhost:${api.port}/`)).status).toBe(200);
});

test('a port in use is named, with what to do', async () => {
  const api = await start([httpApi()]);
  const options = { port: api.port };
  await expect(startHttpApi(options)).rejects.toThrow(new RegExp(`Port ${api.port} .* in use .*--api-port`));
});

test.each([
  ['//evil/path', 200],
  ['//', 200],
  ['/%', 400],
  ['/a/%2E%2E/b?x=%', 200],
])('the odd target %s is answered %i', async (target, status) => {
  const api = await start([httpApi(), await routed('all', ECHO, ['$default', 'GET /one/{name}'])]);
  const request = httpRequest({ port: api.port, host: '127.0.0.1', path: target }).end();
  const [response] = await once(request, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  expect(response.statusCode).toBe(status);
  if (status === 200) expect(JSON.parse(text).rawPath).toBe(decodeURIComponent(target.split('?')[0] ?? ''));
});

test('until the stack is known every request is answered 503', async () => {
  const api = await startHttpApi({ port: 0 });
  apis.push(api);
  expect((await fetch(api.url)).status).toBe(503);
  api.serve([], app.start([]));
  expect((await fetch(api.url)).status).toBe(404);
});

test('another handler can be mounted beside the API', async () => {
  const api = await start([httpApi(), await routed('all', ECHO, ['$default'])]);
  api.mount('/_ui', (request, response) => void response.end(`page ${request.url}`));
  expect(await (await fetch(`${api.url}/_ui/index`)).text()).toBe('page /_ui/index');
  expect((await eventOf(await fetch(`${api.url}/_uix`))).rawPath).toBe('/_uix');
});
