import {
  appendFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { app, temporaryDirectory } from '../end-to-end/engine.ts';
import { longhaul } from './in-process.ts';

/** The files of the app that the command looks at. */
async function copyOfApp(): Promise<string> {
  const directory = await temporaryDirectory();
  for (const name of ['template.yaml', 'samconfig.toml', 'package.json', 'containers', 'functions']) {
    cpSync(path.join(app, name), path.join(directory, name), { recursive: true });
  }
  return directory;
}

const contentOf = (directory: string): Record<string, string> =>
  Object.fromEntries(
    globSync('**/*', { cwd: directory })
      .filter((file) => statSync(path.join(directory, file)).isFile())
      .map((file) => [file, readFileSync(path.join(directory, file), 'utf8')]),
  );

const make = (directory: string, ...args: string[]) => longhaul('new', ...args, '--directory', directory);

describe('new JOB --undo', () => {
  test.each([
    ['ts', 'batch'],
    ['python', 'batch'],
    ['shell', 'ecs'],
  ])('leaves every file as it was before the job in %s on %s', async (language, backend) => {
    const directory = await copyOfApp();
    const before = contentOf(directory);
    await make(directory, 'resize', '--language', language, '--backend', backend, '--on', 's3:in/', '--on', 'sqs');
    await make(directory, 'trigger', 's3://my-bucket/', '--job', 'resize');
    expect(contentOf(directory)).not.toEqual(before);
    // What Python leaves behind is not a change.
    mkdirSync(path.join(directory, 'containers/resize/__pycache__'));
    writeFileSync(path.join(directory, 'containers/resize/__pycache__/main.pyc'), '');
    const { code, stdout, stderr } = await make(directory, 'resize', '--undo');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(contentOf(directory)).toEqual(before);
    expect(existsSync(path.join(directory, 'containers/resize'))).toBe(false);
    expect(stdout).toContain('the triggers ResizeUploads, ResizeQueue, ResizeUploads2');
  });

  test('says what to drain, and in which order to deploy', async () => {
    const directory = await copyOfApp();
    await make(directory, 'resize', '--language', 'ts', '--on', 'sqs');
    const { stdout } = await make(directory, 'resize', '--undo');
    const steps = stdout.split('\n').filter((line) => /^ +\d\. /.test(line));
    expect(steps).toEqual([
      expect.stringContaining('1. ResizeQueue: Stop what sends to its queue, and wait until the queue is empty.'),
      expect.stringContaining('2. Retry the dead letters: longhaul dead-letters retry --all --stack STACK.'),
      expect.stringContaining('3. Remove the triggers alone, and deploy that: longhaul new trigger ResizeQueue --undo'),
      expect.stringContaining(
        '4. Wait until none of its executions runs: longhaul list --job resize --status running --stack STACK',
      ),
      expect.stringContaining('5. Remove the job, and deploy that: longhaul new resize --undo'),
    ]);
  });

  test('removes changed files with --force only, and names them', async () => {
    const directory = await copyOfApp();
    const before = contentOf(directory);
    await make(directory, 'resize', '--language', 'ts');
    appendFileSync(path.join(directory, 'containers/resize/work.ts'), '// mine\n');
    writeFileSync(path.join(directory, 'containers/resize/notes.md'), 'mine\n');
    const made = contentOf(directory);
    const { code, stderr } = await make(directory, 'resize', '--undo');
    expect(code).toBe(1);
    expect(stderr).toContain('These files of containers/resize are yours, or were changed: notes.md, work.ts.');
    expect(contentOf(directory)).toEqual(made);
    expect((await make(directory, 'resize', '--undo', '--force')).code).toBe(0);
    expect(contentOf(directory)).toEqual(before);
  });

  test.each([
    ['hello-world', /still names what is to be removed.*\n {2}line \d+: Queue/],
    ['csv-report', /These files import from containers\/csv-report: .*containers\/hello-world\/job\.ts/],
    ['resize', /has no job "resize"\. Its jobs are hello-world, /],
  ])('of %s is refused, and nothing is removed', async (job, reason) => {
    const directory = await copyOfApp();
    const before = contentOf(directory);
    const { code, stderr } = await make(directory, job, '--undo', '--force');
    expect(stderr).toMatch(reason);
    expect(code).toBe(1);
    expect(contentOf(directory)).toEqual(before);
  });
});

describe('new trigger', () => {
  test('gives a job of S3 the right to read the bucket, and --undo leaves it for executions that run', async () => {
    const directory = await copyOfApp();
    await make(directory, 'resize', '--language', 'ts');
    const before = contentOf(directory);
    const added = await make(directory, 'trigger', 's3://my-bucket/in/', '--job', 'resize');
    expect(added.stdout).toContain('put-bucket-notification-configuration --bucket my-bucket');
    expect(contentOf(directory)['containers/resize/template.yaml']).toContain(':s3:::my-bucket/*');
    const { code, stdout } = await make(directory, 'trigger', 'ResizeUploads', '--undo');
    expect(code).toBe(0);
    expect(stdout).toContain('the right to that stays in containers/resize/template.yaml');
    const after = contentOf(directory);
    expect(after['template.yaml']).toBe(before['template.yaml']);
    expect(after['containers/resize/template.yaml']).toContain(':s3:::my-bucket/*');
  });

  test('prints the right where the job has no role to which it can be added', async () => {
    const directory = await copyOfApp();
    const { code, stdout } = await make(directory, 'trigger', 's3', '--job', 'hello-world');
    expect(code).toBe(0);
    expect(stdout).toContain('The job cannot read the bucket yet.');
    expect(stdout).toMatch(/^ {2}Action: \[s3:GetObject, s3:GetObjectVersion, s3:ListBucket\]$/m);
  });

  test('--json names the block, and what the user has to know', async () => {
    const directory = await copyOfApp();
    const { stdout } = await make(directory, 'trigger', 'kinesis', '--job', 'train-model', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      trigger: 'TrainModelStream',
      job: 'train-model',
      edited: ['template.yaml'],
      notes: [expect.stringContaining('costs money by the hour')],
    });
  });

  test.each([
    [['sqs'], 2, '--job JOB'],
    [[], 2, 'Name a source'],
    [['--language', 'ts'], 2, 'No job can be called "trigger"'],
    [
      ['sqs', '--job', 'resize'],
      1,
      'template.yaml has no job "resize". Its jobs are hello-world, csv-report, train-model',
    ],
    [['ftp', '--job', 'csv-report'], 2, 'There is no source "ftp". Sources are s3, sqs,'],
    [['Queue', '--undo'], 1, 'still names what is to be removed'],
    [['Orders', '--undo'], 1, 'template.yaml has no trigger "Orders". Its triggers are Uploaded, Queue,'],
  ])('%j is refused', async (args, status, reason) => {
    const directory = await copyOfApp();
    const before = contentOf(directory);
    const { code, stderr } = await make(directory, 'trigger', ...args);
    expect(stderr).toContain(reason);
    expect(code).toBe(status);
    expect(contentOf(directory)).toEqual(before);
  });
});
