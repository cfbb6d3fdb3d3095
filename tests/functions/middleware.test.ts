import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 as Result } from 'aws-lambda';
import { afterEach, expect, test, vi } from 'vitest';
import { functions, root } from '../template/templates.ts';
import { functionsAlone } from './functions-alone.ts';
import { context, sample } from './lambda.ts';

const { logged, starts } = functionsAlone();

afterEach(() => vi.doUnmock('../../functions/middleware/yours.ts'));

/** A function as Lambda loads it. */
async function load(path: string, environment: Record<string, string> = {}) {
  const { resource } = functions().find((one) => one.path === path)!;
  for (const [name, value] of Object.entries({ ...resource.Properties.Environment.Variables, ...environment })) {
    if (process.env[name] === undefined || name === 'FUNCTION' || name in environment) vi.stubEnv(name, String(value));
  }
  vi.resetModules(); // the entry point loads one module, once
  const { handler } = await import(`${root}/functions/index.ts`);
  return handler;
}

/** One function for each module: two blocks of a template run the same code. */
const byModule = new Map(functions().map((one) => [one.resource.Properties.Environment.Variables.FUNCTION, one]));
const all = [...byModule.values()].map(({ path, name, resource }) => [path, name, resource] as const);
const environment = { STATE_MACHINE_ARN: '', JOBS: '', FOLLOWERS: 'nobody' };

test.each(all)(
  '%s is a Middy handler that logs with the id of its request, until the request has ended',
  async (path, name) => {
    const handler = await load(path, environment);
    for (const method of ['use', 'before', 'after', 'onError']) expect(handler[method]).toBeTypeOf('function');
    const { logger } = await import(`${root}/functions/logger.ts`);
    const seen: unknown[] = [];
    handler.before(() => {
      logger.appendKeys({ only: 'this request' });
      logger.info('within');
    });
    await handler(sample(name), context).catch((error: unknown) => seen.push(error));
    logger.info('behind');
    const lines = logged
      .flatMap((text) => text.split('\n').filter((line) => line.startsWith('{')))
      .map((line) => JSON.parse(line));
    const within = lines.find(({ message }) => message === 'within');
    expect(within).toMatchObject({ function_request_id: context.awsRequestId, only: 'this request' });
    expect(lines.find(({ message }) => message === 'behind')).not.toHaveProperty('only');
  },
);

const answering = all.filter(
  ([, name, { Properties }]) =>
    name === 'AlbTrigger' ||
    Object.values<{ Type: string }>(Properties.Events ?? {}).some(({ Type }) => Type === 'HttpApi'),
);

test.each(answering)('%s answers an error of its own as problem+json, and says nothing of it', async (path, name) => {
  const handler = await load(path);
  handler.before(() => {
    throw new Error('a secret of the inside');
  });
  const { statusCode, headers, multiValueHeaders, body } = await handler(sample(name), context);
  expect(statusCode).toBe(500);
  expect(headers?.['content-type'] ?? multiValueHeaders?.['content-type'][0]).toBe('application/problem+json');
  expect(JSON.parse(body)).toMatchObject({ status: 500, title: 'Internal Server Error' });
  expect(body).not.toContain('secret');
  expect(logged.join('')).toContain('a secret of the inside');
});

/** Notes what goes through it. */
function noting(notes: unknown[]): MiddlewareObj {
  return {
    before: ({ event }) => void notes.push(['before', event]),
    after: ({ response }) => void notes.push(['after', response]),
    onError: ({ error }) => void notes.push(['error', error?.message]),
  };
}

const triggers = all.filter(([, , { Properties }]) =>
  /^triggers\/(?!after)/.test(Properties.Environment.Variables.FUNCTION),
);

test.each(triggers)('a middleware in yours.ts goes around %s', async (path, name) => {
  const notes: unknown[][] = [];
  vi.doMock('../../functions/middleware/yours.ts', () => ({ ofTriggers: [noting(notes)] }));
  const handler = await load(path);
  await handler(sample(name), context).catch(() => {});
  expect(notes[0]).toEqual(['before', sample(name)]);
  expect(notes).toHaveLength(2); // and its end
});

test('a middleware in yours.ts goes around no route of the API', async () => {
  const notes: unknown[] = [];
  vi.doMock('../../functions/middleware/yours.ts', () => ({ ofTriggers: [noting(notes)] }));
  const { path } = functions().find(({ name }) => name === 'ListJobs')!;
  const { statusCode } = await (await load(path))(sample('ListJobs'), context);
  expect([statusCode, notes]).toEqual([200, []]);
});

test('a middleware of one function can change its event and answer, and goes around no other', async () => {
  const { lambda, triggerRoute } = await import('../../functions/middleware/index.ts');
  const notes: unknown[] = [];
  const one = lambda((event: { count: number }) => event.count).use({
    before(request) {
      request.event = { count: request.event.count + 1 };
    },
    after(request) {
      request.response = Number(request.response) * 10;
    },
  });
  expect(await one({ count: 1 }, context)).toBe(20);
  const other = triggerRoute(() => ({ statusCode: 204 })).use(
    noting(notes) as MiddlewareObj<APIGatewayProxyEventV2, Result>,
  );
  expect(await other({} as never, context)).toEqual({ statusCode: 204 });
  expect(notes).toHaveLength(2);
  expect(starts()).toEqual([]);
});

test('a function that is out of time is ended by Lambda, and told nothing before', async () => {
  const { lambda } = await import('../../functions/middleware/index.ts');
  const slow = lambda(() => new Promise((resolve) => setTimeout(resolve, 30, 'done')));
  expect(await slow({}, { ...context, getRemainingTimeInMillis: () => 10 })).toBe('done');
});
