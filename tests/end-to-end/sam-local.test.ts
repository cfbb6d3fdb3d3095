import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { functions } from '../template/templates.ts';
import { app, engineOf, temporaryDirectory } from './engine.ts';

let engine: Engine;
/** As `sam local invoke` reads it, by full path. */
let env: Record<string, Record<string, string>>;
beforeAll(async () => {
  const dataDirectory = await temporaryDirectory(afterAll);
  engine = await engineOf(app, { dataDirectory });
  env = JSON.parse(readFileSync(path.join(dataDirectory, 'env.json'), 'utf8'));
  const secrets = new SecretsManagerClient(engine.aws);
  for (const Name of ['local/stripe-webhook', 'local/github-webhook']) {
    await secrets.send(new CreateSecretCommand({ Name, SecretString: 'sample-secret' }));
  }
  expect(statSync(dataDirectory).mode & 0o777).toBe(0o700);
});
afterAll(() => engine?.close());

const running = () => engine.stack.resources.filter(({ type }) => type === 'AWS::Serverless::Function');

test('env.json has the variables of every function that runs, by its full path, for a container to use', () => {
  const { port } = new URL(engine.url);
  const containerUrl = `http://host.docker.internal:${port}`;
  expect(Object.keys(env).sort()).toEqual(
    running()
      .map((one) => one.path)
      .sort(),
  );
  for (const one of running()) {
    const own = Object.fromEntries(
      Object.entries<unknown>(one.properties.Environment.Variables).map(([name, value]) => [
        name,
        String(value).replace(engine.url, containerUrl),
      ]),
    );
    expect(env[one.path]).toEqual({ ...own, AWS_ENDPOINT_URL: containerUrl });
    expect(JSON.stringify(env[one.path])).not.toContain('127.0.0.1');
  }
});

test('a template declares every variable of env.json, because `sam local` passes no other', () => {
  const declared = Object.fromEntries(
    functions().map(({ path, resource }) => [path, Object.keys(resource.Properties.Environment.Variables)]),
  );
  for (const [path, variables] of Object.entries(env)) {
    expect(declared[path], path).toEqual(expect.arrayContaining(Object.keys(variables)));
  }
});

test('a deployed function has no AWS_ENDPOINT_URL', () => {
  expect(running().length).toBeGreaterThan(10);
  for (const { properties } of running())
    expect(properties.Environment.Variables).not.toHaveProperty('AWS_ENDPOINT_URL');
});

test('samconfig.toml names the file that npm start writes', () => {
  const toml = readFileSync(path.join(app, 'samconfig.toml'), 'utf8');
  expect(toml).toMatch(/\[default\.local_invoke\.parameters\]\nenv_vars = "\.aws-sam\/longhaul\/env\.json"/);
});

const sample = (name: string) => readFileSync(path.join(app, 'events', `${name}.json`));

/** Every trigger with the sample that it is for, and how many jobs two deliveries start. A load balancer names no request. */
const triggers = functions()
  .filter(({ resource }) => /^triggers\/(?!after)/.test(resource.Properties.Environment.Variables.FUNCTION))
  .filter(({ path: fullPath }) => fullPath !== 'OwnEvents/EventBridgeTrigger') // the same event has been there by then
  .map(({ path: fullPath, name }) => {
    const event = fullPath === 'FifoQueue/SqsTrigger' ? 'SqsFifoTrigger' : name;
    return [fullPath, event, name === 'AlbTrigger' ? 2 : 1] as const;
  });

test.each(triggers)('%s, with its sample of events/ sent twice (%s), starts %i', async (fullPath, name, jobs) => {
  const records = JSON.parse(sample(name).toString()).Records?.length ?? 1;
  expect(await startedBy(fullPath, sample(name))).toBe(jobs * (env[fullPath]?.BATCHING === 'record' ? records : 1));
});

test('an event that is too large for a container is stored in the engine', async () => {
  const event = JSON.parse(sample('SqsTrigger').toString());
  event.Records = [{ ...event.Records[0], messageId: 'large', body: 'x'.repeat(20_000), messageAttributes: {} }];
  expect(await startedBy('Queue/SqsTrigger', Buffer.from(JSON.stringify(event)))).toBe(1);
});

/** How many executions the function starts when it gets the event twice. */
async function startedBy(fullPath: string, event: Buffer): Promise<number> {
  expect(env[fullPath], fullPath).toBeDefined();
  const before = await executions();
  const script = path.join(import.meta.dirname, 'sam-local-function.ts');
  const child = spawn(process.execPath, [script], {
    // What SAM CLI sets by itself. The region is that of the profile of whoever calls it.
    env: {
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
      ...env[fullPath],
      WEBHOOK_TOLERANCE_SECONDS: '9999999999', // the samples were signed long ago
    },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.stdin.end(event);
  await new Promise((resolve) => child.once('close', resolve));
  return (await executions()) - before;
}

async function executions(): Promise<number> {
  const { StateMachineArn: stateMachineArn } = engine.outputs;
  const { executions = [] } = await new SFNClient(engine.aws).send(
    new ListExecutionsCommand({ stateMachineArn, maxResults: 1000 }),
  );
  return executions.length;
}
