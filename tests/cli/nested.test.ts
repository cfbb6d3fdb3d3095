import path from 'node:path';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Engine } from 'longhaul/engine';
import { afterEach, expect, test } from 'vitest';
import { engineOf, temporaryDirectory } from '../end-to-end/engine.ts';
import { longhaul } from './in-process.ts';

const project = path.join(import.meta.dirname, 'nested-project');

let engine: Engine;
let data: string;
afterEach(() => engine.close());

async function start(directory: string): Promise<void> {
  data = await temporaryDirectory();
  engine = await engineOf(directory, { dataDirectory: data });
}

async function deadLetters(...args: string[]) {
  const { code, stdout } = await longhaul('dead-letters', ...args, '--json', '--data', data);
  return { code, letters: JSON.parse(stdout) };
}

async function send(QueueUrl: string | undefined, MessageBody: string): Promise<string> {
  const { MessageId } = await new SQSClient(engine.aws).send(new SendMessageCommand({ QueueUrl, MessageBody }));
  return MessageId!;
}

test('dead letters are found in nested stacks, and go to the function of their own trigger', async () => {
  await start(project);
  const { Orders: orders, 'Sales/Orders': sales } = engine.stack.nested;
  const good = await send(orders!.DeadLettersUrl, 'good');
  const bad = await send(sales!.DeadLettersUrl, 'bad');
  expect((await deadLetters('list')).letters).toMatchObject([
    { id: good, trigger: 'Orders', source: orders!.QueueArn, functionName: orders!.FunctionName },
    { id: bad, trigger: 'Sales/Orders', source: sales!.QueueArn, functionName: sales!.FunctionName },
  ]);
  const { code, letters } = await deadLetters('retry', '--all');
  expect(letters).toEqual([
    { id: good, outcome: 'handled' },
    { id: bad, outcome: 'failed', reason: 'Error: bad order' },
  ]);
  expect(code).toBe(1);
  expect((await deadLetters('list')).letters).toMatchObject([{ id: bad }]);
});

test('dead letters of a trigger in a stack of its own are found in what that stack puts out', async () => {
  await start(path.join(project, 'orders'));
  const id = await send(engine.outputs.DeadLettersUrl, 'good');
  const { letters } = await deadLetters('list');
  expect(letters).toMatchObject([{ id, functionName: engine.outputs.FunctionName }]);
  expect(letters[0]).not.toHaveProperty('trigger');
  expect(await deadLetters('retry', id.slice(0, 8))).toEqual({
    code: 0,
    letters: [{ id, outcome: 'handled' }],
  });
});
