import { spawnSync } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
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

describe('a function that fails', () => {
  async function failureOf(source: string, properties: object = {}) {
    const functions = app.start([await app.function('broken', source, properties)]);
    const answer = await functions.invoke('broken', '{}', 'RequestResponse');
    expect(answer.functionError).toBe('Unhandled');
    return { ...answered(answer), requestId: answer.requestId, logTail: answer.logTail };
  }

  test('by throwing answers with the error, its type and its stack', async () => {
    const source =
      'class Odd extends Error { name = "Odd" }\nexport const handler = async () => { throw new Odd("no way"); };';
    const { errorType, errorMessage, trace, logTail } = await failureOf(source);
    expect({ errorType, errorMessage }).toEqual({ errorType: 'Odd', errorMessage: 'no way' });
    expect(trace[0]).toBe('Odd: no way');
    expect(trace[1]).toContain('broken.ts:2');
    expect(logTail).toContain('ERROR\tInvoke Error');
  });

  test('by running too long is killed, and the next invocation starts anew', async () => {
    const source = `let n = 0;
export const handler = async (event: { hang?: boolean }) => (event.hang === false ? ++n : new Promise(() => setInterval(() => {}, 1000)));`;
    const functions = app.start([await app.function('slow', source, { Timeout: 1 })]);
    const answer = await functions.invoke('slow', '{}', 'RequestResponse');
    expect(answer.functionError).toBe('Unhandled');
    expect(answered(answer)).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${answer.requestId} Error: Task timed out after 1.00 seconds`,
    });
    expect(answer.logTail).toContain('Task timed out after 1.00 seconds');
    expect(answer.logTail).toMatch(/Status: timeout/);
    expect(answered(await functions.invoke('slow', '{"hang":false}', 'RequestResponse'))).toBe(1);
  });

  test.each([
    ['process.exit(3)', 'Runtime exited with error: exit status 3'],
    ['process.exit(0)', 'Runtime exited without providing a reason'],
    ['process.kill(process.pid, "SIGKILL"); await new Promise(() => {})', 'Runtime exited with error: signal: killed'],
  ])('by %s answers Runtime.ExitError', async (statement, text) => {
    const failure = await failureOf(`export const handler = async () => { ${statement} };`);
    expect(failure.errorType).toBe('Runtime.ExitError');
    expect(failure.errorMessage).toBe(`RequestId: ${failure.requestId} Error: ${text}`);
    expect(failure.logTail).toContain('Status: error\tError Type: Runtime.ExitError');
  });

  test('by using more memory than it has ends with Runtime.ExitError', async () => {
    const source =
      'export const handler = async () => { const all: string[][] = []; while (true) all.push(Array(1e5).fill("x".repeat(9))); };';
    expect((await failureOf(source, { MemorySize: 32 })).errorType).toBe('Runtime.ExitError');
  });

  test.each([
    ['throw new RangeError("at the start");', 'RangeError', 'at the start'],
    ['import "./nowhere.ts"; export const handler = 1;', 'Runtime.ImportModuleError', 'nowhere.ts'],
    ['export const handler = async () => { syntax error', 'Runtime.UserCodeSyntaxError', ''],
    ['export const other = 1;', 'Runtime.HandlerNotFound', 'broken.handler is undefined or not exported'],
    ['export const handler = (a: 1, b: 2, callback: 3) => {};', 'Runtime.CallbackHandlerDeprecated', 'callback'],
  ])('while it starts, with %s, answers the initialization error', async (source, errorType, text) => {
    const failure = await failureOf(source);
    expect(failure.errorType).toBe(errorType);
    expect(failure.errorMessage).toContain(text);
    expect(failure.logTail).toContain(`"errorType":"${errorType}"`);
    expect(failure.logTail).toContain(`Error Type: ${errorType}`);
  });

  test('by a rejected promise that nobody awaits answers Runtime.UnhandledPromiseRejection', async () => {
    const source =
      'export const handler = async () => { Promise.reject(new Error("lost")); await new Promise(() => setInterval(() => {}, 1000)); };';
    const { errorType, errorMessage } = await failureOf(source);
    expect({ errorType, errorMessage }).toEqual({
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: 'Error: lost',
    });
  });

  test('by answering more than 6 MB answers Function.ResponseSizeTooLarge, and works again after', async () => {
    const source = 'export const handler = async (event: { size: number }) => "x".repeat(event.size);';
    const functions = app.start([await app.function('large', source)]);
    expect(answered(await functions.invoke('large', '{"size":6291554}', 'RequestResponse'))).toHaveLength(6_291_554);
    expect(answered(await functions.invoke('large', '{"size":6291555}', 'RequestResponse'))).toEqual({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    });
    expect(answered(await functions.invoke('large', '{"size":1}', 'RequestResponse'))).toBe('x');
  });
});

describe('an invocation is refused', () => {
  test('when its payload is too large or no JSON', async () => {
    const functions = app.start([
      await app.function('echo', 'export const handler = async (event: string) => event.length;'),
    ]);
    const text = (length: number) => JSON.stringify('x'.repeat(length - 2));
    expect(answered(await functions.invoke('echo', text(6_291_456), 'RequestResponse'))).toBe(6_291_454);
    await expect(functions.invoke('echo', text(6_291_457), 'RequestResponse')).rejects.toMatchObject({
      code: 'RequestEntityTooLargeException',
      status: 413,
      message: '6291457 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)',
    });
    await expect(functions.invoke('echo', text(1_048_577), 'Event')).rejects.toMatchObject({
      message: '1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)',
    });
    await expect(functions.invoke('echo', '{a', 'RequestResponse')).rejects.toMatchObject({
      code: 'InvalidRequestContentException',
    });
  });

  test('when the template gives a variable that is no text or a runtime that is not here; the others run', async () => {
    const functions = app.start([
      await app.function('list', '', { Environment: { Variables: { JOBS: ['a', 'b'] } } }),
      await app.function('snake', '', { Runtime: 'python3.13' }),
      await app.function('good', 'export const handler = async () => 1;'),
    ]);
    expect(app.notices).toEqual([
      'list: Environment variable JOBS must be a string, but is ["a","b"].',
      'snake: Runtime "python3.13" does not run here; nodejs* and provided* do.',
    ]);
    await expect(functions.invoke('list', '{}', 'RequestResponse')).rejects.toThrow('JOBS must be a string');
    expect(answered(await functions.invoke('good', '{}', 'RequestResponse'))).toBe(1);
  });
});

describe('at the same time', () => {
  // Both sides of a meeting wait until the other one is there.
  const meeting = `import { existsSync, writeFileSync } from 'node:fs';
export const handler = async (event: { me: string; other: string }) => {
  writeFileSync(event.me, '');
  while (!existsSync(event.other)) await new Promise((resolve) => setTimeout(resolve, 5));
  return process.pid;
};`;

  function meet(...names: [string, string]) {
    const [me, other] = names.map((name) => join(app.directory, name));
    return JSON.stringify({ me, other });
  }

  test('two invocations have a process each', async () => {
    const functions = app.start([await app.function('meet', meeting)]);
    const [one, two] = await Promise.all([
      functions.invoke('meet', meet('a', 'b'), 'RequestResponse'),
      functions.invoke('meet', meet('b', 'a'), 'RequestResponse'),
    ]);
    expect(answered(one)).not.toBe(answered(two));
  });

  test('more than the reserved concurrency are throttled, and admitted again after', async () => {
    const functions = app.start([await app.function('meet', meeting, { ReservedConcurrentExecutions: 1 })]);
    const running = functions.invoke('meet', meet('a', 'b'), 'RequestResponse');
    await expect(functions.invoke('meet', meet('b', 'a'), 'RequestResponse')).rejects.toMatchObject({
      code: 'TooManyRequestsException',
      status: 429,
      details: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
    });
    await app.write('b', '');
    await running;
    expect((await functions.invoke('meet', meet('a', 'b'), 'RequestResponse')).functionError).toBeUndefined();
  });

  test('more than the engine has processes for wait for one', async () => {
    const source = 'export const handler = async () => process.pid;';
    const functions = app.start([await app.function('pid', source)], { processLimit: 2 });
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => functions.invoke('pid', '{}', 'RequestResponse')),
    );
    expect(new Set(answers.map(answered)).size).toBe(2);
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

test('a changed source file is what the next invocation runs, while a running one finishes with the old', async () => {
  const version = (n: number) => `import { existsSync } from 'node:fs';
import { word } from './lib/word.ts';
export const handler = async (event: { until?: string }) => {
  while (event.until && !existsSync(event.until)) await new Promise((resolve) => setTimeout(resolve, 5));
  return word + ${n};
};`;
  await app.write('lib/word.ts', 'export const word = "old";');
  const functions = app.start([await app.function('live', version(1))], { watch: true });
  await functions.ready;
  const invoke = async (event: object) =>
    answered(await functions.invoke('live', JSON.stringify(event), 'RequestResponse'));
  expect(await invoke({})).toBe('old1');
  const until = join(app.directory, 'go');
  const running = invoke({ until });
  await vi.waitFor(() => expect(app.logs.filter(({ message }) => message.startsWith('START'))).toHaveLength(2));
  await app.write('lib/word.ts', 'export const word = "new";');
  await vi.waitFor(async () => expect(await invoke({})).toBe('new1'), { timeout: 20_000 });
  await app.write('live.ts', version(2));
  await vi.waitFor(async () => expect(await invoke({})).toBe('new2'), { timeout: 20_000 });
  await app.write('go', '');
  expect(await running).toBe('old1');
});

test('a process without work is ended after the idle time', async () => {
  const source = 'export const handler = async () => process.pid;';
  const functions = app.start([await app.function('pid', source)], { idleTimeout: 1 });
  const pid = answered(await functions.invoke('pid', '{}', 'RequestResponse'));
  await vi.waitFor(() => expect(state(pid)).toBe('ended'), { timeout: 20_000 });
});

test('closing leaves no process behind', async () => {
  const source = `import { spawn } from 'node:child_process';
export const handler = async () => [process.pid, spawn('sleep', ['1000']).pid];`;
  const functions = app.start([await app.function('parent', source)]);
  const pids: number[] = answered(await functions.invoke('parent', '{}', 'RequestResponse'));
  await functions.close();
  for (const pid of pids) await vi.waitFor(() => expect(state(pid)).toBe('ended'), { timeout: 20_000 });
});

/** A zombie that nobody has waited for yet has ended, too. */
function state(pid: number): 'ended' | 'running' {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return /^[^Z]/.test(stdout.trim()) ? 'running' : 'ended';
}

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
