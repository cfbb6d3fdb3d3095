import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from '../../node-http.ts';

/**
 * The runtime's side of the Lambda Runtime API. `node:http` rather than fetch: `next` may wait for hours.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
const agent = new Agent({ keepAlive: true });

export interface NextInvocation {
  requestId: string;
  /** Milliseconds since the epoch. */
  deadline: number;
  arn: string;
  traceId: string;
  clientContext: unknown;
  payload: string;
}

export async function nextInvocation(): Promise<NextInvocation> {
  const { headers, body } = await call('GET', 'invocation/next');
  const clientContext = headers['lambda-runtime-client-context'];
  return {
    requestId: String(headers['lambda-runtime-aws-request-id']),
    deadline: Number(headers['lambda-runtime-deadline-ms']),
    arn: String(headers['lambda-runtime-invoked-function-arn']),
    traceId: String(headers['lambda-runtime-trace-id'] ?? ''),
    clientContext: clientContext ? JSON.parse(String(clientContext)) : undefined,
    payload: body,
  };
}

export async function postResponse(requestId: string, result: string): Promise<void> {
  await call('POST', `invocation/${requestId}/response`, result, { 'content-type': 'application/json', ...memory() });
}

/** Reports an error of the invocation, or of the initialization when there is no request id. */
export async function postError(requestId: string | undefined, errorType: string, body: string): Promise<void> {
  await call('POST', requestId ? `invocation/${requestId}/error` : 'init/error', body, {
    'content-type': 'application/vnd.aws.lambda.error+json',
    'lambda-runtime-function-error-type': errorType,
    ...memory(),
  });
}

/** The most memory this process ever had, in kilobytes: an addition of ours, for the REPORT line. */
function memory(): Record<string, string> {
  return { 'longhaul-max-rss-kb': String(process.resourceUsage().maxRSS) };
}

function call(
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<{ headers: IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    const url = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/${path}`;
    const content = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const outgoing = request(url, { method, agent, headers: { ...headers, ...content } }, async (response) => {
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of response) chunks.push(chunk as Buffer);
        resolve({ headers: response.headers, body: Buffer.concat(chunks).toString('utf8') });
      } catch (error) {
        reject(error);
      }
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
