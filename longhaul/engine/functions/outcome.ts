/** What an invocation came to. */
export interface Outcome {
  payload: Buffer;
  /** Set when the function failed: then the payload is the error. */
  functionError: 'Unhandled' | undefined;
  /** Of a failure that is not the function's own answer, for the REPORT line. */
  status: 'timeout' | 'error' | undefined;
  errorType: string | undefined;
}

export function succeeded(payload: Buffer): Outcome {
  return { payload, functionError: undefined, status: undefined, errorType: undefined };
}

/** The error that the runtime posted, as it is. */
export function reported(payload: Buffer, status: 'error' | undefined = undefined): Outcome {
  return { payload, functionError: 'Unhandled', status, errorType: status && errorTypeOf(payload) };
}

/** Over the function's timeout. `Task timed out after 3.00 seconds`, in the payload as in the log. */
export function timedOut(requestId: string, seconds: number): Outcome {
  const errorMessage = `RequestId: ${requestId} Error: ${timeoutText(seconds)}`;
  return failure({ errorType: 'Sandbox.Timedout', errorMessage }, 'timeout');
}

export function timeoutText(seconds: number): string {
  return `Task timed out after ${seconds.toFixed(2)} seconds`;
}

/** The process ended in the middle: its exit status or signal, in the words of Lambda's (Go) supervisor. */
export function exited(requestId: string, code: number | null, signal: NodeJS.Signals | null): Outcome {
  const how = signal ? `signal: ${SIGNALS[signal] ?? signal}` : `exit status ${code}`;
  const text = code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${how}`;
  return failure({ errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: ${text}` }, 'error');
}

/** The process could not be started at all. */
export function notStarted(requestId: string, error: Error): Outcome {
  const errorMessage = `RequestId: ${requestId} Error: ${error.message}`;
  return failure({ errorType: 'Runtime.InvalidEntrypoint', errorMessage }, 'error');
}

/** The handler cannot be found: the same as when the runtime reports it. */
export function notResolved(error: Error): Outcome {
  return failure({ errorType: error.name, errorMessage: error.message, trace: [] }, 'error');
}

export function responseTooLarge(limit: number): Outcome {
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${limit} bytes).`;
  return failure({ errorType: 'Function.ResponseSizeTooLarge', errorMessage }, undefined);
}

const SIGNALS: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
};

function failure(body: { errorType: string; errorMessage: string; trace?: string[] }, status: Outcome['status']) {
  const outcome: Outcome = {
    payload: Buffer.from(JSON.stringify(body)),
    functionError: 'Unhandled',
    status,
    errorType: status === 'error' ? body.errorType : undefined,
  };
  return outcome;
}

/** A failure in one line, for a person: `SyntaxError: Unexpected token`. */
export function failureText(payload: Buffer): string {
  try {
    const { errorType = 'Error', errorMessage = '' } = JSON.parse(payload.toString('utf8'));
    return `${errorType}: ${String(errorMessage).split('\n')[0]}`.slice(0, 500);
  } catch {
    return payload.toString('utf8', 0, 500);
  }
}

function errorTypeOf(payload: Buffer): string | undefined {
  try {
    return JSON.parse(payload.toString('utf8')).errorType;
  } catch {
    return undefined;
  }
}
