import type { OutgoingHttpHeaders } from 'node:http';

/** An HTTP answer, ready to be sent. */
export interface Answer {
  status: number;
  headers: OutgoingHttpHeaders;
  body: Buffer;
}

/** API Gateway's own answers. */
export function message(status: number, text: string): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ message: text })),
  };
}

/** An answer of the engine's own, which AWS does not have. */
export function problem(status: number, title: string, detail: string): Answer {
  const body = Buffer.from(`${JSON.stringify({ type: 'about:blank', title, status, detail })}\n`);
  return { status, headers: { 'content-type': 'application/problem+json' }, body };
}

/**
 * What a function returned, as API Gateway reads it in payload format 2.0: with a `statusCode` an answer as it stands,
 * without one a 200 whose body is the JSON value. Undefined when it is neither: the caller then sees a 500.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response
 */
export function interpret(payload: Buffer): Answer | undefined {
  const text = payload.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('statusCode' in value)) {
    const body = Buffer.from(typeof value === 'string' ? value : text);
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
  const {
    statusCode,
    headers = {},
    cookies = [],
    body = '',
    isBase64Encoded = false,
  } = value as Record<string, unknown>;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  if (typeof headers !== 'object' || !Array.isArray(cookies)) return undefined;
  if (body !== null && typeof body !== 'string') return undefined;
  const answered: OutgoingHttpHeaders = {};
  for (const [name, header] of Object.entries(headers ?? {})) {
    if (typeof header === 'object' && header !== null) return undefined;
    if (header !== null && header !== undefined) answered[name.toLowerCase()] = String(header);
  }
  if (cookies.length > 0) answered['set-cookie'] = cookies.map(String);
  answered['content-type'] ??= 'text/plain;charset=UTF-8';
  // The length and the connection are the server's affair.
  for (const name of ['content-length', 'connection', 'transfer-encoding']) delete answered[name];
  return { status, headers: answered, body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8') };
}
