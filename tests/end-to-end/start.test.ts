import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { shortId } from '../../longhaul/cli/execution-id.ts';
import { DATA_DIRECTORY } from '../../longhaul/engine/data-directory.ts';
import { groupIsAlive } from '../../longhaul/engine/fleet/process-identity.ts';
import { longhaul } from '../cli/in-process.ts';
import { app, artifact, engineOf, misbehaving, start, temporaryDirectory, until } from './engine.ts';
import { node, type Running } from './process.ts';

const started = async (...args: string[]) => {
  const running = node('longhaul/cli/main.ts', 'start', '--port', '0', '--api-port', '0', ...args);
  await running.says('Ctrl-C stops it');
  return running;
};

/** What tests need of an engine, of one that runs in a process of its own. */
function asEngine(running: Running, data: string) {
  const endpoint = running.output().match(/AWS endpoint +(\S+)/)![1]!;
  const outputs = JSON.parse(readFileSync(path.join(data, 'outputs.json'), 'utf8')) as Record<string, string>;
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  return { aws: { endpoint, region: 'us-east-1', credentials }, outputs } as Parameters<typeof artifact>[0];
}

test('longhaul start says what it started and what to try, and stops on Ctrl-C', async () => {
  const data = await temporaryDirectory();
  const running = await started('--data', data);
  const output = running.output();
  for (const text of [
    'AWS endpoint',
    'HTTP API',
    'CsvReport (Batch)',
    'HelloWorld (ECS)',
    'Uploaded/S3Trigger',
    'Queue/SqsTrigger',
    'FifoQueue/SqsTrigger',
    'FifoQueue/DeadLetters',
    'longhaul-uploads-',
    `data          ${data}`,
  ]) {
    expect(output).toContain(text);
  }
  // The first command that it proposes works as it stands.
  const [, body, url] = output.match(/curl -i -d '(.*)' (\S+)/)!;
  const response = await fetch(url!, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect(response.status).toBe(202);
  await until(async () => running.output().includes('everybody is let in'));
  await running.says('succeeded after');
  const { id } = (await response.json()) as { id: string };
  const lines = running
    .output()
    .split('\n')
    .filter((line) => line.includes(shortId(id)));
  expect(lines.map((line) => line.slice('12:34:56'.length))).toEqual([
    `  ${shortId(id)}  started by http`,
    expect.stringMatching(/succeeded after [\d.]+ s$/),
  ]);
  running.child.kill('SIGINT');
  expect(await running.ended).toBe(0);
  await expect(fetch(url!)).rejects.toThrow();
});

test('what the engine keeps (events, results, logs) is for its owner only', async () => {
  const dataDirectory = path.join(await temporaryDirectory(), 'project', '.aws-sam', 'longhaul');
  const engine = await engineOf(misbehaving, { dataDirectory });
  await engine.close();
  expect(statSync(dataDirectory).mode & 0o777).toBe(0o700);
});

/** The data of an older version, with a job that was interrupted and an object, in a project of its own. */
async function oldProject() {
  const project = await temporaryDirectory();
  const old = path.join(project, '.longhaul');
  const engine = await engineOf(misbehaving, { dataDirectory: old });
  return { engine, old, dataDirectory: path.join(project, '.aws-sam/longhaul') };
}

test('the data of an older version moves to the new place, and its jobs continue', async () => {
  const { engine: first, old, dataDirectory } = await oldProject();
  const object = { Bucket: first.outputs.ArtifactsBucketName, Key: 'kept' };
  await new S3Client(first.aws).send(new PutObjectCommand({ ...object, Body: 'as it was' }));
  const arn = await start(first, { job: 'counter', event: { to: 20, untilInterruptions: 1 } });
  await until(async () => (await artifact<{ done: number }>(first, arn, 'progress.json'))?.done);
  await first.close();

  const notices: string[] = [];
  const second = await engineOf(misbehaving, { dataDirectory, onNotice: (notice) => notices.push(notice) });
  try {
    expect(notices).toContain(`Moved the data of an older version from ${old} to ${dataDirectory}.`);
    expect(existsSync(old)).toBe(false);
    expect(second.continued).toBe(1);
    const result = await until(async () => artifact<{ count: number }>(second, arn, 'result.json'));
    expect(result).toMatchObject({ count: 20 });
    const { Body } = await new S3Client(second.aws).send(new GetObjectCommand(object));
    expect(await Body?.transformToString()).toBe('as it was');
  } finally {
    await second.close();
  }
});

test('the data of an older version stays while its engine runs, and the error says what to do', async () => {
  const { engine, old, dataDirectory } = await oldProject();
  try {
    await expect(engineOf(misbehaving, { dataDirectory })).rejects.toThrow(/stop that first, then start again/);
    expect(existsSync(dataDirectory)).toBe(false);
    expect(existsSync(path.join(old, 'engine.sqlite'))).toBe(true);
  } finally {
    await engine.close();
  }
});

test('old data is not moved over data that is there, nor to a place of your choice', async () => {
  const { engine, old, dataDirectory } = await oldProject();
  await engine.close();
  const elsewhere = path.join(path.dirname(old), 'elsewhere');
  await (await engineOf(misbehaving, { dataDirectory: elsewhere })).close();
  mkdirSync(dataDirectory, { recursive: true });
  await (await engineOf(misbehaving, { dataDirectory })).close();
  expect(existsSync(path.join(old, 'engine.sqlite'))).toBe(true);
});

test("the engine's data is where `sam build` does not copy it, and git and docker build leave it out", () => {
  // EXCLUDED_FILES of NodejsNpmEsbuildWorkflow in aws-lambda-builders: names that it leaves out at any depth of CodeUri.
  // https://github.com/aws/aws-lambda-builders/blob/develop/aws_lambda_builders/workflows/nodejs_npm_esbuild/workflow.py
  const notCopied = ['.aws-sam', '.git', 'node_modules'];
  expect(notCopied).toContain(DATA_DIRECTORY.split('/')[0]);
  // What SAM CLI makes in there and removes again: nothing of ours may have such a name.
  expect(['build', 'build.toml', 'cache', 'deps', 'auto-dependency-layer']).not.toContain(DATA_DIRECTORY.split('/')[1]);
  const left = spawnSync('git', ['check-ignore', `${DATA_DIRECTORY}/engine.sqlite`], { cwd: app, encoding: 'utf8' });
  expect(left.stdout.trim()).toBe(`${DATA_DIRECTORY}/engine.sqlite`);
});

test.each(['SIGTERM', 'SIGHUP'] as const)(
  '%s stops it as Ctrl-C does, also when nobody reads its output any more',
  async (signal) => {
    const running = await started(
      '--template',
      path.join(misbehaving, 'template.yaml'),
      '--data',
      await temporaryDirectory(),
    );
    running.child.stdout?.destroy();
    running.child.stderr?.destroy();
    running.child.kill(signal);
    expect(await running.ended).toBe(0);
  },
);

test('the second Ctrl-C ends the engine at once, and leaves no job running', async () => {
  const data = await temporaryDirectory();
  const running = await started('--template', path.join(misbehaving, 'template.yaml'), '--data', data);
  const engine = asEngine(running, data);
  const arn = await start(engine, { job: 'counter', event: { to: 1_000_000, deaf: true } });
  await until(async () => (await artifact(engine, arn, 'progress.json')) !== undefined);
  running.child.kill('SIGINT');
  await running.says('Stopping:');
  // In the first second they count as the same Ctrl-C.
  await until(async () => !running.child.kill('SIGINT') || running.child.exitCode !== null);
  expect(await running.ended).toBe(130);
  const db = new DatabaseSync(path.join(data, 'engine.sqlite'));
  const [left] = db.prepare('SELECT identity FROM fleet_containers').all() as { identity: string }[];
  db.close();
  const { groupId } = JSON.parse(left!.identity) as { groupId: number };
  await until(async () => !groupIsAlive(groupId));
});

test('an engine that is killed goes on where it was: the job starts again from its checkpoint', async () => {
  const data = await temporaryDirectory();
  const template = path.join(misbehaving, 'template.yaml');
  const first = await started('--template', template, '--data', data);
  let engine = asEngine(first, data);
  const arn = await start(engine, { job: 'counter', event: { to: 20, untilInterruptions: 1 } });
  const saved = await until(
    async () => (await artifact<{ state?: number }>(engine, arn, 'checkpoint/state.json'))?.state,
  );
  first.child.kill('SIGKILL');
  await first.ended;

  const second = await started('--template', template, '--data', data);
  expect(second.output()).toMatch(/continued +1 execution/);
  engine = asEngine(second, data);
  const execution = await until(async () => {
    const seen = await new SFNClient(engine.aws).send(new DescribeExecutionCommand({ executionArn: arn }));
    return seen.status !== 'RUNNING' && seen;
  });
  expect(execution.status).toBe('SUCCEEDED');
  expect(JSON.parse(execution.output!)).toMatchObject({ attempts: 1, interruptions: 1 });
  const result = await artifact<{ first: number; count: number }>(engine, arn, 'result.json');
  expect(result?.count).toBe(20);
  expect(result?.first).toBeGreaterThanOrEqual(saved);
});

test('an engine that is closed in the middle of a job continues it at the next start', async () => {
  const dataDirectory = await temporaryDirectory();
  const first = await engineOf(misbehaving, { dataDirectory });
  const arn = await start(first, { job: 'counter', event: { to: 20, untilInterruptions: 1 } });
  await until(async () => (await artifact<{ done: number }>(first, arn, 'progress.json'))?.done);
  await first.close();
  const second = await engineOf(misbehaving, { dataDirectory });
  try {
    expect(second.continued).toBe(1);
    expect(await until(async () => artifact<{ count: number }>(second, arn, 'result.json'))).toMatchObject({
      count: 20,
    });
  } finally {
    await second.close();
  }
});

test('a port that is in use is named, with what to do', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => holder.once('listening', resolve));
  const { port } = holder.address() as { port: number };
  const running = node('longhaul/cli/main.ts', 'start', '--port', String(port), '--data', await temporaryDirectory());
  expect(await running.ended).toBe(1);
  expect(running.output()).toMatch(new RegExp(`Port ${port} .*in use.*--port`));
  holder.close();
});

test('--listen adds one address, says what that means, and gives it to containers', async () => {
  const data = await temporaryDirectory();
  const addresses = Object.values(networkInterfaces()).flatMap((some) => some ?? []);
  const address = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.2';
  const template = path.join(misbehaving, 'template.yaml');
  const running = await started('--template', template, '--data', data, '--listen', address);
  const { port } = new URL(asEngine(running, data).aws.endpoint as string);
  const url = `http://${address}:${port}`;
  expect(running.output()).toContain(`Also listening on ${url}, for containers. Everyone who can reach this address`);
  await new S3Client({ ...asEngine(running, data).aws, endpoint: url }).send(new ListBucketsCommand());
});

test.each(['0.0.0.0', '::', '::ffff:0.0.0.0', 'localhost', '172.17.0.1:4566'])(
  '--listen %s is refused',
  async (address) => {
    const { code, stderr } = await longhaul('start', '--listen', address, '--data', await temporaryDirectory());
    expect(code).toBe(2);
    expect(stderr).toMatch(/every address of this machine|An IP address of this machine is wanted/);
  },
);

test('a data directory that another engine uses is named, with what to do', async () => {
  const dataDirectory = await temporaryDirectory();
  const engine = await engineOf(misbehaving, { dataDirectory });
  try {
    await expect(engineOf(misbehaving, { dataDirectory })).rejects.toThrow(/Another engine is using .*--data/s);
  } finally {
    await engine.close();
  }
});

test('a resource type that the engine does not know is named, and the rest is started', async () => {
  const project = await temporaryDirectory();
  writeFileSync(
    path.join(project, 'template.yaml'),
    `Resources:
  Widget: { Type: Acme::Widgets::Widget }
  Cache: { Type: AWS::ElastiCache::ServerlessCache }
  Disk: { Type: AWS::EFS::FileSystem }
  Files: { Type: AWS::S3::Bucket }
Outputs:
  Files: { Value: !Ref Files }
`,
  );
  const engine = await engineOf(project);
  try {
    const warnings = engine.warnings.map(({ path, message }) => `${path}: ${message}`).join('\n');
    expect(warnings.match(/^Widget/gm)).toHaveLength(1);
    expect(warnings).toMatch(/Widget: .*Acme::Widgets::Widget/);
    expect(warnings).toMatch(/Cache: .*AWS::ElastiCache::ServerlessCache/);
    expect(warnings).toMatch(/Disk: the engine does not run AWS::EFS::FileSystem/);
    await new S3Client(engine.aws).send(new PutObjectCommand({ Bucket: engine.outputs.Files, Key: 'a', Body: 'b' }));
  } finally {
    await engine.close();
  }
});

test.each([
  ['nope.asl.yaml', 'nope.asl.yaml: the definition of Machine cannot be read: ENOENT'],
  ['bad.asl.yaml', 'bad.asl.yaml: Machine: The definition is not valid'],
])('a state machine that cannot be run is named with its file: %s', async (file, problem) => {
  const project = await temporaryDirectory();
  writeFileSync(path.join(project, 'bad.asl.yaml'), '{ QueryLanguage: JSONata, StartAt: A, States: {} }');
  writeFileSync(
    path.join(project, 'template.yaml'),
    `Resources:
  Machine: { Type: AWS::Serverless::StateMachine, Properties: { DefinitionUri: ${file} } }
`,
  );
  await expect(engineOf(project)).rejects.toThrow(problem);
});

test('a function in the middle of its work does not outlive an engine that is killed', async () => {
  const project = await temporaryDirectory();
  const pidFile = path.join(project, 'pid');
  writeFileSync(
    path.join(project, 'hang.ts'),
    `import { writeFileSync } from 'node:fs';
export const handler = () => new Promise(() => {
  setInterval(() => writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)), 50);
});
`,
  );
  writeFileSync(
    path.join(project, 'template.yaml'),
    `Transform: AWS::Serverless-2016-10-31
Resources:
  Hang:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: esbuild, BuildProperties: { EntryPoints: [hang.ts] } }
    Properties: { Handler: hang.handler, CodeUri: ., Runtime: nodejs24.x, Timeout: 900, FunctionName: hang }
`,
  );
  const running = await started(
    '--template',
    path.join(project, 'template.yaml'),
    '--data',
    path.join(project, 'data'),
  );
  const { aws } = asEngine(running, path.join(project, 'data'));
  await new LambdaClient(aws).send(new InvokeCommand({ FunctionName: 'hang', InvocationType: 'Event' }));
  const pid = await until(async () => existsSync(pidFile) && Number(readFileSync(pidFile, 'utf8')));
  running.child.kill('SIGKILL');
  await until(async () => {
    try {
      return !process.kill(pid, 0);
    } catch {
      return true;
    }
  });
});
