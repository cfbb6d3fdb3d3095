/**
 * A Lambda runtime for Node.js: `node bootstrap.ts FILE EXPORT`. It speaks the Runtime API with whoever listens at
 * AWS_LAMBDA_RUNTIME_API, and knows nothing else of the engine.
 */
import { flushCompileCache } from 'node:module';
import { type NextInvocation, nextInvocation, postError, postResponse } from './client.ts';
import { patchConsole, setRequestId, writeLine } from './console.ts';
import { describeFailure, failureForLog, runtimeError } from './failure.ts';
import { type Handler, loadHandler } from './load-handler.ts';

/** The invocation that runs; undefined while the module is loaded and between invocations. */
let current: string | undefined;

async function main(file: string, exported: string): Promise<void> {
  endWithEngine();
  patchConsole(process.env.AWS_LAMBDA_LOG_FORMAT);
  process.on('uncaughtException', (error) => void die(error, 'Uncaught Exception', 129));
  process.on('unhandledRejection', (reason) => {
    const error = runtimeError('Runtime.UnhandledPromiseRejection', String(reason));
    if (reason instanceof Error && reason.stack) error.stack = reason.stack;
    void die(error, 'Unhandled Promise Rejection', 128);
  });
  let handler: Handler;
  try {
    handler = await loadHandler(file, exported, process.env._HANDLER ?? '');
  } catch (error) {
    return die(error, 'Uncaught Exception', 1);
  }
  // At its end would be too late: the engine kills it.
  flushCompileCache();
  while (true) await serve(handler, await nextInvocation());
}

/** An engine that is killed cannot end its functions: one that is in the middle of a handler would stay for ever. */
function endWithEngine(): void {
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid !== engine) process.exit(1);
  }, 1000).unref();
}

async function serve(handler: Handler, invocation: NextInvocation): Promise<void> {
  current = invocation.requestId;
  setRequestId(current);
  process.env._X_AMZN_TRACE_ID = invocation.traceId;
  try {
    const result = await handler(JSON.parse(invocation.payload), contextOf(invocation));
    await postResponse(invocation.requestId, textOf(result));
  } catch (error) {
    logFailure('Invoke Error', error);
    const failure = describeFailure(error);
    await postError(invocation.requestId, failure.errorType, JSON.stringify(failure));
  }
  current = undefined;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
function contextOf(invocation: NextInvocation): object {
  return {
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: invocation.arn,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: invocation.requestId,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: invocation.clientContext,
    identity: undefined,
    getRemainingTimeInMillis: () => invocation.deadline - Date.now(),
  };
}

function textOf(result: unknown): string {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch (error) {
    throw runtimeError('Runtime.JSONStringifyError', `Unable to stringify response body: ${(error as Error).message}`);
  }
}

function logFailure(what: string, error: unknown): void {
  if (process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON') writeLine('ERROR', failureForLog(error, 'stackTrace'));
  else writeLine('ERROR', `${what} \t${JSON.stringify(failureForLog(error, 'stack'))}`);
}

/** Reports what nobody caught, then ends: the process's state is unknown. */
async function die(error: unknown, what: string, exitCode: number): Promise<never> {
  logFailure(what, error);
  const failure = describeFailure(error);
  await postError(current, failure.errorType, JSON.stringify(failure)).catch(() => {});
  process.exit(exitCode);
}

const [file = '', exported = ''] = process.argv.slice(2);
// The engine is gone when it does not answer: nobody is left to report to.
main(file, exported).catch(() => process.exit(1));
