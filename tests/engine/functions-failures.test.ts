import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answered, type Project, project } from './functions-project.ts';

let app: Project;
beforeEach(async () => {
  app = await project();
});
afterEach(() => app.remove());

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
    expect(app.notices).toEqual([expect.stringMatching(/broken failed: Odd: no way .*log group/)]);
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
