import { inspect } from 'node:util';

export type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
type LogMethod = (message: string, fields?: Record<string, unknown>) => void;

/** Structured lines: `log.info('Page read', { page: 7 })`. An `Error` among the fields is written with stack and causes. */
export interface Log {
  debug: LogMethod;
  info: LogMethod;
  warn: LogMethod;
  error: LogMethod;
}

/** Where a line goes; errors apart, as on any terminal. */
export type LogSink = (level: LogLevel, line: string) => void;

/** stdout, errors on stderr. Both are synchronous for files, terminals and pipes on POSIX, so nothing is lost at the exit. */
const processSink: LogSink = (level, line) => {
  (level === 'ERROR' ? process.stderr : process.stdout).write(`${line}\n`);
};

/**
 * A log that puts `context` (job, id, attempt) on every line: `{ level, message, …context, time, …fields }`, one JSON object
 * per line. Fields cannot hide what every line has.
 */
export function createLog(context: Record<string, unknown>, sink: LogSink = processSink): Log {
  const method =
    (level: LogLevel): LogMethod =>
    (message: unknown, fields: unknown) => {
      const time = new Date().toISOString();
      const line = { level, message: textOf(message), ...context, time };
      const given = { ...(message instanceof Error && { error: message }), ...membersOf(fields) };
      sink(level, JSON.stringify({ ...line, ...loggable(given), ...line }));
    };
  return { debug: method('DEBUG'), info: method('INFO'), warn: method('WARN'), error: method('ERROR') };
}

/** A message may come from a `catch`, where no type says what it is. */
function textOf(message: unknown): string {
  if (message instanceof Error) return describeError(message).message;
  return typeof message === 'string' ? message : inspect(message, { depth: 2 });
}

/** Fields, too: `log.error('Cannot read', error)`. */
function membersOf(fields: unknown): Record<string, unknown> {
  if (fields instanceof Error) return { error: fields };
  return typeof fields === 'object' ? { ...fields } : fields === undefined ? {} : { value: fields };
}

/** The fields as JSON can hold them; what it cannot (a BigInt, a circle) as text, because logging must never throw. */
function loggable(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (value instanceof Error) return [name, describeError(value)];
      try {
        JSON.stringify(value);
        return [name, value];
      } catch {
        return [name, inspect(value, { depth: 4 })];
      }
    }),
  );
}

export interface ErrorDescription {
  name: string;
  message: string;
  stack?: string;
  cause?: ErrorDescription;
  errors?: ErrorDescription[];
}

/** Name, message, stack and the chain of causes, whatever was thrown. */
export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { name: typeof error, message: messageOf(error) };
  return {
    name: String(error.name),
    message: messageOf(error),
    ...(error.stack && { stack: error.stack }),
    // A chain of causes can be a circle; ten links explain any failure.
    ...(error.cause !== undefined && depth < 10 && { cause: describeError(error.cause, depth + 1) }),
    ...(error instanceof AggregateError &&
      depth < 10 && { errors: error.errors.map((e) => describeError(e, depth + 1)) }),
  };
}

/** What the AWS SDK says if the answer had no body, as to every HEAD request (smithy-client, `throwDefaultError`). */
const NOTHING_SAID = /^(UnknownError|Unknown)?$/;

/**
 * The message of an error. Errors of AWS are given by name and HTTP status as well: `NotFound (404)`. One without any message, as
 * Node.js throws for a connection that is refused on every address, is given by what it holds, its code or its name.
 */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return inspect(error, { depth: 2 });
  const { $metadata, code } = error as { $metadata?: { httpStatusCode?: number }; code?: string };
  const message = String(error.message);
  if ($metadata?.httpStatusCode !== undefined) {
    const what = `${error.name} (${$metadata.httpStatusCode})`;
    return NOTHING_SAID.test(message) || message === error.name ? what : `${what}: ${message}`;
  }
  if (message !== '') return message;
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(messageOf).join('; ');
  return code ?? String(error.name);
}
