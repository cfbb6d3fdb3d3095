import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Build, build, fileName } from './build.ts';
import { read, resources } from './templates.ts';

const { Resources } = read('template.yaml');
const functions = resources('template.yaml', 'AWS::Serverless::Function');
let built: Build;

beforeAll(async () => {
  built = await build(Resources.S3Trigger.Metadata.BuildProperties);
});
afterAll(() => built?.remove());

test.each(functions)('%s: its handler is in the build and loads with nothing beside it', (_name, { Properties }) => {
  const [module, name] = Properties.Handler.split('.');
  const file = join(built.output, `${module}.mjs`);
  const script = `const { ${name}: handler } = await import(${JSON.stringify(file)}); process.stdout.write(typeof handler);`;
  // An environment as bare as possible: nothing is found that was not bundled.
  const type = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: built.output,
    env: {},
    encoding: 'utf8',
  });
  expect(type).toBe('function');
});

test.each(functions)('%s is built together with the others, once', (_name, { Metadata }) => {
  expect(Metadata).toEqual(Resources.S3Trigger.Metadata);
});

/** The files whose code is in what is loaded with `entry`, without what it imports when it needs it. */
function filesOf(entry: string): string[] {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { path, kind } of built.outputs[file]?.imports ?? [])
      if (kind === 'import-statement') visit(fileName(path));
  };
  visit(entry);
  return [...seen].flatMap((file) => Object.keys(built.outputs[file]?.inputs ?? {}));
}

function packagesOf(entry: string): Set<string> {
  return new Set(filesOf(entry).map((input) => /node_modules\/((@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? 'own code'));
}

test.each([
  'triggers/s3.mjs',
  'triggers/schedule.mjs',
  'triggers/after.mjs',
  'triggers/sqs.mjs',
  'triggers/sns.mjs',
  'triggers/eventbridge.mjs',
  'triggers/logs.mjs',
])('%s loads neither schemas nor S3, SQS or Batch before it needs them', (entry) => {
  const packages = packagesOf(entry);
  expect(packages).toContain('@aws-sdk/client-sfn');
  for (const other of ['zod', '@aws-sdk/client-s3', '@aws-sdk/client-sqs', '@aws-sdk/client-batch'])
    expect(packages).not.toContain(other);
});

test('a trigger loads what starts executions, and nothing of what looks at them', () => {
  for (const name of ['s3', 'schedule', 'sqs', 'sns', 'eventbridge', 'logs', 'dynamodb', 'kinesis', 'http']) {
    const own = filesOf(`triggers/${name}.mjs`).filter((file) => file.startsWith('longhaul/client/'));
    expect(own, name).toContain('longhaul/client/start.ts');
    for (const other of ['describe', 'list', 'logs', 'client', 'index']) {
      expect(own, name).not.toContain(`longhaul/client/${other}.ts`);
    }
  }
});

test('source maps lie beside the code, and no function pays for reading them at its start', () => {
  for (const [name, { Properties }] of functions) {
    const file = join(built.output, `${Properties.Handler.split('.')[0]}.mjs`);
    expect(existsSync(`${file}.map`), name).toBe(true);
    expect(readFileSync(`${file}.map`, 'utf8'), name).not.toContain('"sourcesContent"');
  }
  // SAM sets NODE_OPTIONS=--enable-source-maps on every function whose build has this property, in this spelling.
  expect(Resources.S3Trigger.Metadata.BuildProperties).not.toHaveProperty('Sourcemap');
});
