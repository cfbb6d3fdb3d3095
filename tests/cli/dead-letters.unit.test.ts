import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { beforeEach, expect, test } from 'vitest';
import { deadLettersCommand } from '../../longhaul/cli/dead-letters.ts';
import { mocked } from '../mocked.ts';
import { inProcess } from './in-process.ts';

const lambda = mocked(LambdaClient);
const sqs = mocked(SQSClient);

const id = '5f0c1e8a-0b1c-4d2e-8f3a-4b5c6d7e8f90';
const reason = `MalformedEventError: ${'the order has no customer and no date; '.repeat(5)}`;
beforeEach(() => {
  lambda.reset();
  sqs.reset();
  lambda.on(InvokeCommand).resolves({ Payload: Buffer.from('{}') as never });
  sqs.on(ChangeMessageVisibilityCommand).resolves({});
  sqs.on(DeleteMessageCommand).resolves({});
  const MessageAttributes = { 'Longhaul.Reason': { DataType: 'String', StringValue: reason } };
  const Attributes = { SentTimestamp: String(Date.now() - 65_000), ApproximateReceiveCount: '1' };
  const message = { MessageId: id, ReceiptHandle: 'handle', Body: '{}', Attributes, MessageAttributes };
  sqs
    .on(ReceiveMessageCommand)
    .resolvesOnce({ Messages: [message] })
    .resolves({});
});

/** `longhaul dead-letters …` of a stack with one dead letter. */
function deadLetters(columns: number | undefined, ...args: string[]) {
  const outputs = {
    DeadLettersUrl: 'https://sqs/dead',
    QueueArn: 'arn:aws:sqs:us-east-1:000000000000:longhaul-Queue-1A2B3C4D5E6F',
    FunctionName: 'longhaul-SqsTrigger-1A2B3C4D',
  };
  return inProcess(deadLettersCommand(), args, {
    nested: { Orders: outputs },
    ...(columns !== undefined && { columns }),
  });
}

test('an empty id sends nothing again', async () => {
  const { said, code } = await deadLetters(undefined, 'retry', '');
  expect(said).toContain('The id of a dead letter is wanted');
  expect(code).toBe(1);
  expect(lambda.calls()).toEqual([]);
  expect(await deadLetters(undefined, 'show', '')).toMatchObject({ code: 1 });
});

test('piped, every cell of the list is whole', async () => {
  const { said } = await deadLetters(undefined, 'list');
  const [, row] = said.split('\n');
  for (const cell of [id, ' Orders ', 'arn:aws:sqs:us-east-1:000000000000:longhaul-Queue-1A2B3C4D5E6F', reason.trim()])
    expect(row).toContain(cell);
  expect(row).toMatch(/ 20\d\d-\d\d-\d\dT[\d:.]+Z /);
});

test('in a terminal the list says since when, and fits', async () => {
  const { said } = await deadLetters(80, 'list');
  expect(said).toMatch(/^5f0c1e8a +65 s ago +Orders +5f0c/m);
  for (const line of said.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('show keeps labels apart from what they name, and breaks texts between words', async () => {
  const { said } = await deadLetters(80, 'show', '5f0c');
  expect(said).toMatch(/^trigger +Orders$/m);
  expect(said).toMatch(/^function +longhaul-SqsTrigger-1A2B3C4D$/m);
  expect(said).toMatch(/^reason {8}MalformedEventError: the order .*\n {14}\S/m);
  for (const line of said.split('\n\n')[0]!.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});
