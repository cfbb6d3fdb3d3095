import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { ExecutionStateError } from 'longhaul';

const TITLES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  409: 'Conflict',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
} as const;

/** An answer that is no success, in the words of RFC 9457. `detail` says what was wrong, and what is accepted. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: keyof typeof TITLES;
  /** Members beside the standard ones, such as `errors`. */
  readonly members: Record<string, unknown>;
  readonly headers: Record<string, string>;
  constructor(
    status: keyof typeof TITLES,
    detail: string,
    members: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ) {
    super(detail);
    this.status = status;
    this.members = members;
    this.headers = headers;
  }

  response(): APIGatewayProxyStructuredResultV2 {
    const { status, message: detail, members, headers } = this;
    return {
      statusCode: status,
      headers: { 'content-type': 'application/problem+json', ...headers },
      // Without a `type` the title is that of the status code (RFC 9457, 4.2.1).
      body: JSON.stringify({ title: TITLES[status], status, detail, ...members }),
    };
  }
}

/** Names of what AWS services say when there is too much at once: to come back later helps. */
const OVERLOAD =
  /Throttl|TooManyRequests|ThroughputExceeded|RequestLimitExceeded|SlowDown|ExecutionLimitExceeded|ServiceUnavailable|TimeoutError|Timeout$/;

/** What the client library refuses with, by the names of its errors: a function that meets none of them loads none. */
const OF_THE_CLIENT: Record<string, (error: ExecutionStateError) => Problem> = {
  InvalidInputError: ({ message }) => new Problem(422, message),
  InvalidCursorError: ({ message }) => new Problem(400, `'cursor': ${message}`),
  UnknownExecutionError: ({ message }) => new Problem(404, message),
  ExecutionStateError: ({ message, retryable }) =>
    new Problem(409, message, { retryable }, retryable ? { 'retry-after': '2' } : {}),
};

/** What a caller is told of an error that was not meant for it: how to go on, and nothing of the inside. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const {
    name = '',
    $metadata: answered,
    $fault,
    code,
  } = (error ?? {}) as {
    name?: string;
    $metadata?: { httpStatusCode?: number };
    $fault?: 'client' | 'server';
    code?: string;
  };
  const own = OF_THE_CLIENT[name]?.(error as ExecutionStateError);
  if (own) return own;
  if (OVERLOAD.test(name) || answered?.httpStatusCode === 429 || answered?.httpStatusCode === 503) {
    return new Problem(503, 'AWS is too busy at the moment. Send the same request again.', {}, { 'retry-after': '5' });
  }
  // ERR_…: a fault of the code, as Node names them.
  const network = code !== undefined && /^(E(?!RR_)[A-Z]+|UND_ERR)/.test(code);
  if (answered || $fault || network)
    return new Problem(502, `An AWS service failed (${name || code}). Try again later.`);
  return new Problem(500, 'Something went wrong here. The log of the function says what.');
}
