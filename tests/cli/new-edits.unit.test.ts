// biome-ignore-all lint/suspicious/noTemplateCurlyInString: for !Sub

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { withoutReadRights, withReadRight } from '../../longhaul/cli/new/bucket-right.ts';
import { addToJobs, removeFromJobs } from '../../longhaul/cli/new/edit-jobs.ts';
import { addToSamconfig, removeFromSamconfig } from '../../longhaul/cli/new/edit-samconfig.ts';
import { addToTemplate, removeFromTemplate } from '../../longhaul/cli/new/edit-template.ts';
import { addTrigger, removeTrigger } from '../../longhaul/cli/new/edit-triggers.ts';
import { jobFolder } from '../../longhaul/cli/new/job-folder.ts';
import { jobNames } from '../../longhaul/cli/new/job-name.ts';
import { parseSource } from '../../longhaul/cli/new/trigger-source.ts';
import { app } from '../end-to-end/engine.ts';

const ours = readFileSync(path.join(app, 'template.yaml'), 'utf8');
const nightly = jobNames('nightly');
const lines = (text: string) => text.split('\n').length;
const read = (text: string) => parse(text, { merge: true, logLevel: 'silent' });

/** An app with one job, without API and Conditions, in another layout. */
const small = `Parameters:
  CpuArchitecture: { Type: String }
  FunctionArchitecture: { Type: String }
  HelloImage: { Type: String }
Resources:
  SharedByJobs: { Type: AWS::Serverless::Application, Properties: { Location: infrastructure/jobs.yaml } }
  Hello: # our first
    Type: AWS::Serverless::Application
    Properties: { Location: containers/hello/template.yaml }
    # the end of Hello
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionSubstitutions:
        Jobs: !Sub ["{\${Specs}}", { Specs: !Join [",", [!Sub "'hello':\${Hello.Outputs.Spec}"]] }]
        Backends: !Sub ["{\${Names}}", { Names: !Join [",", ["'hello':'ecs'"]] }]
`;

describe.each([
  ['our template', 'batch', ours],
  ['our template', 'ecs', ours],
  ['our template without the API', 'batch', withoutApi()],
  ['a template without Conditions', 'ecs', small],
  ['a template that does not end its last line', 'ecs', small.trimEnd()],
] as const)('a job in %s, on %s', (_name, backend, template) => {
  const withJob = addToTemplate(template, nightly, backend);
  const { text: withTrigger, id } = addTrigger(withJob, parseSource('sqs'), 'nightly');

  test('leaves every line that was there', () => {
    const kept = withTrigger.split('\n');
    // The two lists in a line of their own get longer.
    const changed = template.split('\n').filter((line) => !kept.includes(line));
    expect(changed.length).toBeLessThanOrEqual(template.startsWith('Parameters') ? 2 : 0);
  });

  test('is gone again to the byte', () => {
    const withoutTrigger = removeTrigger(withTrigger, id);
    expect(withoutTrigger).toBe(withJob);
    expect(removeFromTemplate(withoutTrigger, nightly)).toBe(template);
  });

  test('has a trigger under its condition, which waits for the state machine', () => {
    const { Resources } = read(withTrigger);
    expect(Resources.NightlyQueue).toMatchObject({
      Condition: 'HasNightly',
      DependsOn: template === ours || template === withoutApi() ? 'StateMachine' : 'Machine',
      Properties: { Location: 'functions/triggers/sqs/template.yaml', Parameters: { Job: 'nightly' } },
    });
  });
});

function withoutApi(): string {
  return `${ours.slice(0, ours.indexOf('  # Everything by HTTP')).trimEnd()}\n`;
}

describe('removing', () => {
  test('the first, the second or the last of three jobs leaves the other two as they were', () => {
    const add = (text: string, name: string) => addToTemplate(text, jobNames(name), 'batch');
    const all = ['one', 'two', 'three'];
    for (const gone of all) {
      const rest = all.filter((name) => name !== gone);
      expect(removeFromTemplate(all.reduce(add, ours), jobNames(gone))).toBe(rest.reduce(add, ours));
      expect(
        removeFromTemplate(all.reduce(add, small.replace('CpuArch', 'AssignPublicIp: {}\n  CpuArch')), jobNames(gone)),
      ).toBe(rest.reduce(add, small.replace('CpuArch', 'AssignPublicIp: {}\n  CpuArch')));
    }
  });

  test('a job of the middle takes its comments along, and no others', () => {
    const withJob = addToTemplate(small, nightly, 'ecs');
    const removed = removeFromTemplate(withJob, jobNames('hello'));
    expect(removed).not.toContain('our first');
    expect(removed).not.toContain('the end of Hello');
    expect(read(removed).Resources).toHaveProperty('Machine');
    expect(removed).toContain(`[!If [HasNightly, !Sub "'nightly':\${Nightly.Outputs.Spec}", !Ref AWS::NoValue]]`);
    expect(removed).toContain(`[!If [HasNightly, "'nightly':'ecs'", !Ref AWS::NoValue]]`);
  });

  test('the only job is refused', () => {
    expect(() => removeFromTemplate(small, jobNames('hello'))).toThrow("hello is the app's only job");
  });

  test.each([
    ['Outputs: { A: { Value: !GetAtt NightlyQueue.Outputs.QueueUrl } }', 'NightlyQueue'],
    ['Outputs: { A: { Value: !Sub "${NightlyQueue.Outputs.QueueUrl}" } }', 'NightlyQueue'],
    ['Outputs: { A: { Value: { Fn::GetAtt: [NightlyQueue, Outputs.QueueUrl] } } }', 'NightlyQueue'],
    ['Outputs: { A: { Value: !If [HasNightly, 1, 2] } }', 'HasNightly'],
    ['Outputs: { A: { Condition: HasNightly, Value: 1 } }', 'HasNightly'],
    ['Outputs: { A: { Value: !Ref NightlyImage } }', 'NightlyImage'],
    ['Outputs: { A: { Job: nightly } }', 'Job: nightly'],
  ])('what is named elsewhere is refused: %s', (more, named) => {
    const made = addTrigger(addToTemplate(`${small}${more}\n`, nightly, 'ecs'), parseSource('sqs'), 'nightly');
    const remove = () => removeFromTemplate(removeTrigger(made.text, made.id), nightly);
    expect(remove).toThrow(`: ${named}`);
  });

  test('what only reads alike is not', () => {
    const more = '{ Description: "NightlyQueue, HasNightly, NightlyImage", Value: !Ref NightlyQueues }';
    const made = addTrigger(
      addToTemplate(`${small}Outputs: { A: ${more} }\n`, nightly, 'ecs'),
      parseSource('sqs'),
      'nightly',
    );
    expect(removeFromTemplate(removeTrigger(made.text, made.id), nightly)).toBe(`${small}Outputs: { A: ${more} }\n`);
  });
});

describe('a source on the command line', () => {
  const arn = (service: string, rest: string) => `arn:aws:${service}:eu-west-1:123456789012:${rest}`;
  const stream = arn('dynamodb', 'table/orders/stream/2026-01-01T00:00:00.000');

  test.each([
    ['s3', 'NightlyUploads', 's3', { BucketName: 'Uploads' }],
    ['s3:in/', 'NightlyUploads', 's3', { BucketName: 'Uploads', Prefix: 'in/' }],
    ["s3:a b, {c}: 'd' #e/", 'NightlyUploads', 's3', { BucketName: 'Uploads', Prefix: "a b, {c}: 'd' #e/" }],
    ['s3://my-bucket', 'NightlyUploads', 's3', { BucketName: 'my-bucket' }],
    ['s3://my-bucket/in/', 'NightlyUploads', 's3', { BucketName: 'my-bucket', Prefix: 'in/' }],
    ['sqs', 'NightlyQueue', 'sqs', {}],
    ['sqs:fifo', 'NightlyFifoQueue', 'sqs', { Fifo: 'true' }],
    [`sqs:${arn('sqs', 'orders')}`, 'NightlyQueue', 'sqs', { QueueArn: arn('sqs', 'orders') }],
    [
      `sqs:${arn('sqs', 'orders.fifo')}`,
      'NightlyFifoQueue',
      'sqs',
      { QueueArn: arn('sqs', 'orders.fifo'), Fifo: 'true' },
    ],
    ['sns', 'NightlyTopic', 'sns', {}],
    [`sns:${arn('sns', 'orders')}`, 'NightlyTopic', 'sns', { TopicArn: arn('sns', 'orders') }],
    ['schedule:cron(0,30 3 * * ? *)', 'NightlySchedule', 'schedule', { ScheduleExpression: 'cron(0,30 3 * * ? *)' }],
    ['schedule:rate(5 minutes)', 'NightlySchedule', 'schedule', { ScheduleExpression: 'rate(5 minutes)' }],
    [
      'eventbridge:com.example.shop',
      'NightlyEvents',
      'eventbridge',
      { EventPattern: '{"source":["com.example.shop"]}' },
    ],
    ['dynamodb', 'NightlyTable', 'dynamodb', {}],
    [`dynamodb:${stream}`, 'NightlyTable', 'dynamodb', { StreamArn: stream }],
    ['kinesis', 'NightlyStream', 'kinesis', {}],
    [
      `kinesis:${arn('kinesis', 'stream/orders')}`,
      'NightlyStream',
      'kinesis',
      { StreamArn: arn('kinesis', 'stream/orders') },
    ],
    ['logs:/my/app', 'NightlyLogs', 'logs', { LogGroupName: '/my/app' }],
  ])('%s becomes the block %s', (given, id, kind, own) => {
    const { text, id: made } = addTrigger(addToTemplate(ours, nightly, 'batch'), parseSource(given), 'nightly');
    expect(made).toBe(id);
    const { Location, Parameters } = read(text).Resources[id].Properties;
    expect(Location).toBe(`functions/triggers/${kind}/template.yaml`);
    const common = { App: 'AWS::StackName', Architecture: 'FunctionArchitecture', Job: 'nightly' };
    expect(Parameters).toEqual({ ...common, ...own });
  });

  test('a second block of a source gets a number', () => {
    const withJob = addToTemplate(ours, nightly, 'batch');
    const { text } = addTrigger(withJob, parseSource('sqs'), 'nightly');
    expect(addTrigger(text, parseSource(`sqs:${arn('sqs', 'orders')}`), 'nightly').id).toBe('NightlyQueue2');
  });

  test.each([
    ['ftp', 'There is no source "ftp"'],
    ['alb', 'Copy the block LoadBalancer'],
    ['after:csv-report', '`after` in its job.ts'],
    ['sqs:orders', 'is not an ARN like arn:aws:sqs:'],
    [`sqs:${arn('sns', 'orders')}`, 'is not an ARN like arn:aws:sqs:'],
    [`sns:${arn('sns', 'orders.fifo')}`, 'Subscribe a FIFO queue to the topic'],
    [`dynamodb:${arn('dynamodb', 'table/orders')}`, 'table/NAME/stream/TIME'],
    ['schedule', 'Name the time'],
    ['schedule:cron(0 3 * * *)', 'has 5 fields; it needs 6'],
    ['schedule:rate(0 days)', 'rate(0 days)'],
    ['eventbridge:', 'eventbridge:com.example.shop'],
    ['logs', 'Name a log group'],
    ['logs:/longhaul/longhaul/jobs', 'without an end'],
    ['s3://My_Bucket/', 'is not the name of a bucket'],
  ])('%s is refused in words', (given, reason) => {
    expect(() => parseSource(given)).toThrow(reason);
  });
});

describe('the right to read a bucket', () => {
  const folder = (reads: string[]) =>
    jobFolder({ ...nightly, language: 'ts', backend: 'batch', hasTriggers: true, reads })['template.yaml']!;

  test('is added to the role of a job once, and found again', () => {
    const [plain, once] = [folder([]), folder(['my-bucket'])];
    expect(withReadRight(plain, 'my-bucket')).toBe(once);
    expect(withReadRight(once, 'my-bucket')).toBe(once);
    expect(withoutReadRights(once)).toBe(plain);
    expect(withoutReadRights(folder(['my-bucket', 'another']))).toBe(plain);
    const { Statement } = read(once).Resources.JobRole.Properties.Policies[0].PolicyDocument;
    expect(Statement.at(-1).Resource.at(-1)).toBe('arn:${AWS::Partition}:s3:::my-bucket/*');
  });

  test('is there already in csv-report, and has no role to go to in hello-world', () => {
    const uploads = '${App}-uploads-${AWS::AccountId}-${AWS::Region}';
    const template = (name: string) => readFileSync(path.join(app, 'containers', name, 'template.yaml'), 'utf8');
    expect(withReadRight(template('csv-report'), uploads)).toBe(template('csv-report'));
    expect(withReadRight(template('hello-world'), uploads)).toBeUndefined();
  });
});

test.each(['batch', 'ecs'] as const)('the template of a new job on %s has fewer than 90 lines', (backend) => {
  const { 'template.yaml': template = '' } = jobFolder({ ...nightly, language: 'python', backend });
  expect(lines(template)).toBeLessThan(90);
});

test('containers/jobs.ts is as before when a job is gone again', () => {
  const text = readFileSync(path.join(app, 'containers/jobs.ts'), 'utf8');
  const names = Array.from({ length: 12 }, (_, index) => jobNames(`a-job-with-number-${index}`));
  const all = names.reduce(addToJobs, text);
  expect(all).toContain('[\n  helloWorld,\n');
  expect(names.reduce(removeFromJobs, all)).toBe(text);
  expect(removeFromJobs(text, nightly)).toBe(text);
});

test.each([
  ['ours', readFileSync(path.join(app, 'samconfig.toml'), 'utf8')],
  ['without the section', 'version = 0.1\n'],
  ['with a list in a line', 'version = 0.1\n\n[local.deploy.parameters]\nparameter_overrides = ["A=1"]\n'],
  ['with an empty list', 'version = 0.1\n\n[local.deploy.parameters]\nparameter_overrides = []\n'],
  ['with a text', 'version = 0.1\n\n[local.deploy.parameters]\nparameter_overrides = "A=1 B=2"\n'],
  ['with an empty text', 'version = 0.1\n\n[local.deploy.parameters]\nparameter_overrides = ""\n'],
])('samconfig.toml %s is as before when a job is gone again', (_name, text) => {
  expect(removeFromSamconfig(addToSamconfig(text, 'NightlyImage'), 'NightlyImage')).toBe(text);
});
