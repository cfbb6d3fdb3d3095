import { createServer, request as forward, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { listen } from '../../longhaul/engine/endpoint/index.ts';
import type { Right } from '../../longhaul/engine/rights/index.ts';

/** Stands before the engine's endpoint, passes everything on, and notes which rights each request would need on AWS. */
export class Recorder {
  rights: Right[] = [];
  url = '';
  readonly #server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const body = await buffer(request);
    const { host, port } = new URL(this.#endpoint);
    const onward = forward({ host: '127.0.0.1', port, method, path: url, headers: { ...headers, host } }, (answer) => {
      this.rights.push(...rightsOf({ method, url, headers, body }, answer.statusCode ?? 0));
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    onward.end(body);
  });
  readonly #endpoint: string;

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  async start(): Promise<void> {
    this.url = `http://127.0.0.1:${await listen(this.#server, '127.0.0.1', 0)}`;
  }

  /** The rights that `work` needs. */
  async during(work: () => Promise<unknown>): Promise<Right[]> {
    this.rights = [];
    await work();
    return this.rights;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

interface Seen {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:000000000000:${rest}`;

/** Of services with a target header: the prefix of IAM's action, and the resource in the input. */
// biome-ignore lint/suspicious/noExplicitAny: inputs of all kinds of actions
const TARGETS: Record<string, [prefix: string, resource: (input: any) => string]> = {
  AWSStepFunctions: ['states', ({ stateMachineArn, executionArn }) => stateMachineArn ?? executionArn],
  AmazonSQS: ['sqs', ({ QueueUrl }) => arn('sqs', QueueUrl.split('/').at(-1))],
  DynamoDB_20120810: ['dynamodb', ({ TableName }) => arn('dynamodb', `table/${TableName}`)],
  secretsmanager: ['secretsmanager', ({ SecretId }) => SecretId],
  AmazonEC2ContainerServiceV20141113: ['ecs', ({ tasks }) => tasks[0]],
  Logs_20140328: [
    'logs',
    ({ logGroupName, logStreamName }) => arn('logs', `log-group:${logGroupName}:log-stream:${logStreamName}`),
  ],
};

/** Of Batch: the action of a path, and the resource in the input. */
// biome-ignore lint/suspicious/noExplicitAny: inputs of all kinds of actions
const BATCH: Record<string, [action: string, resource: (input: any) => string]> = {
  '/v1/describejobs': ['DescribeJobs', () => arn('batch', 'job/any')],
  '/v1/listjobs': ['ListJobs', () => arn('batch', 'job/any')],
  '/v1/canceljob': ['CancelJob', ({ jobId }) => arn('batch', `job/${jobId}`)],
  '/v1/getjobqueuesnapshot': ['GetJobQueueSnapshot', ({ jobQueue }) => jobQueue],
};

function rightsOf({ method, url, headers, body }: Seen, status: number): Right[] {
  const [target = '', operation = ''] = String(headers['x-amz-target'] ?? '').split('.');
  if (target) {
    const [prefix, resource] = TARGETS[target] ?? [];
    if (!prefix || !resource) throw new Error(`Which rights does ${target}.${operation} need? Say it here.`);
    return [{ action: `${prefix}:${operation}`, resource: resource(JSON.parse(body.toString())) }];
  }
  const ofBatch = BATCH[url];
  if (ofBatch) return [{ action: `batch:${ofBatch[0]}`, resource: ofBatch[1](JSON.parse(body.toString())) }];
  return ofS3(method, new URL(url, 'http://s3'), headers, status);
}

/** "Required permissions for Amazon S3 API operations" (Amazon S3 user guide). */
function ofS3(method: string, { pathname, searchParams }: URL, headers: IncomingHttpHeaders, status: number): Right[] {
  const [, bucket = '', key = ''] = /^\/([^/]+)\/?(.*)$/.exec(decodeURIComponent(pathname)) ?? [];
  const list = { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` };
  if (!key) return [list];
  const of = (action: string, path = `${bucket}/${key}`) => ({ action, resource: `arn:aws:s3:::${path}` });
  if (method === 'DELETE') return [of(searchParams.has('uploadId') ? 's3:AbortMultipartUpload' : 's3:DeleteObject')];
  if (method === 'GET' || method === 'HEAD') {
    const get = of(searchParams.has('versionId') ? 's3:GetObjectVersion' : 's3:GetObject');
    // "If you have the s3:ListBucket permission, S3 returns 404", and 403 without (GetObject).
    return status === 404 ? [get, list] : [get];
  }
  const source = headers['x-amz-copy-source'];
  if (!source) return [of('s3:PutObject')];
  return [of('s3:GetObject', decodeURIComponent(String(source)).replace(/^\//, '')), of('s3:PutObject')];
}
