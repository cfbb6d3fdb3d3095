import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadStack } from '../../longhaul/engine/template/index.ts';
import { deployment } from '../engine/template-load.ts';
import { read, root, templates } from './templates.ts';

type Parameters = Record<string, string>;

/** The resources of a template as CloudFormation would make them with these parameters, by path. */
function loaded(file: string, parameters: Parameters = {}) {
  const { stack, warnings } = loadStack(file, { ...deployment, parameters });
  expect(warnings).toEqual([]);
  return {
    properties: (path: string) => stack.resources.find((one) => one.path === path)?.properties ?? {},
    functions: stack.resources.filter(({ type }) => type === 'AWS::Serverless::Function'),
  };
}

const app = (parameters: Parameters = {}) => loaded(join(root, 'template.yaml'), parameters);

/** The same of one block, as a user adds it. */
function block(template: string, parameters: Parameters) {
  const directory = mkdtempSync(join(tmpdir(), 'longhaul-block-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'template.yaml');
  const Block = {
    Type: 'AWS::Serverless::Application',
    Properties: { Location: relative(directory, join(root, template)), Parameters: { App: 'longhaul', ...parameters } },
  };
  writeFileSync(file, JSON.stringify({ Transform: 'AWS::Serverless-2016-10-31', Resources: { Block } }));
  const { properties, functions } = loaded(file);
  return { properties: (name: string) => properties(`Block/${name}`), functions };
}

const trigger = (source: string, parameters: Parameters = {}) =>
  block(`functions/triggers/${source}/template.yaml`, { Job: 'hello-world', ...parameters });

const withFunctions = templates.filter((template) => read(template).Globals?.Function);

describe('what bounds a storm of events', () => {
  test.each(['false', 'true'])(
    'Concurrency bounds how many batches of a queue are handled at once (FIFO: %s)',
    (Fifo) => {
      const { properties } = trigger('sqs', { Fifo, Concurrency: '7' });
      expect(Number(properties('Mapping').ScalingConfig.MaximumConcurrency)).toBe(7);
      const { Default, MinValue, MaxValue } = read('functions/triggers/sqs/template.yaml').Parameters.Concurrency;
      expect([MinValue, MaxValue]).toEqual([2, 1000]); // AWS::Lambda::EventSourceMapping ScalingConfig
      expect(Default).toBeGreaterThanOrEqual(MinValue);
    },
  );

  test.each(['0', '60'])('BatchSeconds %s: messages stay invisible for as long as Lambda wants', (BatchSeconds) => {
    const { properties } = trigger('sqs', { BatchSeconds });
    expect(Number(properties('Mapping').MaximumBatchingWindowInSeconds)).toBe(Number(BatchSeconds));
    const timeout = Number(properties('SqsTrigger').Timeout);
    // Lambda developer guide, "Configuring a queue to use with Lambda".
    expect(Number(properties('Queue').VisibilityTimeout)).toBeGreaterThanOrEqual(6 * timeout + Number(BatchSeconds));
    expect(read('functions/triggers/sqs/template.yaml').Parameters.BatchSeconds.MaxValue).toBe(60);
  });

  test('nothing is gathered from a FIFO queue, because Lambda has no window for it', () => {
    const { properties } = trigger('sqs', { Fifo: 'true', BatchSeconds: '60' });
    expect(properties('Mapping')).not.toHaveProperty('MaximumBatchingWindowInSeconds');
  });

  test('MaxReceives is what SQS and the function count to', () => {
    const { properties } = trigger('sqs', { MaxReceives: '9' });
    expect(Number(properties('Queue').RedrivePolicy.maxReceiveCount)).toBe(9);
    expect(Number(properties('SqsTrigger').Environment.Variables.MAX_RECEIVES)).toBe(9);
  });

  test.each(['dynamodb', 'kinesis'])('BatchSize, BatchSeconds and Retries bound what a shard starts (%s)', (source) => {
    const { properties } = trigger(source, { BatchSize: '7', BatchSeconds: '8', Retries: '9' });
    const { BatchSize, MaximumBatchingWindowInSeconds, MaximumRetryAttempts } = properties('Mapping');
    expect([BatchSize, MaximumBatchingWindowInSeconds, MaximumRetryAttempts].map(Number)).toEqual([7, 8, 9]);
  });

  test('no concurrency is reserved by default, because an account with a small quota refuses it', () => {
    const { functions } = app({ KinesisStream: 'true', Followers: 'hello-world', LogsGroupName: '/app' });
    expect(functions.length).toBeGreaterThan(15);
    for (const one of functions) expect(one.properties).not.toHaveProperty('ReservedConcurrentExecutions');
  });

  test.each(withFunctions)('ReservedConcurrency bounds every function of %s', (template) => {
    const { Parameters } = read(template);
    // What has no default; of a source that is not made any value will do.
    const required = Object.entries<{ Default?: unknown; Type: string }>(Parameters)
      .filter(([name, { Default }]) => Default === undefined && name !== 'App')
      .map(([name]) => [name, name === 'ScheduleExpression' ? 'rate(1 day)' : name === 'EventPattern' ? '{}' : 'one']);
    const { functions } = block(template, { ...Object.fromEntries(required), ReservedConcurrency: '20' });
    expect(functions.length).toBeGreaterThan(0);
    for (const one of functions) expect(Number(one.properties.ReservedConcurrentExecutions), one.path).toBe(20);
  });

  test('SpotMaxVcpus and OnDemandMaxVcpus bound what jobs of the queues use at once', () => {
    const { properties } = app({ SpotMaxVcpus: '4', OnDemandMaxVcpus: '2' });
    const resources = (name: string) => properties(`Compute/${name}`).ComputeResources;
    expect(resources('SpotEnvironment')).toMatchObject({ Type: 'FARGATE_SPOT', MaxvCpus: '4' });
    expect(resources('OnDemandEnvironment')).toMatchObject({ Type: 'FARGATE', MaxvCpus: '2' });
  });

  test('both queues cancel what they can never run, and Spot capacity is waited for as long as SpotWaitSeconds says', () => {
    const { properties } = app({ SpotWaitSeconds: '900', SpotMaxVcpus: '4' });
    for (const queue of ['SpotQueue', 'OnDemandQueue']) {
      const actions = properties(`Compute/${queue}`).JobStateTimeLimitActions as Record<string, string>[];
      expect(actions.map(({ State, Reason, Action }) => [State, Reason, Action])).toEqual([
        ['RUNNABLE', 'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE', 'CANCEL'],
        ['RUNNABLE', 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT', 'CANCEL'],
      ]);
    }
    expect(properties('SpotWait/SpotWait').Environment.Variables).toMatchObject({
      SPOT_QUEUE_ARN: expect.stringContaining(':job-queue/'),
      SPOT_MAX_VCPUS: '4',
      SPOT_WAIT_SECONDS: '900',
    });
  });

  test('ApiRequestsPerSecond and ApiBurst bound what each API lets in', () => {
    const secret = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:keys-a1B2c3';
    const { properties } = app({
      ApiRequestsPerSecond: '3',
      ApiBurst: '5',
      Users: 'COGNITO',
      ApiKeysSecretArn: secret,
    });
    for (const name of ['Api', 'UserApi', 'PartnerApi']) {
      const { DefaultRouteSettings } = properties(`Api/${name}`);
      expect(DefaultRouteSettings, name).toEqual({ ThrottlingRateLimit: '3', ThrottlingBurstLimit: '5' });
    }
  });
});

describe('a webhook, to which anybody can send', () => {
  const secret = (name: string) => `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}-a1B2c3`;
  const routes = (parameters: Parameters) => app(parameters).properties('Api/Api').RouteSettings;

  test('has a limit of its own, beside that of the API', () => {
    const own = { ThrottlingRateLimit: '2', ThrottlingBurstLimit: '3' };
    const bounds = { WebhookRequestsPerSecond: '2', WebhookBurst: '3' };
    const both = { StripeWebhookSecretArn: secret('stripe'), GithubWebhookSecretArn: secret('github') };
    expect(routes({ ...bounds, ...both })).toEqual({ 'POST /webhooks/stripe': own, 'POST /webhooks/github': own });
  });

  // API Gateway: "Unable to find Route by key POST /webhooks/stripe within the provided RouteSettings".
  test('has none where its route is not there, because API Gateway refuses that', () => {
    expect(routes({})).toEqual({});
    expect(Object.keys(routes({ GithubWebhookSecretArn: secret('github') }))).toEqual(['POST /webhooks/github']);
  });
});

describe('docs/limits.md', () => {
  const page = readFileSync(`${root}/docs/limits.md`, 'utf8');
  const [, section = ''] = /^## What bounds a storm\n([\s\S]*?)^## /m.exec(page) ?? [];

  /** Where the parameters of a row are, by its second cell. */
  const places: Record<string, string[]> = {
    app: ['template.yaml'],
    'SQS block': ['functions/triggers/sqs/template.yaml'],
    'stream block': ['dynamodb', 'kinesis'].map((source) => `functions/triggers/${source}/template.yaml`),
    'every block': withFunctions,
  };

  const rows = [...section.matchAll(/^\| (`.*?) \| (.*?) \| (.*?) \|/gm)].map(
    ([, names = '', place = '', defaults = '']) => ({
      names: [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name),
      place,
      // "0: off" is 0.
      defaults: defaults.split(', ').map((value) => Number.parseInt(value, 10)),
    }),
  );

  test('names what bounds a storm by parameters that there are, with their defaults', () => {
    expect(rows.length).toBeGreaterThan(5);
    expect(new Set(rows.map(({ place }) => place))).toEqual(new Set(Object.keys(places)));
    for (const { names, place, defaults } of rows) {
      for (const template of places[place]!) {
        const { Parameters } = read(template);
        expect(
          names.map((name) => Parameters[name!]?.Default),
          `${names} of ${template}`,
        ).toEqual(defaults);
      }
    }
  });

  test('counts what an execution costs as the formula has it', () => {
    // hello-world as deployed: 256 CPU units, 512 MiB, the minimum of a minute, an address.
    const { Cpu, Memory } = read('containers/hello-world/template.yaml').Resources.TaskDefinition.Properties;
    const hour = (Cpu / 1024) * 0.03238 + (Memory / 1024) * 0.00356;
    const thousand = { transitions: 4000 * 0.000025, fargate: (1000 * hour) / 60, addresses: (1000 * 0.005) / 60 };
    expect(page).toContain(`$${thousand.transitions.toFixed(2)} Step Functions`);
    expect(page).toContain(`$${thousand.fargate.toFixed(3)} Fargate`);
    expect(page).toContain(`$${thousand.addresses.toFixed(3)} addresses`);
    const all = thousand.transitions + thousand.fargate + thousand.addresses + 0.002;
    expect(page).toContain(`**$${all.toFixed(2)}**`);
    expect(page).toContain(`**$${(all * 1000).toFixed(0)}**`);
  });
});
