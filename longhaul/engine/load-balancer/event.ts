/** A request as it came to the load balancer. */
export interface AlbRequest {
  method: string;
  /** As sent. */
  path: string;
  /** As sent, without the question mark. */
  query: string;
  /** Names and values alternating, as they came. */
  rawHeaders: string[];
  sourceIp: string;
  port: number;
  traceId: string;
  body: Buffer;
}

/**
 * The event that a load balancer gives to a function. Names of headers are in lower case; path and query stay percent-encoded as
 * they came. Of several values of one name the last counts, or all when the target group has multi-value headers.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#receive-event-from-load-balancer
 */
export function albEvent(request: AlbRequest, targetGroupArn: string, multiValue: boolean): object {
  const { method, path, query, body } = request;
  const headers = collect(headerPairs(request));
  const parameters = collect(queryPairs(query));
  const text = isText(headers);
  return {
    requestContext: { elb: { targetGroupArn } },
    httpMethod: method,
    path,
    ...(multiValue
      ? { multiValueQueryStringParameters: parameters, multiValueHeaders: headers }
      : { queryStringParameters: last(parameters), headers: last(headers) }),
    body: body.toString(text ? 'utf8' : 'base64'),
    isBase64Encoded: !text,
  };
}

function* headerPairs({ rawHeaders, sourceIp, port, traceId }: AlbRequest): Generator<[string, string]> {
  let forwardedFor = sourceIp;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    const value = rawHeaders[index + 1]!;
    if (name === 'x-forwarded-for') forwardedFor = `${value}, ${sourceIp}`;
    else if (!['connection', 'keep-alive', 'transfer-encoding'].includes(name)) yield [name, value];
  }
  yield ['x-amzn-trace-id', traceId];
  yield ['x-forwarded-for', forwardedFor];
  yield ['x-forwarded-port', String(port)];
  yield ['x-forwarded-proto', 'http'];
}

function* queryPairs(query: string): Generator<[string, string]> {
  for (const part of query.split('&').filter(Boolean)) {
    const at = part.indexOf('=');
    yield at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
  }
}

function collect(pairs: Iterable<[string, string]>): Record<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [name, value] of pairs) found.set(name, [...(found.get(name) ?? []), value]);
  return Object.fromEntries(found);
}

function last(values: Record<string, string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1)!]));
}

/** The same page: these types are passed on as they are, unless they are encoded; everything else is base64. */
function isText(headers: Record<string, string[]>): boolean {
  const type = (headers['content-type']?.at(-1) ?? '').split(';')[0]!.trim().toLowerCase();
  const known = ['application/json', 'application/javascript', 'application/xml'];
  const plain = type === '' || type.startsWith('text/') || known.includes(type);
  return plain && headers['content-encoding'] === undefined;
}
