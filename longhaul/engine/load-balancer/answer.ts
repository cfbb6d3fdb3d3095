import type { OutgoingHttpHeaders } from 'node:http';

export interface AlbAnswer {
  status: number;
  reason?: string;
  headers: OutgoingHttpHeaders;
  body: Buffer;
}

/** Of an answer's JSON, in bytes (Application Load Balancers, "Lambda functions as targets", limits). */
const LARGEST_ANSWER = 1024 * 1024;

/** The load balancer's own pages. */
export function page(status: number, title: string): AlbAnswer {
  const text = `${status} ${title}`;
  const html = `<html>\r\n<head><title>${text}</title></head>\r\n<body>\r\n<center><h1>${text}</h1></center>\r\n</body>\r\n</html>\r\n`;
  return { status, headers: { server: 'awselb/2.0', 'content-type': 'text/html' }, body: Buffer.from(html) };
}

/**
 * What a function returned, as a load balancer reads it; undefined for what makes it answer 502: no JSON object, no
 * numeric `statusCode`, headers of the other kind, over a megabyte.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#respond-to-load-balancer
 */
export function readAnswer(payload: Buffer, multiValue: boolean): AlbAnswer | undefined {
  if (payload.length > LARGEST_ANSWER) return undefined;
  let value: Record<string, unknown> | null;
  try {
    value = JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { statusCode, statusDescription, body = '', isBase64Encoded = false } = value;
  const status = statusCode;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 100 || status > 599) return undefined;
  if (body !== null && typeof body !== 'string') return undefined;
  const headers = readHeaders((multiValue ? value.multiValueHeaders : value.headers) ?? {}, multiValue);
  if (!headers) return undefined;
  const reason = typeof statusDescription === 'string' ? statusDescription.replace(/^\d{3}\s*/, '') : undefined;
  return {
    status,
    ...(reason && { reason }),
    headers,
    body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

function readHeaders(given: unknown, multiValue: boolean): OutgoingHttpHeaders | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
  const headers: OutgoingHttpHeaders = { server: 'awselb/2.0' };
  for (const [name, value] of Object.entries(given)) {
    if (multiValue ? !Array.isArray(value) : typeof value === 'object') return undefined;
    headers[name.toLowerCase()] = multiValue ? (value as unknown[]).map(String) : String(value);
  }
  // The length and the connection are the server's affair.
  for (const name of ['content-length', 'connection', 'transfer-encoding']) delete headers[name];
  return headers;
}
