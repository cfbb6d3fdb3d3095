import { EventBridgeClient, ListRulesCommand, PutRuleCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { app, artifact, ended, engineOf, id, start, temporaryDirectory, until } from './engine.ts';
import { jobLog, startedBy } from './executions.ts';

// In this app hello-world comes after csv-report, where `Followers` says so.
const parameters = { Followers: 'hello-world' };

let directory: string;
let engine: Engine;
beforeAll(async () => {
  directory = await temporaryDirectory(afterAll);
  engine = await engineOf(app, { dataDirectory: directory, parameters });
});
afterAll(() => engine.close());

const resource = (logicalId: string) => engine.stack.resources.find((one) => one.logicalId === logicalId)!;

/** Runs csv-report on an object of this text, to its end. */
async function report(text: string, name: string): Promise<string> {
  const object = { Bucket: engine.outputs.UploadsBucketName, Key: `chains/${name}.csv` };
  await new S3Client(engine.aws).send(new PutObjectCommand({ ...object, Body: text }));
  const event = JSON.stringify({ bucket: object.Bucket, key: object.Key });
  // Nobody derived this name from an event, and the job's role reaches it.
  const chosen = `csv-report-${name.padEnd(32, '-')}`;
  const arn = await start(engine, { job: 'csv-report', event, source: 'test' }, chosen);
  await ended(engine, arn);
  return arn;
}

/** What was started with the report on this object for an event. */
const followersOf = async (name: string) =>
  (await startedBy(engine, 'after')).filter(({ event }) => event?.object?.key === `chains/${name}.csv`);
const followerOf = (name: string) => until(async () => (await followersOf(name))[0]);

/** Turns the rule on and off that announces successes to the trigger. */
async function announce(State: 'ENABLED' | 'DISABLED'): Promise<void> {
  const events = new EventBridgeClient(engine.aws);
  const { Rules = [] } = await events.send(new ListRulesCommand({ NamePrefix: 'longhaul-After-' }));
  const [{ Name, EventPattern } = {}] = Rules;
  await events.send(new PutRuleCommand({ Name, EventPattern, State }));
}

/** Runs the sweep to its end. */
async function sweep(): Promise<void> {
  const lambda = new LambdaClient(engine.aws);
  const FunctionName = resource('AfterSweep').ref;
  const { FunctionError } = await lambda.send(new InvokeCommand({ FunctionName, Payload: '{}' }));
  expect(FunctionError).toBeUndefined();
}

test('a job that has succeeded starts the next one, which gets its result', async () => {
  const arn = await report('name,amount\nAda,1\nBob,2\n', 'first');
  const follower = await followerOf('first');
  expect(follower.id).toMatch(/^hello-world-[0-9a-f]{32}$/);
  expect(follower.event).toEqual(await artifact(engine, arn, 'result.json'));
  const log = await until(() => jobLog(engine, follower.id));
  expect(log).toContain('Hello from hello-world');
});

test('its success announced a hundred times more starts nothing more', async () => {
  const arn = await report('a\n1\n', 'often');
  await followerOf('often');
  const { input, status } = await ended(engine, arn);
  const detail = { executionArn: arn, name: id(arn), status, input };
  const again = { FunctionName: resource('AfterTrigger').ref, Payload: JSON.stringify({ detail }) };
  const lambda = new LambdaClient(engine.aws);
  const deliveries = Array.from({ length: 100 }, () => lambda.send(new InvokeCommand(again)));
  for (const { FunctionError } of await Promise.all(deliveries)) expect(FunctionError).toBeUndefined();
  expect(await followersOf('often')).toHaveLength(1);
});

test('a job that failed starts nothing, and neither does one that nothing comes after', async () => {
  const failed = await start(engine, { job: 'csv-report', event: '{"no":"input"}', source: 'test' });
  expect((await ended(engine, failed)).status).toBe('FAILED');
  const alone = await start(engine, { job: 'hello-world', event: '{}', source: 'test' });
  expect((await ended(engine, alone)).status).toBe('SUCCEEDED');
  const before = (await startedBy(engine, 'after')).length;
  // What came before it has been delivered when this one's is.
  await report('a\n1\n', 'later');
  await followerOf('later');
  await sweep();
  expect(await startedBy(engine, 'after')).toHaveLength(before + 1);
});

describe('a success that was not announced', () => {
  test('is found by the sweep, which starts what comes after it, once', async () => {
    await sweep(); // the first one only notes when it was
    await announce('DISABLED');
    await report('a\n1\n2\n', 'lost');
    await report('a\n1\n3\n', 'lost-too');
    await announce('ENABLED');
    const before = (await startedBy(engine, 'after')).length;
    await sweep();
    await sweep();
    expect(await startedBy(engine, 'after')).toHaveLength(before + 2);
    for (const name of ['lost', 'lost-too']) {
      const [follower] = await followersOf(name);
      expect(await until(() => jobLog(engine, follower!.id))).toContain(`chains/${name}.csv`);
    }
  });

  test('has its follower though the engine was stopped right then', async () => {
    await report('a\n4\n', 'before-the-end');
    await engine.close();
    engine = await engineOf(app, { dataDirectory: directory, parameters });
    await followerOf('before-the-end');
    await sweep();
    expect(await followersOf('before-the-end')).toHaveLength(1);
  });
});

test('without Followers there is neither function nor rule nor schedule of it', async () => {
  const plain = await engineOf(app, { dataDirectory: await temporaryDirectory() });
  try {
    const names = plain.stack.resources.map(({ logicalId }) => logicalId);
    expect(names).not.toContain('AfterTrigger');
    expect(names).not.toContain('AfterSweep');
    expect(() => plain.fire('AfterSweepHourly')).toThrow('There is no schedule');
  } finally {
    await plain.close();
  }
});
