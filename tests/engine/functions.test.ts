import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answered, type Project, project, resource } from './functions-project.ts';

let app: Project;
beforeEach(async () => {
  app = await project();
});
afterEach(() => app.remove());

describe('a function', () => {
  test('gets its event and answers with what it returns, asynchronously or not', async () => {
    const functions = app.start([
      await app.function('later', 'export const handler = async (event: { n: number }) => ({ twice: event.n * 2 });'),
      await app.function('now', 'export const handler = (event: { n: number }) => event.n + 1;'),
      await app.function('nothing', 'export const handler = async () => {};'),
    ]);
    expect(answered(await functions.invoke('later', '{"n":21}', 'RequestResponse'))).toEqual({ twice: 42 });
    expect(answered(await functions.invoke('now', '{"n":1}', 'RequestResponse'))).toBe(2);
    expect(answered(await functions.invoke('nothing', '', 'RequestResponse'))).toBe(null);
  });

  test('may compute for longer than HTTP servers keep idle connections: Node.js, 6 seconds', async () => {
    const source = `
      export const handler = async () => {
        // Like a computation: no event is handled meanwhile. The pause before lets the answer to \`next\` be read to its end.
        await new Promise((resolve) => setTimeout(resolve, 100));
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 7500);
        return 'computed';
      };`;
    const functions = app.start([await app.function('computes', source)]);
    const answer = await functions.invoke('computes', '{}', 'RequestResponse');
    expect(answered(answer)).toBe('computed');
  });

  test('is found by name, partial ARN and ARN, and refused with its ARN when it is not there', async () => {
    const functions = app.start([await app.function('hello', 'export const handler = async () => "hi";')]);
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:hello';
    for (const name of ['hello', '000000000000:function:hello', arn, `${arn}:$LATEST`]) {
      expect(answered(await functions.invoke(name, '{}', 'RequestResponse'))).toBe('hi');
    }
    await expect(functions.invoke('nobody', '{}', 'RequestResponse')).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody',
    });
  });

  test('has exactly the environment that Lambda and the template give it', async () => {
    process.env.LONGHAUL_TEST_SECRET = 'of the engine';
    const functions = app.start([
      await app.function('env', 'export const handler = async () => process.env;', {
        MemorySize: 256,
        Environment: { Variables: { JOB: 'csv-report', COUNT: 3 } },
      }),
    ]);
    const environment = answered(await functions.invoke('env', '{}', 'RequestResponse'));
    delete process.env.LONGHAUL_TEST_SECRET;
    expect(environment).toMatchObject({
      _HANDLER: 'env.handler',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_FUNCTION_NAME: 'env',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/env',
      AWS_REGION: 'us-east-1',
      COUNT: '3',
      JOB: 'csv-report',
      LAMBDA_TASK_ROOT: app.directory,
      TZ: ':UTC',
    });
    expect(environment._X_AMZN_TRACE_ID).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};/);
    expect(environment.AWS_LAMBDA_LOG_STREAM_NAME).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
    const known = /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_.*|COUNT|HOME|JOB|LAMBDA_TASK_ROOT|LANG|PATH|TZ)$/;
    expect(Object.keys(environment).filter((name) => !known.test(name))).toEqual([]);
  });

  test('sees its context: request id, ARN, limits, remaining time, client context', async () => {
    const functions = app.start([
      await app.function(
        'context',
        'export const handler = async (_: unknown, c: any) => ({ ...c, left: c.getRemainingTimeInMillis() });',
        { MemorySize: 192 },
      ),
    ]);
    const answer = await functions.invoke('context', '{}', 'RequestResponse', '{"custom":{"a":1}}');
    const { left, ...context } = answered(answer);
    expect(context).toMatchObject({
      awsRequestId: answer.requestId,
      clientContext: { custom: { a: 1 } },
      functionName: 'context',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:context',
      logGroupName: '/aws/lambda/context',
      memoryLimitInMB: '192',
    });
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(30_000);
  });

  test('is found below the lowest common folder of the entry points, as esbuild lays them out', async () => {
    await app.write('functions/triggers/s3.ts', 'export const handler = async () => "from s3";');
    await app.write('functions/api/run.ts', 'export const handler = async () => "from run";');
    const metadata = { BuildProperties: { EntryPoints: ['functions/triggers/s3.ts', 'functions/api/run.ts'] } };
    const alone = { BuildProperties: { EntryPoints: ['functions/triggers/s3.ts'] } };
    const functions = app.start([
      resource(app.directory, 's3', { Handler: 'triggers/s3.handler' }, metadata),
      resource(app.directory, 'alone', { Handler: 's3.handler' }, alone),
      resource(app.directory, 'wrong', { Handler: 'functions/triggers/s3.handler' }, metadata),
    ]);
    expect(answered(await functions.invoke('s3', '{}', 'RequestResponse'))).toBe('from s3');
    expect(answered(await functions.invoke('alone', '{}', 'RequestResponse'))).toBe('from s3');
    const { errorType, errorMessage } = answered(await functions.invoke('wrong', '{}', 'RequestResponse'));
    expect(errorType).toBe('Runtime.ImportModuleError');
    expect(errorMessage).toContain(`laid out relative to ${join(app.directory, 'functions')}`);
  });

  test('keeps its process, and what it has in memory, from one invocation to the next', async () => {
    const source = 'let n = 0; export const handler = async () => ({ pid: process.pid, n: ++n });';
    const functions = app.start([await app.function('count', source)]);
    const first = answered(await functions.invoke('count', '{}', 'RequestResponse'));
    const second = answered(await functions.invoke('count', '{}', 'RequestResponse'));
    expect(second).toEqual({ pid: first.pid, n: 2 });
  });

  test('can be a custom runtime: an executable `bootstrap` that speaks the Runtime API', async () => {
    const script = `#!/usr/bin/env node
const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/invocation/';
(async () => {
  while (true) {
    const next = await fetch(base + 'next');
    const id = next.headers.get('lambda-runtime-aws-request-id');
    const body = JSON.stringify({ event: await next.json(), arn: next.headers.get('lambda-runtime-invoked-function-arn') });
    await fetch(base + id + '/response', { method: 'POST', body });
  }
})();
`;
    await app.write('custom/bootstrap', script);
    await chmod(join(app.directory, 'custom/bootstrap'), 0o755);
    const properties = { Handler: 'any', Runtime: 'provided.al2023', CodeUri: 'custom' };
    const functions = app.start([resource(app.directory, 'custom', properties)]);
    expect(answered(await functions.invoke('custom', '{"a":1}', 'RequestResponse'))).toEqual({
      event: { a: 1 },
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:custom',
    });
  });
});

test('logs have START, the output by level, END and REPORT, and their end comes with the answer', async () => {
  const source = `console.log('while it starts');
export const handler = async () => { console.log('one\\ntwo', { a: 1 }); console.error('bad'); process.stdout.write('raw'); };`;
  const functions = app.start([await app.function('talk', source)]);
  const { requestId, logTail } = await functions.invoke('talk', '{}', 'RequestResponse');
  const messages = app.logs.map((event) => event.message);
  expect(messages[0]).toBe('INIT_START Runtime Version: nodejs:24\n');
  expect(messages[1]).toMatch(/^\S+Z\t\tINFO\twhile it starts\n$/);
  expect(messages[2]).toBe(`START RequestId: ${requestId} Version: $LATEST\n`);
  expect(messages[3]).toMatch(new RegExp(`^\\S+Z\t${requestId}\tINFO\tone\ntwo \\{ a: 1 \\}\n$`));
  expect(messages[4]).toMatch(/\tERROR\tbad\n$/);
  expect(messages[5]).toBe('raw\n');
  expect(messages[6]).toBe(`END RequestId: ${requestId}\n`);
  expect(messages[7]).toMatch(
    /^REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: [1-9]\d* MB\tInit Duration: [\d.]+ ms\t\n$/,
  );
  expect(logTail).toBe(messages.slice(2).join(''));
  expect(new Set(app.logs.map(({ group, stream }) => `${group} ${stream}`)).size).toBe(1);
  expect(app.logs[0]).toMatchObject({ group: '/aws/lambda/talk' });
});

test('logs in JSON when the function says so, in the group that it names', async () => {
  const source = `export const handler = async (event: { fail?: boolean }) => {
  console.warn('careful');
  if (event.fail) throw Object.assign(new Error('no'), { code: 'E1' });
};`;
  const properties = { LoggingConfig: { LogFormat: 'JSON', LogGroup: '/longhaul/functions' } };
  const functions = app.start([await app.function('talk', source, properties)]);
  const { requestId } = await functions.invoke('talk', '{}', 'RequestResponse');
  const lines = app.logs.map(({ message }) => JSON.parse(message));
  expect(lines).toMatchObject([
    { type: 'platform.initStart', record: { phase: 'init', initializationType: 'on-demand' } },
    { type: 'platform.start', record: { requestId, version: '$LATEST' } },
    { level: 'WARN', requestId, message: 'careful' },
    { type: 'platform.report', record: { requestId, status: 'success', metrics: { memorySizeMB: 128 } } },
  ]);
  expect(app.logs[0]).toMatchObject({
    group: '/longhaul/functions',
    stream: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/talk\[\$LATEST\][0-9a-f]{32}$/),
  });
  await functions.invoke('talk', '{"fail":true}', 'RequestResponse');
  expect(JSON.parse(app.logs.at(-2)?.message ?? '')).toMatchObject({
    level: 'ERROR',
    message: { errorType: 'Error', errorMessage: 'no', code: 'E1', stackTrace: expect.arrayContaining(['Error: no']) },
  });
});
