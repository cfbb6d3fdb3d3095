import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { app, engineOf, temporaryDirectory, until } from '../end-to-end/engine.ts';
import { jobLog } from '../end-to-end/executions.ts';
import { lacking } from '../python/python.ts';
import { type Outcome, tool } from './tool.ts';

interface Made {
  name: string;
  language: string;
  backend: string;
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
    result: { greeting: 'Hello, you!', times: 5 },
    log: 'Hello, you!',
  },
  {
    name: 'tested-model',
    language: 'python',
    backend: 'batch',
    result: { greeting: 'Hello, you!', times: 5 },
    log: 'Hello, you!',
    needs: lacking(['boto3']),
  },
  {
    name: 'a-script-with-a-name-of-forty-three-letters',
    language: 'shell',
    backend: 'ecs',
    result: undefined,
    log: 'Hello! The event is {"name":"you"}',
  },
];

/** A copy of this repository, in which jobs are made. */
let copy: string;
let engine: Engine;
const said: Record<string, Outcome> = {};

beforeAll(async () => {
  copy = await copyOfRepository();
  for (const { name, language, backend } of made) {
    said[name] = await tool(['new', name, '--language', language, '--backend', backend], {
      directory: copy,
      cleanUp: afterAll,
    });
  }
  for (const { name } of made) {
    const template = path.join(copy, 'containers', name, 'template.yaml');
    const schedule = /( {2}Schedule:\n {4}Type: String\n {4}Default: )""/;
    writeFileSync(template, readFileSync(template, 'utf8').replace(schedule, '$1rate(30 days)'));
  }
  engine = await engineOf(copy, { dataDirectory: await temporaryDirectory(afterAll) });
});
afterAll(() => engine?.close());

async function copyOfRepository(): Promise<string> {
  const directory = await temporaryDirectory(afterAll);
  const left = ['node_modules', '.git', '.aws-sam', 'dist'].map((name) => path.join(app, name));
  cpSync(app, directory, { recursive: true, filter: (file) => !left.includes(file) });
  symlinkSync(path.join(app, 'node_modules'), path.join(directory, 'node_modules'));
  return directory;
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

describe.each(made)('new $name --language $language --backend $backend', ({ name, log, result, needs }) => {
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

  test.skipIf(needs)('runs at the times of its schedule', async () => {
    const logicalId = name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
    engine.fire(`${logicalId}/Due`);
    const execution = await until(async () => {
      const { executions } = (await (await fetch(`${engine.apiUrl}/executions?job=${name}`)).json()) as {
        executions: { id: string }[];
      };
      const all = await Promise.all(
        executions.map(async ({ id }) => (await fetch(`${engine.apiUrl}/executions/${id}`)).json()),
      );
      return (all as { status: string; source: string }[]).find(
        ({ status, source }) => source === 'schedule' && status !== 'RUNNING',
      );
    });
    expect(execution).toMatchObject({ status: 'SUCCEEDED', ...(result === undefined ? {} : { result }) });
  });

  test('checks its input at the door', async () => {
    const answer = await fetch(`${engine.apiUrl}/jobs/${name}`, { method: 'POST', body: '{"nome":"you"}' });
    expect(answer.status).toBe(422);
  });

  test.skipIf(needs)('passes its own test', async () => {
    const { code, stdout, stderr } = await runIn(copy, 'node_modules/.bin/vitest', 'run', `containers/${name}`);
    expect(code, stdout + stderr).toBe(0);
    expect(stdout + stderr).toMatch(/[1-9] passed/);
  });
});

test('the application is still one that compiles, is formatted, and whose jobs are known everywhere', async () => {
  const jobs = made.map(({ name }) => `containers/${name}`);
  const compiler = await runIn(copy, 'node_modules/.bin/tsc');
  expect(compiler.stdout.split('\n').filter((line) => line.startsWith('containers/'))).toEqual([]);
  for (const [program, ...args] of [
    ['node_modules/.bin/biome', 'check', '--error-on-warnings', 'containers/jobs.ts', ...jobs],
    ['node_modules/.bin/vitest', 'run', 'tests/template/jobs.test.ts'],
  ]) {
    const { code, stdout, stderr } = await runIn(copy, program!, ...args);
    expect(code, stdout + stderr).toBe(0);
  }
});

const linter = spawnSync('cfn-lint', ['--version']).status === 0;
test.skipIf(!linter)('cfn-lint (where it is installed) finds nothing', async () => {
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
    ['class', 'is a word of TypeScript or Python'],
  ])('new %s', async (name, reason) => {
    const files = edited();
    const { code, stderr } = await tool(['new', name, '--language', 'ts'], { directory: copy });
    expect(stderr).toContain(reason);
    expect(code).toBe(1);
    expect(edited()).toEqual(files);
    if (name !== 'tested-job') expect(existsSync(path.join(copy, 'containers', name))).toBe(false);
  });

  test('where there is no application', async () => {
    const directory = await temporaryDirectory();
    const { code, stderr } = await tool(['new', 'resize', '--language', 'ts', '--directory', directory]);
    expect(stderr).toContain(`There is no template.yaml in ${directory}`);
    expect(code).toBe(1);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('where the template lacks what a job is given', async () => {
    const directory = await temporaryDirectory();
    writeFileSync(path.join(directory, 'template.yaml'), 'Resources:\n  Notes:\n    Type: AWS::S3::Bucket\n');
    const { code, stderr } = await tool(['new', 'resize', '--language', 'ts', '--directory', directory]);
    expect(stderr).toContain('template.yaml has no CpuArchitecture in Parameters');
    expect(stderr).toContain('no Compute in Resources');
    expect(code).toBe(1);
    expect(readdirSync(directory)).toEqual(['template.yaml']);
  });
});
