import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { app, engineOf, temporaryDirectory, until } from '../end-to-end/engine.ts';
import { jobLog } from '../end-to-end/executions.ts';
import { lacking } from '../python/python.ts';
import { hasCfnLint } from '../template/cfn-lint.ts';
import { longhaul } from './in-process.ts';
import { type Outcome, tool } from './tool.ts';

interface Made {
  name: string;
  language: string;
  backend: string;
  on: string[];
  /** Sends an event to each of these sources. */
  send(): Promise<unknown>;
  /** The source of executions that such an event starts. */
  source: string;
  /** What the job leaves for `{"name":"you"}`. */
  result: unknown;
  log: string;
  /** What this machine lacks to run it. */
  needs?: string | undefined;
}

const made: Made[] = [
  {
    name: 'tested-job',
    language: 'ts',
    backend: 'batch',
    on: ['s3:in/', 'schedule:rate(30 days)'],
    source: 's3',
    send: () => {
      const object = { Bucket: engine.outputs.UploadsBucketName, Key: 'in/a b.txt', Body: 'hello' };
      return new S3Client({ ...engine.aws, forcePathStyle: true }).send(new PutObjectCommand(object));
    },
    result: { greeting: 'Hello, you!', times: 5 },
    log: 'Hello, you!',
  },
  {
    name: 'tested-model',
    language: 'python',
    backend: 'batch',
    on: ['sqs', 'schedule:cron(0 3 * * ? *)'],
    source: 'sqs',
    send: () => {
      const QueueUrl = engine.stack.nested.TestedModelQueue?.QueueUrl;
      return new SQSClient(engine.aws).send(new SendMessageCommand({ QueueUrl, MessageBody: '{"name":"you"}' }));
    },
    result: { greeting: 'Hello, you!', times: 5 },
    log: 'Hello, you!',
    needs: lacking(['boto3']),
  },
  {
    name: 'a-script-with-a-name-of-forty-three-letters',
    language: 'shell',
    backend: 'ecs',
    on: ['sns', 'schedule:at(2099-12-24T08:00:00)'],
    source: 'sns',
    send: () => {
      const TopicArn =
        engine.stack.nested[`${logicalIdOf('a-script-with-a-name-of-forty-three-letters')}Topic`]?.TopicArn;
      return new SNSClient(engine.aws).send(new PublishCommand({ TopicArn, Message: 'hello' }));
    },
    result: undefined,
    log: 'Hello! The event is {"name":"you"}',
  },
];

const logicalIdOf = (name: string) => name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());

/** A copy of this repository, in which jobs are made. */
let copy: string;
let engine: Engine;
const said: Record<string, Outcome> = {};

beforeAll(async () => {
  copy = await copyOfRepository(afterAll);
  for (const { name, language, backend, on } of made) {
    const sources = on.flatMap((source) => ['--on', source]);
    const options = ['--language', language, '--backend', backend, ...sources, '--directory', copy];
    said[name] = await longhaul('new', name, ...options);
  }
  // The app's own command, in its directory.
  said.trigger = await tool(['new', 'trigger', 'eventbridge:com.example.tested', '--job', 'tested-job'], {
    directory: copy,
    cleanUp: afterAll,
  });
  engine = await engineOf(copy, { dataDirectory: await temporaryDirectory(afterAll) });
});
afterAll(() => engine?.close());

/** The first execution of a job that a source has started, once it has ended. */
function startedBy(job: string, source: string): Promise<{ id: string; status: string }> {
  return until(async () => {
    const { executions } = (await (await fetch(`${engine.apiUrl}/executions?job=${job}`)).json()) as {
      executions: { id: string }[];
    };
    const all = await Promise.all(
      executions.map(async ({ id }) => (await fetch(`${engine.apiUrl}/executions/${id}`)).json()),
    );
    return (all as { id: string; status: string; source: string }[]).find(
      (one) => one.source === source && one.status !== 'RUNNING',
    );
  });
}

async function copyOfRepository(cleanUp?: (then: () => unknown) => void): Promise<string> {
  const directory = await temporaryDirectory(cleanUp);
  const left = ['node_modules', '.git', '.aws-sam', 'dist'].map((name) => path.join(app, name));
  cpSync(app, directory, { recursive: true, filter: (file) => !left.includes(file) });
  symlinkSync(path.join(app, 'node_modules'), path.join(directory, 'node_modules'));
  return directory;
}

interface TestedFile {
  name: string;
  status: string;
  assertionResults: { status: string }[];
}

let testRun: Promise<TestedFile[]> | undefined;

/** The tests of the jobs that were made, and those of the app that know its jobs: all in one run, which the first caller starts. */
function testsOfTheCopy(): Promise<TestedFile[]> {
  testRun ??= (async () => {
    const jobs = made.filter(({ needs }) => !needs).map(({ name }) => `containers/${name}/`);
    const files = [...jobs, 'tests/template/jobs.test.ts', 'tests/template/structure.test.ts'];
    const report = ['--reporter=default', '--reporter=json', '--outputFile=results.json'];
    const outcome = await runIn(copy, 'node_modules/.bin/vitest', 'run', ...report, ...files);
    expect(outcome.code, outcome.stdout + outcome.stderr).toBe(0);
    return JSON.parse(readFileSync(path.join(copy, 'results.json'), 'utf8')).testResults;
  })();
  return testRun;
}

/** Files of tests in a folder, or one file, that passed, and how many of their tests did. */
async function passedIn(place: string): Promise<{ files: string[]; tests: number }> {
  const tested = await testsOfTheCopy();
  const passed = tested.filter(({ name, status }) => name.startsWith(path.join(copy, place)) && status === 'passed');
  const tests = passed.flatMap(({ assertionResults }) => assertionResults.filter(({ status }) => status === 'passed'));
  return { files: passed.map(({ name }) => path.relative(copy, name)), tests: tests.length };
}

/** A program in the copy, without what this test run tells its own children. */
async function runIn(directory: string, program: string, ...args: string[]): Promise<Outcome> {
  const own = Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV|TEST|npm_)/.test(name));
  const PATH = `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`;
  const child = spawn(program, args, {
    cwd: directory,
    env: { ...Object.fromEntries(own), PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code, stdout, stderr };
}

describe.each(made)(
  'new $name --language $language --backend $backend',
  ({ name, log, result, needs, send, source }) => {
    test('says what it made and what to do next', () => {
      const { code, stdout, stderr } = said[name]!;
      expect(stderr).toBe('');
      expect(code).toBe(0);
      expect(stdout).toContain(`longhaul run ${name} --input '{"name":"you"}' --follow`);
      for (const file of readdirSync(path.join(copy, 'containers', name)))
        expect(stdout).toContain(`containers/${name}/${file}`);
    });

    test.skipIf(needs)('runs on the engine as it is', async () => {
      const answer = await fetch(`${engine.apiUrl}/jobs/${name}`, { method: 'POST', body: '{"name":"you"}' });
      expect(answer.status, await answer.clone().text()).toBe(202);
      const { id } = (await answer.json()) as { id: string };
      const execution = await until(async () => {
        const now = (await (await fetch(`${engine.apiUrl}/executions/${id}`)).json()) as { status: string };
        return now.status !== 'RUNNING' && now;
      });
      expect(execution).toMatchObject({ status: 'SUCCEEDED', ...(result === undefined ? {} : { result }) });
      expect(await jobLog(engine, id)).toContain(log);
    });

    test.skipIf(needs)('runs for an event of its source', async () => {
      await send();
      const execution = await startedBy(name, source);
      expect(execution).toMatchObject({ status: 'SUCCEEDED', ...(result === undefined ? {} : { result }) });
    });

    test.skipIf(needs)('runs at the times of its schedule', async () => {
      engine.fire(`${logicalIdOf(name)}Schedule/ScheduleTriggerDue`);
      const execution = await startedBy(name, 'schedule');
      expect(execution).toMatchObject({ status: 'SUCCEEDED', ...(result === undefined ? {} : { result }) });
    });

    test('checks its input at the door', async () => {
      const answer = await fetch(`${engine.apiUrl}/jobs/${name}`, { method: 'POST', body: '{"name":""}' });
      expect(answer.status).toBe(422);
    });

    test.skipIf(needs)('passes its own test', async () => {
      expect((await passedIn(`containers/${name}/`)).tests).toBeGreaterThan(0);
    });
  },
);

describe('new trigger', () => {
  test('names the block that it makes', () => {
    expect(said.trigger).toMatchObject({ code: 0, stderr: '' });
    expect(said.trigger?.stdout).toContain('The trigger TestedJobEvents starts tested-job');
  });

  test('starts the job for an event of its source', async () => {
    const entry = { Source: 'com.example.tested', DetailType: 'Order', Detail: '{"order":7}' };
    await new EventBridgeClient(engine.aws).send(new PutEventsCommand({ Entries: [entry] }));
    expect(await startedBy('tested-job', 'eventbridge')).toMatchObject({ status: 'SUCCEEDED' });
  });
});

test('the application is still one that compiles, is formatted, and whose jobs are known everywhere', async () => {
  const jobs = made.map(({ name }) => `containers/${name}`);
  const project = { extends: './tsconfig.json', include: ['containers'] };
  writeFileSync(path.join(copy, 'tsconfig.containers.json'), JSON.stringify(project));
  const compiler = await runIn(copy, 'node_modules/.bin/tsc', '--project', 'tsconfig.containers.json');
  expect(compiler.stdout.split('\n').filter((line) => line.startsWith('containers/'))).toEqual([]);
  const biome = ['check', '--error-on-warnings', 'containers/jobs.ts', ...jobs];
  const { code, stdout, stderr } = await runIn(copy, 'node_modules/.bin/biome', ...biome);
  expect(code, stdout + stderr).toBe(0);
  for (const file of ['tests/template/jobs.test.ts', 'tests/template/structure.test.ts'])
    expect((await passedIn(file)).files).toEqual([file]);
});

test.skipIf(!hasCfnLint)('cfn-lint (where it is installed) finds nothing', async () => {
  const templates = ['template.yaml', ...made.map(({ name }) => `containers/${name}/template.yaml`)];
  const { code, stdout } = await runIn(copy, 'cfn-lint', ...templates);
  expect(stdout).toBe('');
  expect(code).toBe(0);
});

describe('what is in the way is said, and nothing is written', () => {
  const edited = () =>
    ['template.yaml', 'samconfig.toml', 'containers/jobs.ts'].map((file) =>
      readFileSync(path.join(copy, file), 'utf8'),
    );

  test.each([
    ['tested-job', 'There is a folder containers/tested-job already'],
    ['Report', 'lower-case letters, digits and hyphens, a letter first'],
    ['x'.repeat(44), 'at most 43 characters'],
    ['queue', 'template.yaml has "Queue" in Resources already'],
    ['class', 'is a word of TypeScript, Python or this command'],
  ])('new %s', async (name, reason) => {
    const files = edited();
    const { code, stderr } = await longhaul('new', name, '--language', 'ts', '--directory', copy);
    expect(stderr).toContain(reason);
    expect(code).toBe(1);
    expect(edited()).toEqual(files);
    if (name !== 'tested-job') expect(existsSync(path.join(copy, 'containers', name))).toBe(false);
  });

  test('where there is no application', async () => {
    const directory = await temporaryDirectory();
    const { code, stderr } = await longhaul('new', 'resize', '--language', 'ts', '--directory', directory);
    expect(stderr).toContain(`There is no template.yaml in ${directory}`);
    expect(code).toBe(1);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('where the template lacks what a job is given', async () => {
    const directory = await temporaryDirectory();
    writeFileSync(path.join(directory, 'template.yaml'), 'Resources:\n  Notes:\n    Type: AWS::S3::Bucket\n');
    const { code, stderr } = await longhaul('new', 'resize', '--language', 'ts', '--directory', directory);
    expect(stderr).toContain('template.yaml has no CpuArchitecture in Parameters');
    expect(stderr).toContain('no SharedByJobs in Resources');
    expect(code).toBe(1);
    expect(readdirSync(directory)).toEqual(['template.yaml']);
  });
});
