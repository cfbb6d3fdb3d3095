import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LoadBalancer, startLoadBalancer } from '../../longhaul/engine/load-balancer/index.ts';
import { targetOf } from '../../longhaul/engine/load-balancer/target.ts';
import type { Resource } from '../../longhaul/engine/template/model.ts';
import { type Project, project } from './functions-project.ts';

/** Answers what the header x-say holds, or with its event. */
const SAYS = `
export const handler = async (event) => {
  const say = event.headers?.['x-say'] ?? event.multiValueHeaders?.['x-say']?.[0];
  if (say === 'fail') throw new Error('no');
  if (say === 'large') return { statusCode: 200, body: 'x'.repeat(1048577) };
  if (say) return JSON.parse(say);
  const type = { 'content-type': 'application/json' };
  const many = { 'content-type': ['application/json'], 'set-cookie': ['a=1', 'b=2'] };
  const headers = event.multiValueHeaders ? { multiValueHeaders: many } : { headers: type };
  return { statusCode: 200, statusDescription: '200 Fine', ...headers, body: JSON.stringify(event) };
};`;

const resource = (type: string, logicalId: string, properties: object): Resource => ({
  logicalId,
  path: logicalId,
  type: `AWS::ElasticLoadBalancingV2::${type}`,
  properties,
  metadata: {},
  ref: `arn:${logicalId}`,
  attributes: {},
  templateFile: 'template.yaml',
});
const listener = (name = 'Listener', group = 'Group') =>
  resource('Listener', name, { DefaultActions: [{ Type: 'forward', TargetGroupArn: `arn:${group}` }] });
const group = (functionName: string, multi: boolean) =>
  resource('TargetGroup', 'Group', {
    TargetType: 'lambda',
    Targets: [{ Id: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}` }],
    TargetGroupAttributes: [{ Key: 'lambda.multi_value_headers.enabled', Value: String(multi) }],
  });

let app: Project;
let single: LoadBalancer;
let multi: LoadBalancer;
beforeAll(async () => {
  app = await project();
  const says = await app.function('says', SAYS);
  const functions = app.start([says]);
  single = await startLoadBalancer(() => {});
  single.serve([group(says.ref, false), listener()], functions);
  multi = await startLoadBalancer(() => {});
  multi.serve([group(says.ref, true), listener()], functions);
});
afterAll(async () => {
  await Promise.all([single.close(), multi.close()]);
  await app.remove();
});

const send = (path: string, init: RequestInit = {}, balancer = single) =>
  fetch(`http://${balancer.address}${path}`, init);
// biome-ignore lint/suspicious/noExplicitAny: tests reach into events
const eventOf = async (response: Response): Promise<any> => JSON.parse(await response.text());

describe('the event of a load balancer', () => {
  test('has method, path, query, headers and body as they came', async () => {
    const headers = { 'content-type': 'application/json', 'X-Mixed': 'Case' };
    const event = await eventOf(await send('/a%20b/c?x=1&x=%202&y', { method: 'PUT', body: '{"ü":1}', headers }));
    expect(event).toEqual({
      requestContext: { elb: { targetGroupArn: 'arn:Group' } },
      httpMethod: 'PUT',
      path: '/a%20b/c',
      queryStringParameters: { x: '%202', y: '' },
      headers: expect.objectContaining({
        'x-mixed': 'Case',
        host: single.address,
        'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-port': single.address.split(':')[1],
        'x-forwarded-proto': 'http',
      }),
      body: '{"ü":1}',
      isBase64Encoded: false,
    });
  });

  test('has all values of a name when the target group has multi-value headers', async () => {
    const headers = new Headers({ 'x-forwarded-for': '198.51.100.7' });
    const response = await send('/?x=1&x=2', { headers }, multi);
    const event = await eventOf(response);
    expect(event.multiValueQueryStringParameters).toEqual({ x: ['1', '2'] });
    expect(event.multiValueHeaders).toMatchObject({ 'x-forwarded-for': ['198.51.100.7, 127.0.0.1'] });
    expect(event).not.toHaveProperty('headers');
    expect(event).not.toHaveProperty('queryStringParameters');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  test('has a body that is no text in base64', async () => {
    const bytes = Uint8Array.from([0, 255, 254]);
    const headers = { 'content-type': 'application/octet-stream' };
    const event = await eventOf(await send('/', { method: 'POST', body: bytes, headers }));
    expect(event).toMatchObject({ body: Buffer.from(bytes).toString('base64'), isBase64Encoded: true });
  });
});

describe('the answer of a load balancer', () => {
  const said = (say: unknown, balancer = single) =>
    send('/', { headers: { 'x-say': typeof say === 'string' ? say : JSON.stringify(say) } }, balancer);

  test('is what the function says', async () => {
    const response = await said({
      statusCode: 418,
      statusDescription: "418 I'm a teapot",
      headers: { 'x-a': 'b' },
      body: 'aGk=',
      isBase64Encoded: true,
    });
    expect([response.status, response.statusText, response.headers.get('x-a')]).toEqual([418, "I'm a teapot", 'b']);
    expect(await response.text()).toBe('hi');
  });

  test.each<[string, unknown]>([
    ['fails', 'fail'],
    ['says too much', 'large'],
    ['answers no object', '7'],
    ['answers nothing', 'null'],
    ['has no status', { body: 'x' }],
    ['has a status in text', { statusCode: '200' }],
    ['has a body that is no text', { statusCode: 200, body: {} }],
    ['has headers that are a list', { statusCode: 200, headers: ['a'] }],
  ])('is 502 when the function %s', async (_what, say) => {
    const response = await said(say);
    expect(response.status).toBe(502);
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(await response.text()).toContain('<h1>502 Bad Gateway</h1>');
  });

  test('is 502 when multi-value headers are not lists', async () => {
    expect((await said({ statusCode: 200, multiValueHeaders: { a: 'b' } }, multi)).status).toBe(502);
  });

  test('is 413 for a body over a megabyte', async () => {
    expect((await send('/', { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) })).status).toBe(413);
    expect((await send('/', { method: 'POST', body: 'x'.repeat(1000 * 1024) })).status).not.toBe(413);
  });

  test('is 403 for a name that is not of this machine', async () => {
    const status = await new Promise((resolve, reject) => {
      const [host, port] = single.address.split(':');
      request({ host, port, headers: { host: 'example.com' } }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });

  test('is 403 for a page from elsewhere, which on AWS would not reach it', async () => {
    const post = { method: 'POST', body: 'x', headers: { origin: 'https://example.com' } };
    expect((await send('/', post)).status).toBe(403);
    expect((await send('/', { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
  });
});

test('a listener that is not served is said to be not served', () => {
  const second = targetOf([group('f', false), listener('One'), listener('Two')]);
  expect(second).toMatchObject({ target: { functionName: 'f' }, warnings: [{ path: 'Two' }] });
  expect(targetOf([listener('One', 'Elsewhere')])).toMatchObject({ warnings: [{ path: 'One' }] });
  expect(targetOf([])).toEqual({ warnings: [] });
});
