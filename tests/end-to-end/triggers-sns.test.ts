import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetTopicAttributesCommand,
  PublishBatchCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { app, engineOf, temporaryDirectory, until } from './engine.ts';
import { jobLog, startedBy } from './executions.ts';

let engine: Engine;
let sns: SNSClient;
beforeAll(async () => {
  engine = await engineOf(app, { dataDirectory: await temporaryDirectory(afterAll) });
  sns = new SNSClient(engine.aws);
});
afterAll(() => engine.close());

const publish = (Message: string, more: object = {}) =>
  sns.send(new PublishCommand({ TopicArn: engine.outputs.TopicArn, Message, ...more }));
const executionOf = (message: string) =>
  until(async () => (await startedBy(engine, 'sns')).find(({ event }) => event.Records[0].Sns.Message === message));

test('a message starts one execution, and the job sees the event that SNS delivered', async () => {
  const message = JSON.stringify({ to: 'Jörg', text: '"quoted" \\ 😀' });
  const MessageAttributes = { Kind: { DataType: 'String', StringValue: 'order' } };
  const { MessageId } = await publish(message, { Subject: 'Order', MessageAttributes });
  const { id, event } = await executionOf(message);
  expect(event).toEqual({
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: expect.stringContaining(`${engine.outputs.TopicArn}:`),
        Sns: {
          Type: 'Notification',
          MessageId,
          TopicArn: engine.outputs.TopicArn,
          Subject: 'Order',
          Message: message,
          Timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
          SignatureVersion: '1',
          Signature: expect.any(String),
          SigningCertUrl: expect.stringMatching(/^https:/),
          UnsubscribeUrl: expect.stringMatching(/^https:/),
          MessageAttributes: { Kind: { Type: 'String', Value: 'order' } },
        },
      },
    ],
  });
  expect(await until(() => jobLog(engine, id))).toContain(JSON.stringify(event));
});

test('a hundred deliveries of the same message start one execution', async () => {
  await publish('again and again');
  const { event } = await executionOf('again and again');
  const lambda = new LambdaClient(engine.aws);
  const FunctionName = engine.stack.resources.find(({ logicalId }) => logicalId === 'SnsTrigger')?.ref;
  const deliveries = Array.from({ length: 100 }, () =>
    lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) })),
  );
  for (const { FunctionError } of await Promise.all(deliveries)) expect(FunctionError).toBeUndefined();
  const all = await startedBy(engine, 'sns');
  expect(all.filter((one) => one.event.Records[0].Sns.Message === 'again and again')).toHaveLength(1);
});

test('the largest message of a topic arrives as it was published', async () => {
  const message = '"\\😀'.padEnd(200_000, '"') + 'ü'.repeat(20_000);
  await publish(message);
  const { id } = await executionOf(message);
  await until(() => jobLog(engine, id));
});

test('a message of 1 MiB arrives as it was published, where the topic says that it takes such', async () => {
  const message = `${'"\\😀'.repeat(174_762)}""""`;
  expect(Buffer.byteLength(message)).toBe(1_048_576);
  await expect(publish(message)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  const set = (AttributeValue: string) =>
    sns.send(
      new SetTopicAttributesCommand({
        TopicArn: engine.outputs.TopicArn,
        AttributeName: 'MaximumMessageSize',
        AttributeValue,
      }),
    );
  for (const wrong of ['1023', '1048577', 'many', '']) await expect(set(wrong)).rejects.toThrow('MaximumMessageSize');
  await set('1048576');
  const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn: engine.outputs.TopicArn }));
  expect(Attributes).toMatchObject({ MaximumMessageSize: '1048576' });
  await publish(message);
  const { id } = await executionOf(message);
  expect(await until(() => jobLog(engine, id))).toContain(`/${id}/event.json`);
  await expect(publish(`${message}x`)).rejects.toMatchObject({ name: 'InvalidParameterException' });
});

test('a subscription that filters lets through what its policy says', async () => {
  const FunctionArn = engine.stack.resources.find(({ logicalId }) => logicalId === 'SnsTrigger')?.attributes.Arn;
  const { SubscriptionArn } = await sns.send(
    new SubscribeCommand({ TopicArn: engine.outputs.TopicArn, Protocol: 'lambda', Endpoint: FunctionArn }),
  );
  const filter = (AttributeValue: string) =>
    sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName: 'FilterPolicy', AttributeValue }));
  await filter(JSON.stringify({ Kind: ['wanted'] }));
  const entry = (kind: string) => ({
    Id: kind,
    Message: kind,
    MessageAttributes: { Kind: { DataType: 'String', StringValue: kind } },
  });
  await sns.send(
    new PublishBatchCommand({
      TopicArn: engine.outputs.TopicArn,
      PublishBatchRequestEntries: [entry('other'), entry('wanted')],
    }),
  );
  await executionOf('wanted');
  const messages = (await startedBy(engine, 'sns')).map(({ event }) => event.Records[0].Sns.Message);
  expect(messages).not.toContain('other');
});
