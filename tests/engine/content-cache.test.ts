import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ContentCache } from '../../longhaul/engine/content-cache.ts';
import { loadStacks } from '../../longhaul/engine/stacks.ts';
import { stateMachinesOf } from '../../longhaul/engine/state-machines.ts';
import { deployment } from './template-load.ts';

let folder: string;
let template: string;
let cacheFile: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longhaul-cache-'));
  template = path.join(folder, 'template.yaml');
  cacheFile = path.join(folder, 'cache/contents');
});

afterEach(() => rm(folder, { recursive: true }));

/** What a start of the engine does with its templates. */
async function load(port = 4566) {
  const cache = new ContentCache(cacheFile);
  const endpoint = `http://127.0.0.1:${port}`;
  const { stack } = loadStacks(template, { ...deployment, endpoint }, {}, cache);
  const machines = await stateMachinesOf(stack.resources, endpoint, cache);
  cache.save();
  return { buckets: stack.resources.map(({ ref }) => ref), machines };
}

const bucket = (name: string) =>
  `Resources: { Uploads: { Type: AWS::S3::Bucket, Properties: { BucketName: ${name} } } }`;

test('a start with the same templates writes no cache; one with a changed template sees the change', async () => {
  writeFileSync(template, bucket('first'));
  expect((await load()).buckets).toEqual(['first']);
  const { ino } = statSync(cacheFile);
  expect((await load()).buckets).toEqual(['first']);
  expect(statSync(cacheFile).ino).toBe(ino);
  writeFileSync(template, bucket('other'));
  expect((await load()).buckets).toEqual(['other']);
  expect(statSync(cacheFile).ino).not.toBe(ino);
});

test('a change of a nested template is seen', async () => {
  writeFileSync(
    template,
    'Resources: { Nested: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: nested.yaml } } }',
  );
  const nested = path.join(folder, 'nested.yaml');
  writeFileSync(nested, bucket('first'));
  expect((await load()).buckets).toContain('first');
  writeFileSync(nested, bucket('other'));
  expect((await load()).buckets).toContain('other');
});

test.each<[string, (whole: Buffer) => Buffer]>([
  ['is cut', (whole) => whole.subarray(0, -10)],
  ['is empty', () => Buffer.alloc(0)],
  ['holds another bucket', (whole) => Buffer.from(whole.toString('latin1').replace('first', 'wrong'), 'latin1')],
])('a cache that %s is ignored, and written anew', async (_what, spoil) => {
  writeFileSync(template, bucket('first'));
  await load();
  const whole = readFileSync(cacheFile);
  const spoilt = spoil(whole);
  expect(spoilt.equals(whole)).toBe(false);
  writeFileSync(cacheFile, spoilt);
  expect((await load()).buckets).toEqual(['first']);
  expect(readFileSync(cacheFile).equals(whole)).toBe(true);
});

test('a cache that cannot be written changes nothing', async () => {
  writeFileSync(template, bucket('first'));
  mkdirSync(cacheFile, { recursive: true });
  expect((await load()).buckets).toEqual(['first']);
  expect((await load()).buckets).toEqual(['first']);
});

test('what no start asks for any more is removed', async () => {
  writeFileSync(template, bucket('first'));
  await load();
  const { size } = statSync(cacheFile);
  writeFileSync(template, bucket('other'));
  await load();
  expect(statSync(cacheFile).size).toBe(size);
});

test('a mistake that only shows when a cached template is evaluated still has its line and column', async () => {
  const parameters = 'Parameters:\n  Name: { Type: String, Default: uploads }\n';
  writeFileSync(template, `${parameters}Resources:\n  Uploads:\n    Type: AWS::S3::Bucket\n    DependsOn: Nobody\n`);
  const cache = new ContentCache(cacheFile);
  const start = (from: ContentCache) => loadStacks(template, deployment, {}, from);
  expect(() => start(cache)).toThrow('template.yaml:5:5: Uploads depends on Nobody');
  cache.save();
  const again = new ContentCache(cacheFile);
  expect(() => start(again)).toThrow('template.yaml:5:5: Uploads depends on Nobody');
});

test('a definition has the port of its own start, and its mistakes are named at each', async () => {
  const machine = (next: string) => `Resources:
  Jobs:
    Type: AWS::SQS::Queue
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: machine.yaml
      DefinitionSubstitutions: { Url: !Ref Jobs, Next: ${next} }
`;
  writeFileSync(template, machine('Send'));
  const state = `Type: Task, Resource: "arn:aws:states:::sqs:sendMessage", Arguments: { QueueUrl: "\${Url}" }, End: true`;
  const definition = `QueryLanguage: JSONata\nStartAt: \${Next}\nStates: { Send: { ${state} } }\n`;
  writeFileSync(path.join(folder, 'machine.yaml'), definition);
  expect((await load(4566)).machines[0]?.definition).toContain('"http://127.0.0.1:4566/');
  const { ino } = statSync(cacheFile);
  expect((await load(45660)).machines[0]?.definition).toContain('"http://127.0.0.1:45660/');
  expect(statSync(cacheFile).ino).toBe(ino);
  writeFileSync(template, machine('Nowhere'));
  for (const _ of [1, 2]) await expect(load()).rejects.toThrow(/Machine: .*Nowhere/s);
});
