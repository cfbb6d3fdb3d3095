import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ApiProject, apiProject, ECHO, eventOf } from './http-api-project.ts';

let app: ApiProject;
beforeEach(async () => {
  app = await apiProject();
});
afterEach(() => app.remove());

describe('an event', () => {
  test('has exactly the members of payload format 2.0', async () => {
    const api = await app.serve([await app.routed('echo', ECHO, ['POST /jobs/{name}'])]);
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
    const api = await app.serve([await app.routed('echo', ECHO, ['$default'])]);
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
    const api = await app.serve([await app.routed('echo', ECHO, ['$default'])]);
    const init = { method: 'POST', headers: { 'content-type': type }, body };
    const event = await eventOf(await fetch(api.url, init));
    expect(event.isBase64Encoded).toBe(encoded);
    expect(Buffer.from(event.body ?? '', encoded ? 'base64' : 'utf8').toString()).toBe(body);
  });

  test('carries any bytes', async () => {
    const api = await app.serve([await app.routed('echo', ECHO, ['$default'])]);
    const body = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const headers = { 'content-type': 'text/plain' };
    const event = await eventOf(await fetch(api.url, { method: 'PUT', headers, body }));
    expect(event.isBase64Encoded).toBe(true);
    expect(Buffer.from(event.body ?? '', 'base64')).toEqual(body);
  });
});
