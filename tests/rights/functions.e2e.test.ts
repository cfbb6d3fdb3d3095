import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { BatchClient, ListJobsCommand } from '@aws-sdk/client-batch';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetExecutionHistoryCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Right } from '../../longhaul/engine/rights/index.ts';
import { app, artifact, ended, engineOf, id, start, temporaryDirectory, until } from '../end-to-end/engine.ts';
import { context, sample } from '../functions/lambda.ts';
import { functions, root } from '../template/templates.ts';
import { missing, principalOf, unused } from './policy.ts';
import { Recorder } from './recorder.ts';

// The engine says which right is missing, but only for what happens. Here each function is called in all its ways, and what it
// asks of AWS is held against its policies in the template. A right that is never used is one too many.

let engine: Engine;
let recorder: Recorder;
/** Executions: two of csv-report, on Batch, of which one has succeeded, and one of hello-world, on ECS, that was stopped at once. */
let done: string;
let running: string;
let stopped: string;

/** As samconfig.toml names them for the engine, and as the samples are signed. */
const SECRETS = {
  'local/api-keys': '{"acme":"sample-key"}',
  'local/stripe-webhook': 'sample-secret',
  'local/github-webhook': 'sample-secret',
};

beforeAll(async () => {
  engine = await engineOf(app, {
    dataDirectory: await temporaryDirectory(afterAll),
    bytesPerSecond: 50_000,
    parameters: { Followers: 'hello-world' },
  });
  recorder = new Recorder(engine.url);
  await recorder.start();
  const { accessKeyId, secretAccessKey } = engine.aws.credentials;
  const environment = {
    AWS_ENDPOINT_URL: recorder.url,
    AWS_REGION: engine.aws.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockReturnValue(true);
  const secrets = new SecretsManagerClient(engine.aws);
  for (const [Name, SecretString] of Object.entries(SECRETS)) {
    await secrets.send(new CreateSecretCommand({ Name, SecretString }));
  }
  const s3 = new S3Client(engine.aws);
  const Bucket = engine.outputs.UploadsBucketName;
  const csvReport = async (Key: string, rows: number) => {
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: `a,b\n${'1,2\n'.repeat(rows)}` }));
    // Chosen by somebody: the role reaches it, and only its input says which job it is.
    const name = `csv-report-x${randomUUID().replaceAll('-', '').slice(1)}`;
    return start(engine, { job: 'csv-report', event: { bucket: Bucket, key: Key } }, name);
  };
  done = await csvReport('small.csv', 10);
  await ended(engine, done);
  running = await csvReport('large.csv', 2_000_000);
  await until(() => artifact(engine, running, 'progress.json'));
  const states = new SFNClient(engine.aws);
  // One that ended before it was stopped is tried again.
  stopped = await until(async () => {
    const executionArn = await start(engine, { job: 'hello-world' });
    const history = new GetExecutionHistoryCommand({ executionArn });
    await until(async () => (await states.send(history)).events?.some(({ type }) => type === 'TaskSubmitted'));
    await states.send(new StopExecutionCommand({ executionArn }));
    return (await ended(engine, executionArn)).status === 'ABORTED' && executionArn;
  });
});

afterAll(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  recorder?.close();
  await engine?.close();
});

// biome-ignore lint/suspicious/noExplicitAny: events of all kinds
type Loose = any;

/** A function's sample, changed. */
const event = (name: string, change: (event: Loose) => unknown = () => {}): Loose => {
  const fresh = sample(name);
  change(fresh);
  return fresh;
};
const large = 'x'.repeat(20_000);

type Call = (event: Loose) => Promise<unknown>;

/** Records of a source in which one is too large for a container's environment. */
const withLargeRecord = (name: string) => (call: Call) =>
  call(event(name, ({ Records: [record] }) => Object.assign(record, { large, messageId: 'large' })));
const fromQueue = (name: string) => async (call: Call) => {
  await withLargeRecord(name)(call);
  vi.stubEnv('DEAD_LETTER_QUEUE_URL', process.env.DEAD_LETTER_QUEUE_URL!.replace(engine.url, recorder.url));
  const IdempotencyKey = { dataType: 'String', stringValue: large }; // none that can be one: a dead letter
  await call(event(name, ({ Records: [record] }) => Object.assign(record, { messageAttributes: { IdempotencyKey } })));
};
const withKey = (name: string) => async (call: Call) => {
  const request = (changes: object) =>
    event(name, (fresh) => {
      fresh.headers['idempotency-key'] = randomUUID();
      Object.assign(fresh, changes);
    });
  await call(request({ body: JSON.stringify({ large }) }));
  const again = request({});
  await call(again);
  await call(again);
  vi.stubEnv('STATE_MACHINE_ARN', ''); // fails, and the same request may be sent again
  await call(request({}));
  // Refuses the input, and the key is free again.
  await call(request({ body: '{"bucket":7}', pathParameters: { name: 'csv-report' } }));
};
const ofEach = (name: string) => async (call: Call) => {
  for (const arn of [running, done, stopped]) {
    await call(event(name, (request) => Object.assign(request, { pathParameters: { id: id(arn) } })));
  }
};
const hmac = (text: string) => createHmac('sha256', 'sample-secret').update(text).digest('hex');
const signed = (name: string, header: string, sign: (body: string) => string) => (call: Call) => {
  const body = JSON.stringify({ id: 'evt_1', large });
  return call(
    event(name, (request) => {
      request.headers[header] = sign(body);
      request.body = body;
    }),
  );
};

/** Beside the sample: what makes a function ask AWS for something else. */
const MORE: Record<string, (call: Call) => Promise<unknown>> = {
  S3Trigger: (call) => call({ ...event('S3Trigger'), large }),
  ScheduleTrigger: (call) => call({ ...event('ScheduleTrigger'), large }),
  AfterTrigger: (call) =>
    call(
      event('AfterTrigger', ({ detail }) => {
        Object.assign(detail, { name: id(done), executionArn: done, input: null });
      }),
    ),
  async AfterSweep(call) {
    const Bucket = engine.outputs.ArtifactsBucketName;
    await new S3Client(engine.aws).send(new DeleteObjectCommand({ Bucket, Key: 'chains/sweep.json' }));
    await call({});
  },
  async SpotWait(call) {
    engine.fleet.capacity.set('spot', 'unavailable');
    await start(engine, { job: 'csv-report', event: { bucket: engine.outputs.UploadsBucketName, key: 'small.csv' } });
    const queue = { jobQueue: engine.outputs.SpotQueueArn, jobStatus: 'RUNNABLE' } as const;
    const batch = new BatchClient(engine.aws);
    await until(async () => (await batch.send(new ListJobsCommand(queue))).jobSummaryList?.length);
    await call({});
    vi.stubEnv('SPOT_WAIT_SECONDS', '0');
    await call({});
    engine.fleet.capacity.set('spot', 'available');
  },
  SqsTrigger: fromQueue('SqsTrigger'),
  SqsFifoTrigger: fromQueue('SqsFifoTrigger'),
  SnsTrigger: withLargeRecord('SnsTrigger'),
  EventBridgeTrigger: (call) => call({ ...event('EventBridgeTrigger'), large }),
  LogsTrigger(call) {
    const message = randomBytes(10_000).toString('hex'); // what packs well is small
    const batch = { messageType: 'DATA_MESSAGE', owner: '0', logGroup: 'g', logStream: 's', subscriptionFilters: [] };
    const data = gzipSync(JSON.stringify({ ...batch, logEvents: [{ id: '1', timestamp: 1, message }] }));
    return call({ awslogs: { data: data.toString('base64') } });
  },
  DynamoDbTrigger: withLargeRecord('DynamoDbTrigger'),
  KinesisTrigger: withLargeRecord('KinesisTrigger'),
  RunJob: withKey('RunJob'),
  GetExecution: ofEach('GetExecution'),
  GetLogs: ofEach('GetLogs'),
  StopExecution: ofEach('StopExecution'),
  async ResumeExecution(call) {
    await new SFNClient(engine.aws).send(new StopExecutionCommand({ executionArn: running }));
    await ofEach('ResumeExecution')(call);
  },
  HttpTrigger: withKey('HttpTrigger'),
  StripeTrigger: signed('StripeTrigger', 'stripe-signature', (body) => `t=1,v1=${hmac(`1.${body}`)}`),
  GithubTrigger: signed('GithubTrigger', 'x-hub-signature-256', (body) => `sha256=${hmac(body)}`),
  UserTrigger: withKey('UserTrigger'),
  PartnerTrigger: withKey('PartnerTrigger'),
  AlbTrigger: (call) => call(event('AlbTrigger', (request) => Object.assign(request, { body: large }))),
};

/** What is asked not by the function, but by Lambda in its name: it takes messages and records, and keeps those that failed. */
const OF_LAMBDA = [
  /^sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes)$/,
  /^dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams)$/,
  /^kinesis:/,
];
/** What else is not seen here, function by function. */
const keepsRecords = ['s3:PutObject', 's3:ListBucket']; // Lambda as well
const mayAskAgain = ['dynamodb:GetItem']; // for an answer that DynamoDB did not give with its refusal (Powertools Idempotency)
const forgetsRefused = ['dynamodb:DeleteItem']; // where a job with `unique` refuses its input: none here
const NOT_SEEN: Record<string, string[]> = {
  DynamoDbTrigger: keepsRecords,
  KinesisTrigger: keepsRecords,
  RunJob: mayAskAgain,
  HttpTrigger: [...mayAskAgain, ...forgetsRefused],
  UserTrigger: [...mayAskAgain, ...forgetsRefused],
  PartnerTrigger: [...mayAskAgain, ...forgetsRefused],
};

const paths = functions().map(({ path }) => path);
const asked = new Map<string, Right[]>();
const propertiesOf = (path: string) => engine.stack.resources.find((one) => one.path === path)!.properties;

/** What the function's sample is called: as the function, but for the FIFO queue, whose events are others. */
const nameOf = (path: string) => (path === 'FifoQueue/SqsTrigger' ? 'SqsFifoTrigger' : path.split('/').at(-1)!);

async function rightsOf(path: string): Promise<Right[]> {
  const known = asked.get(path);
  if (known) return known;
  const { Environment } = propertiesOf(path);
  const name = nameOf(path);
  for (const [key, value] of Object.entries(Environment.Variables)) vi.stubEnv(key, String(value));
  vi.stubEnv('WEBHOOK_TOLERANCE_SECONDS', '9999999999'); // the samples were signed long ago
  vi.resetModules(); // the entry point loads one module, once
  const { handler } = await import(`${root}/functions/index.ts`);
  const rights = await recorder.during(async () => {
    const call = (one: Loose) => handler(one, context).catch(() => {});
    await call(event(name));
    await MORE[name]?.(call);
  });
  asked.set(path, rights);
  return rights;
}

describe.each(paths)('%s', (path) => {
  test('may do all that it does', async () => {
    const rights = await rightsOf(path);
    expect(missing(principalOf(engine.stack, path), rights)).toEqual([]);
  });

  test('does all that it may do', async () => {
    const rights = await rightsOf(path);
    const left = unused(principalOf(engine.stack, path), rights).filter(
      (action) => !OF_LAMBDA.some((one) => one.test(action)),
    );
    expect(left).toEqual(NOT_SEEN[nameOf(path)] ?? []);
  });
});
