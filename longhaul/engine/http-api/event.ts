import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Match } from './match-route.ts';

export interface EventRequest {
  method: string;
  /** As sent, percent-encoded. */
  path: string;
  /** As sent, without the question mark. */
  query: string;
  protocol: string;
  /** Names and values alternating, as they came. */
  rawHeaders: string[];
  sourceIp: string;
  body: Buffer;
  requestId: string;
  /** Milliseconds since the epoch. */
  time: number;
}

export function eventRequest(request: IncomingMessage, body: Buffer, requestId: string, time: number): EventRequest {
  return {
    method: request.method ?? 'GET',
    ...requestTarget(request.url),
    protocol: `HTTP/${request.httpVersion}`,
    rawHeaders: request.rawHeaders,
    sourceIp: request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1',
    body,
    requestId,
    time,
  };
}

/** Path and query as sent. Not by `URL`, which takes `//x` for a host and changes what it reads. */
export function requestTarget(url = '/'): { path: string; query: string } {
  const [, path = '/', query = ''] = /^(?:https?:\/\/[^/?]*)?([^?]*)\??(.*)$/.exec(url) ?? [];
  return { path: path || '/', query };
}

/**
 * The event of payload format 2.0. What AWS leaves out of it when it is empty is left out here: cookies, query string
 * and path parameters, body.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function payloadV2(request: EventRequest, { route, pathParameters }: Match, authorizer?: object): object {
  const { headers, cookies } = headersOf(request.rawHeaders);
  const query = queryOf(request.query);
  // API Gateway decodes the path, unlike a function URL, and leaves the query string as it was sent.
  const path = decodeURIComponent(request.path);
  const domainName = headers.host ?? '';
  const text = isText(headers) && isUtf8(request.body);
  return {
    version: '2.0',
    routeKey: route.key,
    rawPath: path,
    rawQueryString: request.query,
    ...(cookies.length > 0 && { cookies }),
    headers: {
      ...headers,
      'x-amzn-trace-id': `Root=1-${Math.floor(request.time / 1000).toString(16)}-${traceOf(request.requestId)}`,
      'x-forwarded-for': [headers['x-forwarded-for'], request.sourceIp].filter(Boolean).join(', '),
      'x-forwarded-port': /:(\d+)$/.exec(domainName)?.[1] ?? '80',
      'x-forwarded-proto': 'http',
    },
    ...(query && { queryStringParameters: query }),
    requestContext: {
      accountId: '000000000000',
      apiId: route.apiId,
      ...(authorizer && { authorizer }),
      domainName,
      domainPrefix: domainName.split('.')[0],
      http: {
        method: request.method,
        path,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: request.requestId,
      routeKey: route.key,
      stage: '$default',
      time: commonLogTime(new Date(request.time)),
      timeEpoch: request.time,
    },
    ...(pathParameters && { pathParameters }),
    ...(request.body.length > 0 && { body: request.body.toString(text ? 'utf8' : 'base64') }),
    isBase64Encoded: request.body.length > 0 && !text,
  };
}

/** Lower-case names, values of one name joined with commas; cookies on their own. */
function headersOf(raw: string[]): { headers: Record<string, string>; cookies: string[] } {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!.toLowerCase();
    const value = raw[index + 1]!;
    if (name === 'cookie') cookies.push(...value.split(/;\s*/).filter(Boolean));
    else headers[name] = name in headers ? `${headers[name]},${value}` : value;
  }
  return { headers, cookies };
}

function queryOf(text: string): Record<string, string> | undefined {
  const parameters = new URLSearchParams(text);
  const names = [...new Set(parameters.keys())];
  if (names.length === 0) return undefined;
  return Object.fromEntries(names.map((name) => [name, parameters.getAll(name).join(',')]));
}

/**
 * Whether the body is passed on as text. AWS's page says only "binary" for the others; on AWS itself everything but
 * these is base64, also forms and bodies without a content type.
 */
function isText(headers: Record<string, string>): boolean {
  const type = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  const known = ['application/json', 'application/xml', 'application/javascript'];
  return (type.startsWith('text/') || known.includes(type)) && headers['content-encoding'] === undefined;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `12/Mar/2020:19:03:58 +0000` */
function commonLogTime(date: Date): string {
  const day = String(date.getUTCDate()).padStart(2, '0');
  return `${day}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:${date.toISOString().slice(11, 19)} +0000`;
}

function traceOf(requestId: string): string {
  return Buffer.from(requestId).toString('hex').padEnd(24, '0').slice(0, 24);
}
