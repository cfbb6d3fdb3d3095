/** An error in the form that the Runtime API and the caller of the function see. */
export interface Failure {
  errorType: string;
  errorMessage: string;
  /** The stack, a line each. */
  trace: string[];
}

/** Whatever was thrown, as Lambda's Node.js runtime reports it. */
export function describeFailure(thrown: unknown): Failure {
  if (thrown instanceof Error) {
    return {
      errorType: thrown.name,
      errorMessage: thrown.message,
      trace: (thrown.stack ?? '').split('\n'),
    };
  }
  return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
}

/** What the log shows of it: also the error's own members (`code`, `$metadata`, …), the stack under the format's name. */
export function failureForLog(thrown: unknown, stackName: 'stack' | 'stackTrace'): object {
  const { errorType, errorMessage, trace } = describeFailure(thrown);
  const failure = { errorType, errorMessage, [stackName]: trace };
  try {
    return thrown instanceof Error ? { ...JSON.parse(JSON.stringify(thrown)), ...failure } : failure;
  } catch {
    // A member that JSON cannot express.
    return failure;
  }
}

/** An error with one of the runtime's own names. */
export function runtimeError(name: string, message: string, cause?: Error): Error {
  const error = Object.assign(new Error(message, { cause }), { name });
  if (cause?.stack) error.stack = cause.stack;
  return error;
}
