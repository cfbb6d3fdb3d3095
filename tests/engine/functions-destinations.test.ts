import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Project, project } from './functions-project.ts';
import { ManualClock } from './manual-clock.ts';

let app: Project;
let clock: ManualClock;
beforeEach(async () => {
  app = await project();
  clock = new ManualClock('2026-10-24T08:00:00Z');
});
afterEach(() => app.remove());

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 20_000 });

function pending(): number {
  return Number(app.db.prepare('SELECT count(*) AS n FROM lambda_async_events').get()?.n);
}

describe('what failed for good', () => {
  // Plays the queue and the bucket: what the SDK really sends is what is looked at.
  let server: Server;
  let requests: { method: string; url: string; target: string; body: string }[];
  let broken: boolean;
  let environment: Record<string, string>;

  beforeEach(async () => {
    requests = [];
    broken = false;
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const target =
        String(request.headers['x-amz-target'] ?? '')
          .split('.')
          .at(-1) ?? '';
      const name = broken ? undefined : target;
      requests.push({ method: request.method ?? '', url: request.url ?? '', target, body });
      response.writeHead(broken ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' });
      const origin = `http://${request.headers.host}`;
      if (name === 'GetQueueUrl') response.end(JSON.stringify({ QueueUrl: `${origin}/000000000000/failed` }));
      else response.end(name === 'SendMessage' ? JSON.stringify(receipt(body)) : '');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    environment = { AWS_ENDPOINT_URL: url, AWS_REGION: 'us-east-1' };
  });

  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  const receipt = (body: string) => ({
    MessageId: '1',
    MD5OfMessageBody: createHash('md5').update(JSON.parse(body).MessageBody).digest('hex'),
  });

  const failing = (destination: object, more: object = {}) =>
    app.function('fail', 'export const handler = async () => { throw new Error("no"); };', {
      EventInvokeConfig: { MaximumRetryAttempts: 1, DestinationConfig: destination },
      ...more,
    });

  test('goes to the OnFailure queue with the whole event and the error, as AWS records it', async () => {
    const OnFailure = { Type: 'SQS', Destination: 'arn:aws:sqs:us-east-1:000000000000:failed' };
    const functions = app.start([await failing({ OnFailure })], { retryDelays: [0], environment });
    const requestId = functions.enqueue('fail', '{"order":7}');
    await eventually(() => expect(pending()).toBe(0));
    const sent = requests.find(({ target }) => target === 'SendMessage');
    expect(JSON.parse(JSON.parse(sent?.body ?? '').MessageBody)).toEqual({
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

  test('goes to the OnFailure bucket under a key with the function and the time', async () => {
    const OnFailure = { Type: 'S3Bucket', Destination: 'arn:aws:s3:::dead-letters' };
    const functions = app.start([await failing({ OnFailure })], { retryDelays: [0], environment });
    functions.enqueue('fail', '{"order":7}');
    await eventually(() => expect(pending()).toBe(0));
    const put = requests.find(({ method }) => method === 'PUT');
    expect(put?.url).toMatch(
      /^\/dead-letters\/aws\/lambda\/async\/fail\/\d{4}\/\d\d\/\d\d\/\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f-]{36}\?/,
    );
    expect(put?.body).toContain('"requestPayload":{"order":7}');
  });

  test('is sent again until the destination takes it', async () => {
    broken = true;
    const OnFailure = { Type: 'SQS', Destination: 'arn:aws:sqs:us-east-1:000000000000:failed' };
    const functions = app.start([await failing({ OnFailure })], { clock, retryDelays: [0], environment });
    functions.enqueue('fail', '{}');
    await eventually(() => expect(clock.next()).toBe('2026-10-24T08:00:01.000Z'));
    expect(app.notices.at(-1)).toContain('did not reach its destination and is tried again');
    broken = false;
    clock.advance(1);
    await eventually(() => expect(pending()).toBe(0));
    expect(requests.filter(({ target }) => target === 'SendMessage')).toHaveLength(1);
    expect(app.logs.filter(({ message }) => message.startsWith('START'))).toHaveLength(2);
  });

  test('goes there without having run when it is older than MaximumEventAgeInSeconds', async () => {
    const OnFailure = { Type: 'SQS', Destination: 'arn:aws:sqs:us-east-1:000000000000:failed' };
    const resource = await failing({ OnFailure }, { ReservedConcurrentExecutions: 1 });
    resource.properties.EventInvokeConfig.MaximumEventAgeInSeconds = 60;
    const first = app.start([resource], { clock, environment });
    first.enqueue('fail', '{}');
    await first.close();
    clock.advance(61);
    app.start([resource], { clock, environment });
    await eventually(() => expect(pending()).toBe(0));
    const sent = requests.find(({ target }) => target === 'SendMessage');
    const record = JSON.parse(JSON.parse(sent?.body ?? '').MessageBody);
    expect(record.requestContext).toMatchObject({ condition: 'EventAgeExceeded', approximateInvokeCount: 0 });
    expect(record.responseContext).toBeUndefined();
  });

  test('goes to a dead-letter queue as the bare event, with the error in its attributes', async () => {
    const DeadLetterQueue = { Type: 'SQS', TargetArn: 'arn:aws:sqs:us-east-1:000000000000:failed' };
    const functions = app.start([await failing({}, { DeadLetterQueue })], { retryDelays: [0], environment });
    const requestId = functions.enqueue('fail', '{"order":7}');
    await eventually(() => expect(pending()).toBe(0));
    const sent = JSON.parse(requests.find(({ target }) => target === 'SendMessage')?.body ?? '');
    expect(sent.MessageBody).toBe('{"order":7}');
    expect(sent.MessageAttributes).toEqual({
      RequestID: { DataType: 'String', StringValue: requestId },
      ErrorCode: { DataType: 'Number', StringValue: '200' },
      ErrorMessage: { DataType: 'String', StringValue: 'no' },
    });
  });

  test('to a kind of destination that is not here is said at the start', async () => {
    const OnFailure = { Type: 'EventBridge', Destination: 'arn:aws:events:us-east-1:000000000000:event-bus/b' };
    app.start([await failing({ OnFailure })]);
    expect(app.notices[0]).toContain('records for OnFailure arn:aws:events:us-east-1:000000000000:event-bus/b');
  });
});
