import { format } from 'node:util';

/** The invocation that a log line belongs to; undefined while the module is loaded. */
let current: string | undefined;

export function setRequestId(requestId: string | undefined): void {
  current = requestId;
}

const LEVELS = { trace: 'TRACE', debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR' } as const;

/**
 * Makes `console` write as Lambda's Node.js runtime does: time, request id, level and message, separated by tabs; or an
 * object of JSON when the function's log format says so.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
 */
export function patchConsole(logFormat: string | undefined): void {
  for (const [method, level] of Object.entries(LEVELS) as [keyof typeof LEVELS, string][]) {
    console[method] = (...parts: unknown[]) => writeLine(level, format(...parts), logFormat);
  }
}

/** Writes one log event. An object stays one in JSON, and is text otherwise. */
export function writeLine(
  level: string,
  message: string | object,
  logFormat = process.env.AWS_LAMBDA_LOG_FORMAT,
): void {
  const timestamp = new Date().toISOString();
  const line =
    logFormat === 'JSON'
      ? JSON.stringify({ timestamp, level, requestId: current, message })
      : [timestamp, current, level, typeof message === 'string' ? message : JSON.stringify(message)].join('\t');
  // A line break inside one message is sent as a carriage return, so that it stays one log event.
  process.stdout.write(`${line.replaceAll('\n', '\r')}\n`);
}
