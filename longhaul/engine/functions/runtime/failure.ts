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

/** The log's form of it: `stack` instead of `trace`, and the error's own members (`code`, `$metadata`, …). */
export function failureForLog(thrown: unknown): string {
  const { errorType, errorMessage, trace } = describeFailure(thrown);
  const members = thrown instanceof Error ? { ...thrown } : {};
  try {
    return JSON.stringify({ errorType, errorMessage, ...members, stack: trace });
  } catch {
    return JSON.stringify({ errorType, errorMessage, stack: trace });
  }
}

/** An error with one of the runtime's own names. */
export function runtimeError(name: string, message: string, cause?: Error): Error {
  const error = Object.assign(new Error(message, { cause }), { name });
  if (cause?.stack) error.stack = cause.stack;
  return error;
}
