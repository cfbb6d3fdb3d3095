import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Endpoint, startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { Messaging, messagingServices } from '../../longhaul/engine/services/messaging/index.ts';
import { ObjectStore, s3Service } from '../../longhaul/engine/services/s3/index.ts';
import { type Project, project } from './functions-project.ts';
import { ManualClock } from './manual-clock.ts';

let app: Project;
let clock: ManualClock;
let endpoint: Endpoint;
let messaging: Messaging;
let sqs: SQSClient;
let s3: S3Client;
let environment: Record<string, string>;

beforeEach(async () => {
  app = await project();
  clock = new ManualClock('2026-10-24T08:00:00Z');
  const objects = new ObjectStore({ db: app.db, directory: join(app.directory, 'objects') });
  objects.createBucket('dead-letters');
  endpoint = await startEndpoint({ port: 0, services: [s3Service(objects)] });
  messaging = await Messaging.open({ dataDirectory: join(app.directory, 'messages'), url: endpoint.url });
  for (const service of messagingServices(messaging.handle)) endpoint.mount(service);
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  sqs = new SQSClient({ endpoint: endpoint.url, region: 'us-east-1', credentials });
  s3 = new S3Client({ endpoint: endpoint.url, region: 'us-east-1', credentials, forcePathStyle: true });
  environment = { AWS_ENDPOINT_URL: endpoint.url, AWS_REGION: 'us-east-1' };
});

afterEach(async () => {
  sqs.destroy();
  s3.destroy();
  await messaging.close();
  await endpoint.close();
  await app.remove();
});

function pending(): number {
  return Number(app.db.prepare('SELECT count(*) AS n FROM lambda_async_events').get()?.n);
}

/** The message in a queue, once everything is delivered. */
async function received(queue: string) {
  await expect.poll(pending).toBe(0);
  const QueueUrl = messaging.createQueue(queue);
  const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] });
  const { Messages = [] } = await sqs.send(command);
  expect(Messages).toHaveLength(1);
  return Messages[0]!;
}

const failing = (destination: object, more: object = {}) =>
  app.function('fail', 'export const handler = async () => { throw new Error("no"); };', {
    EventInvokeConfig: { MaximumRetryAttempts: 1, DestinationConfig: destination },
    ...more,
  });

const toQueue = { Type: 'SQS', Destination: 'arn:aws:sqs:us-east-1:000000000000:results' };

test('an event that failed for good goes to the OnFailure queue, whole, with the error, as AWS records it', async () => {
  messaging.createQueue('results');
  const functions = app.start([await failing({ OnFailure: toQueue })], { retryDelays: [0], environment });
  const requestId = functions.enqueue('fail', '{"order":7}');
  expect(JSON.parse((await received('results')).Body ?? '')).toEqual({
    version: '1.0',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    requestContext: {
      requestId,
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:fail:$LATEST',
      condition: 'RetriesExhausted',
      approximateInvokeCount: 2,
    },
    requestPayload: { order: 7 },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorType: 'Error', errorMessage: 'no', trace: expect.any(Array) },
  });
});

test('an event that failed for good goes to the OnFailure bucket, by function and time', async () => {
  const OnFailure = { Type: 'S3Bucket', Destination: 'arn:aws:s3:::dead-letters' };
  const functions = app.start([await failing({ OnFailure })], { retryDelays: [0], environment });
  functions.enqueue('fail', '{"order":7}');
  await expect.poll(pending).toBe(0);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'dead-letters' }));
  expect(Contents.map(({ Key }) => Key)).toEqual([
    expect.stringMatching(
      /^aws\/lambda\/async\/fail\/\d{4}\/\d\d\/\d\d\/\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f-]{36}$/,
    ),
  ]);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'dead-letters', Key: Contents[0]?.Key }));
  const record = JSON.parse((await Body?.transformToString()) ?? '');
  expect(record).toMatchObject({ requestPayload: { order: 7 }, responsePayload: { errorMessage: 'no' } });
});

test.each([
  ['50,000 nested lists', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
  ['a number beyond those of JavaScript', '{"n":1e400}'],
  ['characters that SQS takes in no message', '{"text":"\ufffe \uffff"}'],
])(
  'an event of %s is buried like any other, in the OnFailure queue and the dead-letter queue',
  async (_what, payload) => {
    messaging.createQueue('results');
    messaging.createQueue('letters');
    const DeadLetterQueue = { Type: 'SQS', TargetArn: 'arn:aws:sqs:us-east-1:000000000000:letters' };
    const functions = app.start([await failing({ OnFailure: toQueue }, { DeadLetterQueue })], {
      clock,
      retryDelays: [0],
      environment,
    });
    functions.enqueue('fail', payload);
    // By JSON's own escapes, two characters are written in another way.
    const escaped = payload.replace('\ufffe', '\\ufffe').replace('\uffff', '\\uffff');
    expect((await received('results')).Body).toContain(`"requestPayload":${escaped},"responseContext"`);
    expect((await received('letters')).Body).toBe(escaped);
    expect(app.notices.filter((notice) => notice.includes('Asynchronous event'))).toEqual([]);
  },
);

test('an event that succeeded goes to the OnSuccess queue with its answer', async () => {
  messaging.createQueue('results');
  const resource = await app.function('good', 'export const handler = async () => ({ fine: true });', {
    EventInvokeConfig: { DestinationConfig: { OnSuccess: toQueue } },
  });
  app.start([resource], { environment }).enqueue('good', '{}');
  const record = JSON.parse((await received('results')).Body ?? '');
  expect(record).toMatchObject({ requestContext: { condition: 'Success' }, responsePayload: { fine: true } });
  expect(record.responseContext).toEqual({ statusCode: 200, executedVersion: '$LATEST' });
});

test('a record is sent again until the destination takes it, and the function is not run again for that', async () => {
  const functions = app.start([await failing({ OnFailure: toQueue })], { clock, retryDelays: [0], environment });
  functions.enqueue('fail', '{}');
  await expect.poll(() => clock.next()).toBe('2026-10-24T08:00:01.000Z');
  expect(app.notices.at(-1)).toContain('did not reach its destination and is tried again');
  messaging.createQueue('results');
  clock.advance(1);
  await received('results');
  expect(app.logs.filter(({ message }) => message.startsWith('START'))).toHaveLength(2);
});

test('an event older than MaximumEventAgeInSeconds goes to the OnFailure queue without having run', async () => {
  messaging.createQueue('results');
  const resource = await failing({ OnFailure: toQueue });
  resource.properties.EventInvokeConfig.MaximumEventAgeInSeconds = 60;
  const first = app.start([resource], { clock, environment });
  await first.close();
  first.enqueue('fail', '{}');
  clock.advance(61);
  app.start([resource], { clock, environment });
  const record = JSON.parse((await received('results')).Body ?? '');
  expect(record.requestContext).toMatchObject({ condition: 'EventAgeExceeded', approximateInvokeCount: 0 });
  expect(record.responseContext).toBeUndefined();
});

test('a dead-letter queue gets the bare event, with the error in its attributes', async () => {
  messaging.createQueue('letters');
  const DeadLetterQueue = { Type: 'SQS', TargetArn: 'arn:aws:sqs:us-east-1:000000000000:letters' };
  const functions = app.start([await failing({}, { DeadLetterQueue })], { retryDelays: [0], environment });
  const requestId = functions.enqueue('fail', '{"order":7}');
  const { Body, MessageAttributes } = await received('letters');
  expect(Body).toBe('{"order":7}');
  expect(MessageAttributes).toMatchObject({
    RequestID: { DataType: 'String', StringValue: requestId },
    ErrorCode: { DataType: 'Number', StringValue: '200' },
    ErrorMessage: { DataType: 'String', StringValue: 'no' },
  });
});

test('a kind of destination that is not here is said at the start', async () => {
  const OnFailure = { Type: 'EventBridge', Destination: 'arn:aws:events:us-east-1:000000000000:event-bus/b' };
  app.start([await failing({ OnFailure })]);
  expect(app.notices[0]).toContain('records for OnFailure arn:aws:events:us-east-1:000000000000:event-bus/b');
});
