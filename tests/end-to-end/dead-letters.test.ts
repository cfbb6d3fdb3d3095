import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { type MessageAttributeValue, PurgeQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Engine } from 'longhaul/engine';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { longhaul } from '../cli/in-process.ts';
import { app, engineOf, temporaryDirectory, until } from './engine.ts';
import { startedBy } from './executions.ts';

let engine: Engine;
let data: string;
beforeAll(async () => {
  data = await temporaryDirectory(afterAll);
  engine = await engineOf(app, { dataDirectory: data });
});
afterAll(() => engine.close());
// The next test must not find the letters of this one.
afterEach(() => new SQSClient(engine.aws).send(new PurgeQueueCommand({ QueueUrl: trigger('Queue').DeadLettersUrl })));

async function cli(...args: string[]) {
  const { code, stdout, stderr } = await longhaul('dead-letters', ...args, '--data', data);
  return { code, output: stderr + stdout };
}
const json = async (...args: string[]) => JSON.parse((await cli(...args, '--json')).output);

const send = (
  QueueUrl: string | undefined,
  MessageBody: string,
  MessageAttributes?: Record<string, MessageAttributeValue>,
  more = {},
) => new SQSClient(engine.aws).send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes, ...more }));
/** What the trigger of a block puts out. */
const trigger = (block: string) => engine.stack.nested[block] ?? {};
const text = (StringValue: string) => ({ DataType: 'String', StringValue });
const invalidKey = { IdempotencyKey: { DataType: 'Binary', BinaryValue: Buffer.from([1]) } };
const listed = (count: number) =>
  until(async () => {
    const letters = await json('list');
    return letters.length === count && letters;
  });

/** What Lambda stores when an asynchronous invocation has failed for the last time. */
async function failedInvocation(id: string, event: unknown) {
  const record = {
    version: '1.0',
    timestamp: '2026-01-02T03:04:05.678Z',
    requestContext: {
      requestId: id,
      functionArn: `arn:aws:lambda:us-east-1:000000000000:function:${trigger('Topic').FunctionName}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: 3,
    },
    requestPayload: event,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorType: 'ThrottlingException', errorMessage: '1 of 1 not started: Rate exceeded' },
  };
  await new S3Client(engine.aws).send(
    new PutObjectCommand({
      Bucket: engine.outputs.DeadLettersBucketName,
      Key: `aws/lambda/async/SnsTrigger/2026/01/02/2026-01-02T03.04.05-${id}`,
      Body: JSON.stringify(record),
    }),
  );
}

const executions = async () =>
  (await new SFNClient(engine.aws).send(new ListExecutionsCommand({ stateMachineArn: engine.outputs.StateMachineArn })))
    .executions?.length;

describe('dead letters', () => {
  test('are listed with reason, source, identity and time, and shown with the whole event', async () => {
    expect(await cli('list')).toEqual({ code: 0, output: 'No dead letters.\n' });
    const { MessageId } = await send(engine.outputs.QueueUrl, 'ünïcode', invalidKey);
    const [letter] = await listed(1);
    expect(letter).toEqual({
      id: expect.any(String),
      time: expect.stringMatching(/^20.*Z$/),
      reason: expect.stringMatching(/^MalformedEventError: .*IdempotencyKey/),
      source: engine.outputs.QueueArn,
      identity: MessageId,
      functionName: trigger('Queue').FunctionName,
      trigger: 'Queue',
    });
    const { output } = await cli('list');
    for (const seen of [letter.id.slice(0, 8), 'longhaul-Queue', MessageId, 'MalformedEventError']) {
      expect(output).toContain(seen);
    }
    expect(await json('show', letter.id.slice(0, 8))).toMatchObject({
      ...letter,
      event: {
        Records: [
          {
            messageId: MessageId,
            body: 'ünïcode',
            messageAttributes: { IdempotencyKey: { binaryValue: 'AQ==', dataType: 'Binary' } },
            eventSourceARN: engine.outputs.QueueArn,
          },
        ],
      },
    });
    expect((await cli('show', letter.id)).output).toContain('"body": "ünïcode"');
  });

  test('that fail again stay where they are, with exit code 1 and the reason', async () => {
    await send(engine.outputs.QueueUrl, 'bad', invalidKey);
    const [{ id }] = await listed(1);
    const { code, output } = await cli('retry', id);
    expect(code).toBe(1);
    expect(output).toMatch(/failed: MalformedEventError: .*IdempotencyKey/);
    expect(await json('list')).toMatchObject([{ id }]);
  });

  test('of queues start once, under the identity of the message that they were', async () => {
    const { MessageId } = await send(engine.outputs.QueueUrl, 'started after all');
    await until(async () => (await startedBy(engine, 'sqs')).length === 1);
    const started = (await startedBy(engine, 'sqs'))[0]!.id;
    await send(trigger('Queue').DeadLettersUrl, 'started after all', {
      'Longhaul.Reason': text('ThrottlingException: Rate exceeded'),
      'Longhaul.Source': text(engine.outputs.QueueArn!),
      'Longhaul.Identity': text(MessageId!),
    });
    const { MessageId: moved } = await send(trigger('Queue').DeadLettersUrl, 'moved by SQS', { Kind: text('order') });
    for (const step of ['1', '2', '3']) {
      const fifo = { MessageGroupId: 'same', MessageDeduplicationId: step };
      await send(trigger('FifoQueue').DeadLettersUrl, `step ${step}`, undefined, fifo);
    }
    const results = await json('retry', '--all');
    expect(results).toHaveLength(5);
    expect(results).toContainEqual({ id: expect.any(String), outcome: 'had been started before', execution: started });
    expect(results.filter(({ outcome }: { outcome: string }) => outcome === 'started')).toHaveLength(4);
    const events = (await startedBy(engine, 'sqs')).map(({ event }) => event.Records[0]);
    expect(events.map(({ body }) => body)).toEqual(['started after all', 'moved by SQS', 'step 1', 'step 2', 'step 3']);
    expect(events[1]).toMatchObject({ messageId: moved, messageAttributes: { Kind: { stringValue: 'order' } } });
    expect(await json('list')).toEqual([]);
  });

  test('of asynchronous sources start once, with the event that was delivered', async () => {
    await new SNSClient(engine.aws).send(
      new PublishCommand({ TopicArn: engine.outputs.TopicArn, Message: 'started after all' }),
    );
    await until(async () => (await startedBy(engine, 'sns')).length === 1);
    const [{ event, id }] = (await startedBy(engine, 'sns')) as [Awaited<ReturnType<typeof startedBy>>[0]];
    const before = (await executions()) ?? 0;
    const other = structuredClone(event);
    other.Records[0].Sns.MessageId = 'another';
    await failedInvocation('11111111-1111-4111-8111-111111111111', event);
    await failedInvocation('22222222-2222-4222-8222-222222222222', other);
    expect(await json('list')).toContainEqual({
      id: '22222222-2222-4222-8222-222222222222',
      time: '2026-01-02T03:04:05.678Z',
      reason: 'ThrottlingException: 1 of 1 not started: Rate exceeded',
      source: 'aws:sns',
      identity: 'another',
      functionName: trigger('Topic').FunctionName,
      trigger: 'Topic',
    });
    expect(await cli('retry', '2222')).toMatchObject({ code: 0, output: expect.stringContaining('1 of 1 handled') });
    expect(await json('retry', '1111')).toEqual([
      { id: '11111111-1111-4111-8111-111111111111', outcome: 'had been started before', execution: id },
    ]);
    expect(await executions()).toBe(before + 1);
    expect(await json('list')).toEqual([]);
    expect(await cli()).toEqual({ code: 0, output: 'No dead letters.\n' });
  });
});

test('whoever asks for what is not there is told so', async () => {
  expect(await cli('show', 'nope')).toEqual({
    code: 1,
    output: "longhaul dead-letters show: There is no dead letter 'nope' among the 0 of this stack\n",
  });
  expect(await cli('retry')).toMatchObject({ code: 2, output: expect.stringContaining('--all') });
  const elsewhere = await longhaul('dead-letters', 'list', '--data', `${data}/nothing`);
  expect(elsewhere.code).toBe(1);
  expect(elsewhere.stderr).toMatch(/No engine runs.*longhaul start.*--stack/);
});
