import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { longhaul } from '../cli/in-process.ts';
import { app, engineOf, temporaryDirectory, until } from './engine.ts';
import { jobLog, startedBy } from './executions.ts';
import { node } from './process.ts';

const template = path.join(import.meta.dirname, 'own-stack/template.yaml');

let data: string;
let engine: Engine;
let nested: Engine['stack']['nested'];
beforeAll(async () => {
  data = await temporaryDirectory(afterAll);
  engine = await engineOf(app, { dataDirectory: data, stacks: { orders: template } });
  nested = engine.stack.nested;
});
afterAll(() => engine.close());

async function send(QueueUrl: string | undefined, MessageBody: string): Promise<string> {
  const { MessageId } = await new SQSClient(engine.aws).send(new SendMessageCommand({ QueueUrl, MessageBody }));
  return MessageId!;
}

test.each([
  ['that it makes', () => nested['orders/Orders']?.QueueUrl],
  ['that is there already, by its ARN', () => nested.orders?.InvoicesUrl],
])("a trigger in a stack of its own takes messages of a queue %s and starts the app's job", async (queue, url) => {
  await send(url(), queue);
  const { id } = await until(async () => {
    const all = await startedBy(engine, 'sqs');
    return all.find(({ event }) => event.Records[0].body === queue);
  });
  expect(await until(() => jobLog(engine, id))).toContain(queue);
});

test('its queue is another one than that of the app', () => {
  const queues = [engine.outputs.QueueArn, nested['orders/Orders']?.QueueArn, nested['orders/FromInvoices']?.QueueArn];
  expect(new Set(queues).size).toBe(3);
});

test('longhaul dead-letters finds what it could not handle', async () => {
  const id = await send(nested['orders/Orders']?.DeadLettersUrl, 'lost');
  const { code, stdout } = await longhaul('dead-letters', 'list', '--json', '--data', data);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject([
    { id, trigger: 'orders/Orders', source: nested['orders/Orders']?.QueueArn },
  ]);
});

test('longhaul start --with-stack runs it, and names it', async () => {
  const directory = await temporaryDirectory();
  const stack = ['--with-stack', `orders=${template}`];
  const running = node(
    'longhaul/cli/main.ts',
    'start',
    '--port',
    '0',
    '--api-port',
    '0',
    '--data',
    directory,
    ...stack,
  );
  await running.says('Ctrl-C stops it');
  expect(running.output()).toContain('runs the stacks longhaul, orders on this machine');
  const outputs = JSON.parse(readFileSync(path.join(directory, 'nested-outputs.json'), 'utf8'));
  expect(Object.keys(outputs)).toEqual(expect.arrayContaining(['Queue', 'orders', 'orders/Orders']));
});

test.each([
  ['longhaul', /The app has the name "longhaul" already/],
  ['Queue', /The app has the name "Queue" already/],
  ['1st', /"1st" cannot name a stack/],
])('a stack cannot be called %s', async (name, problem) => {
  const dataDirectory = await temporaryDirectory();
  await expect(engineOf(app, { dataDirectory, stacks: { [name]: template } })).rejects.toThrow(problem);
});
