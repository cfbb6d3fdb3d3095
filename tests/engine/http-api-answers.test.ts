import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ApiProject, apiProject } from './http-api-project.ts';

let app: ApiProject;
beforeEach(async () => {
  app = await apiProject();
});
afterEach(() => app.remove());

describe('an answer', () => {
  async function answerOf(result: string, path = '/') {
    const api = await app.serve([
      await app.routed('answer', `export const handler = async () => (${result});`, ['GET /']),
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
    const api = await app.serve([
      await app.routed('impatient', hang, ['GET /impatient'], {}, { TimeoutInMillis: 50 }),
      await app.routed('slow', hang, ['GET /slow'], { Timeout: 1 }),
    ]);
    const impatient = await fetch(`${api.url}/impatient`);
    expect([impatient.status, await impatient.json()]).toEqual([503, { message: 'Service Unavailable' }]);
    const slow = await fetch(`${api.url}/slow`);
    expect([slow.status, await slow.json()]).toEqual([500, { message: 'Internal Server Error' }]);
  });

  test('to a body over 10 MB, or over what Lambda takes, is 413', async () => {
    const api = await app.serve([await app.routed('answer', 'export const handler = async () => 1;', ['POST /'])]);
    for (const size of [10 * 1024 * 1024 + 1, 6 * 1024 * 1024 + 1]) {
      const headers = { 'content-type': 'text/plain' };
      const response = await fetch(api.url, { method: 'POST', headers, body: 'x'.repeat(size) });
      expect([response.status, await response.json()]).toEqual([413, { message: 'Request Entity Too Large' }]);
    }
    expect(app.logs).toEqual([]);
  });
});
