import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { app, engineOf, temporaryDirectory, until } from '../end-to-end/engine.ts';
import { longhaul, longhaulGiven } from './in-process.ts';
import { tool } from './tool.ts';

let engine: Engine;
let data: string;
beforeAll(async () => {
  data = await temporaryDirectory(afterAll);
  engine = await engineOf(app, { dataDirectory: data });
  const secrets = new SecretsManagerClient(engine.aws);
  for (const Name of ['local/stripe-webhook', 'local/github-webhook']) {
    await secrets.send(new CreateSecretCommand({ Name, SecretString: `secret of ${Name}` }));
  }
});
afterAll(() => engine.close());

interface Sent {
  source: string;
  to: string;
  executions: { id: string; job: string }[];
}

/** Sends, and gives what the command says as JSON. */
async function send(...args: string[]): Promise<Sent> {
  const { code, stdout, stderr } = await longhaul('event', ...args, '--json', '--wait', '120', '--data', data);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout) as Sent;
}

/** The execution as the API has it, when it has ended. */
function ended(id: string): Promise<{ status: string; source: string; log?: unknown }> {
  return until(async () => {
    const answer = await (await fetch(`${engine.apiUrl}/executions/${id}`)).json();
    const execution = answer as { status: string; source: string };
    return execution.status !== 'RUNNING' && execution;
  });
}

const sources = [
  'sqs',
  'sns',
  'dynamodb',
  'kinesis',
  'eventbridge',
  'logs',
  'http',
  'stripe',
  'github',
  'schedule',
  'alb',
];

test.each(sources)('event %s sends the sample and names the execution that it started', async (source) => {
  const { executions } = await send(source);
  expect(executions).toHaveLength(1);
  const [{ id, job } = { id: '', job: '' }] = executions;
  expect(job).toBe('hello-world');
  expect(await ended(id)).toMatchObject({ source, status: 'SUCCEEDED' });
});

test('event sqs-fifo starts one execution for each message of the sample', async () => {
  const { executions } = await send('sqs-fifo');
  expect(executions.map(({ id }) => id)).toHaveLength(2);
  for (const { id } of executions) expect(await ended(id)).toMatchObject({ source: 'sqs', status: 'SUCCEEDED' });
});

test('event s3 puts the sample object, which csv-report profiles', async () => {
  const { to, executions } = await send('s3');
  expect(to).toBe(`s3://${engine.outputs.UploadsBucketName}/incoming/some ünïcode key.csv`);
  expect(executions).toEqual([{ id: expect.any(String), job: 'csv-report' }]);
  expect(await ended(executions[0]!.id)).toMatchObject({ status: 'SUCCEEDED' });
});

test('event s3 FILE uploads the file itself', async () => {
  const file = path.join(await temporaryDirectory(), 'people.csv');
  await writeFile(file, 'name,age\nAda,36\nJörg,41\n');
  const { executions } = await send('s3', file);
  const { Body } = await new S3Client(engine.aws).send(
    new GetObjectCommand({ Bucket: engine.outputs.UploadsBucketName, Key: 'incoming/people.csv' }),
  );
  expect(await Body!.transformToString()).toContain('Jörg,41');
  expect(await ended(executions[0]!.id)).toMatchObject({
    status: 'SUCCEEDED',
    result: { columns: [{ name: 'name' }, { name: 'age' }] },
  });
});

test('an event is also taken from stdin', async () => {
  const { code, stdout } = await tool(['event', 'sqs', '-', '--data', data, '--wait', '120'], {
    input: '{"order":99}',
  });
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^Sent to the queue longhaul-Queue-\w+-Queue-\w+\.\nIt started hello-world: hello-world-[0-9a-f]{32}\n/,
  );
  const [id = ''] = /hello-world-[0-9a-f]{32}/.exec(stdout) ?? [];
  await ended(id);
  const log = (await (await fetch(`${engine.apiUrl}/executions/${id}`)).json()) as object;
  expect(log).toMatchObject({ source: 'sqs', job: 'hello-world' });
});

test('an event that starts nothing ends with 1 and says where to look', async () => {
  // No line of it is one that the trigger's filter pattern matches.
  const { code, stdout } = await longhaulGiven('all is well\n', 'event', 'logs', '-', '--data', data, '--wait', '2');
  expect(stdout).toContain('It has started nothing within 2 seconds');
  expect(stdout).toContain('longhaul dead-letters');
  expect(code).toBe(1);
});

test('a file that is not there is named', async () => {
  const { code, stderr } = await longhaul('event', 's3', '/nowhere/data.csv', '--data', data);
  expect(stderr).toBe('longhaul event: There is no file /nowhere/data.csv.\n');
  expect(code).toBe(1);
});

test('an unknown source ends with 2 and names those that there are', async () => {
  const { code, stderr } = await longhaul('event', 'ftp', '--data', data);
  expect(stderr).toContain('sqs-fifo');
  expect(code).toBe(2);
});

test('a schedule that is not there is refused by name', async () => {
  const { code, stderr } = await longhaul('event', 'schedule', '--schedule', 'Nightly', '--data', data);
  expect(stderr).toMatch(/There is no schedule "Nightly"\. There are: .*ScheduleTrigger/);
  expect(code).toBe(1);
});

test('help lists the sources, with examples', async () => {
  const { code, stdout } = await longhaul('event', '--help');
  for (const source of [...sources, 's3', 'sqs-fifo']) expect(stdout).toMatch(new RegExp(`^ {2}${source} `, 'm'));
  expect(stdout).toContain('Examples:');
  expect(code).toBe(0);
});
