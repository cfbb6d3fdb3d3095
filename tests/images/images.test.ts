import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { jobFolder, LANGUAGES } from '../../longhaul/cli/new/job-folder.ts';
import { jobNames } from '../../longhaul/cli/new/job-name.ts';
import { until } from '../end-to-end/engine.ts';
import { lacking } from '../python/python.ts';
import { productionPackages } from '../template/build.ts';
import { root } from '../template/templates.ts';
import { environment, type Image, layOut } from './image.ts';

const temporary = mkdtempSync(path.join(tmpdir(), 'longhaul-images-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

/** The repository as somebody has it who made a job in each language: with files that are no part of any image. */
const context = path.join(temporary, 'context');
for (const name of [
  'package.json',
  'package-lock.json',
  '.npmrc',
  '.dockerignore',
  'longhaul',
  'containers',
  'README.md',
])
  cpSync(path.join(root, name), path.join(context, name), { recursive: true });
for (const language of LANGUAGES) {
  const files = jobFolder({ ...jobNames(`made-${language}`), language, backend: 'batch' });
  mkdirSync(path.join(context, `containers/made-${language}/__pycache__`), { recursive: true });
  for (const [name, text] of Object.entries({ ...files, '.env': 'SECRET=1', '__pycache__/main.pyc': '' }))
    writeFileSync(path.join(context, `containers/made-${language}`, name), text);
}
const packages = (await productionPackages()).map((name) => name.replace('node_modules/', ''));
const dockerfiles = globSync('containers/*/Dockerfile', { cwd: context }).sort();

/** `npm ci --omit=dev` and `pip install`, without the network: packages of this machine. */
function instead(command: string) {
  if (command.startsWith('pip install')) return () => {};
  if (!command.startsWith('npm ci --omit=dev')) return undefined;
  return (directory: string) => {
    for (const name of [...packages, '.bin/esbuild'].filter((name) => !name.includes('/node_modules/'))) {
      const link = path.join(directory, 'node_modules', name);
      mkdirSync(path.dirname(link), { recursive: true });
      symlinkSync(path.join(root, 'node_modules', name), link);
    }
  };
}

const images = new Map<string, Promise<Image>>();
function imageOf(dockerfile: string): Promise<Image> {
  const output = path.join(temporary, path.basename(path.dirname(dockerfile)));
  const made = images.get(dockerfile) ?? layOut({ context, dockerfile, output, instead });
  images.set(dockerfile, made);
  return made;
}

test('every job with an image of its own is here, and a new one in each language', () => {
  const names = dockerfiles.map((file) => path.basename(path.dirname(file)));
  expect(names).toEqual(expect.arrayContaining(['csv-report', 'train-model', 'made-ts', 'made-python', 'made-shell']));
});

describe.each(dockerfiles)('%s', (dockerfile) => {
  const job = path.basename(path.dirname(dockerfile));

  test('finds in the context what it copies, and takes neither secrets nor what Python leaves', async () => {
    const { directory, root: all } = await imageOf(dockerfile);
    expect(readdirSync(directory)).not.toEqual([]);
    const files = readdirSync(path.dirname(all), { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => /(^|\/)(\.env|__pycache__)(\/|$)/.test(file))).toEqual([]);
  });

  test('is not run by root, and hears signals itself', async () => {
    const { user, entrypoint } = await imageOf(dockerfile);
    expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(entrypoint.length).toBeGreaterThan(1);
    expect(['node', 'python3', '/bin/sh']).toContain(entrypoint[0]);
    expect(entrypoint).not.toContain('-c');
  });

  test('starts with what is in the image, and nothing beside it', async (self) => {
    const { directory, entrypoint } = await imageOf(dockerfile);
    const [program, ...args] = entrypoint as [string, ...string[]];
    const lack = program === 'python3' && lacking(job === 'train-model' ? ['boto3', 'numpy'] : ['boto3']);
    self.skip(Boolean(lack), `needs ${lack}`);
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd: directory,
      env: {
        PATH: environment.PATH,
        PYTHONDONTWRITEBYTECODE: '1',
        ...(program === '/bin/sh' ? given(job) : {}),
      },
      encoding: 'utf8',
    });
    const said = stdout + stderr;
    if (program === '/bin/sh') expect(said).toContain('The event is {"name":"you"}');
    else expect(said).toContain(`This is the Longhaul job "${job}". It was started by hand`);
    expect(status).toBe(program === '/bin/sh' ? 0 : 65);
  });
});

const bundled = dockerfiles.filter((file) => readFileSync(path.join(context, file), 'utf8').includes('esbuild'));

test.each(bundled)('%s: the image has the bundle and its source map, and nothing else', async (dockerfile) => {
  const { directory, entrypoint } = await imageOf(dockerfile);
  expect(entrypoint).toContain('--enable-source-maps');
  expect(readdirSync(directory).sort()).toEqual([entrypoint.at(-1)!, `${entrypoint.at(-1)}.map`]);
});

test('a new job in shell hears SIGTERM while a program of its own runs', async () => {
  const { directory, entrypoint } = await imageOf('containers/made-shell/Dockerfile');
  const script = path.join(directory, 'main.sh');
  writeFileSync(script, readFileSync(script, 'utf8').replace(/^ *printf .*/m, 'sleep 600 # a long program'));
  expect(readFileSync(script, 'utf8')).toContain('a long program');
  // A process group of its own, which ends like a container: with all that is in it.
  const env = { PATH: environment.PATH, ...given('made-shell') };
  const container = spawn(entrypoint[0]!, entrypoint.slice(1), { cwd: directory, env, detached: true });
  onTestFinished(() => void process.kill(-container.pid!, 'SIGKILL'));
  let said = '';
  container.stdout.on('data', (chunk) => {
    said += chunk;
  });
  await until(async () => said.includes('attempt 1 of 3'));
  container.kill('SIGTERM');
  const [code] = await once(container, 'exit');
  expect(code, said).toBe(75);
});

/** What the state machine gives a container, as far as a script reads it. */
const given = (job: string) => ({
  STP_JOB_NAME: job,
  STP_EXECUTION_ID: `${job}-1`,
  STP_CURRENT_ATTEMPT: '1',
  STP_MAXIMUM_ATTEMPTS: '3',
  STP_TRIGGER_EVENT_DATA: '{"name":"you"}',
});
