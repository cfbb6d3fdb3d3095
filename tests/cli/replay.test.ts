import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { localS3 } from '../../longhaul/cli/replay/local-s3.ts';
import { app, artifact, engineOf, temporaryDirectory, until } from '../end-to-end/engine.ts';
import { longhaul } from './in-process.ts';
import { tool } from './tool.ts';

let engine: Engine;
let data: string;
beforeAll(async () => {
  data = await temporaryDirectory(afterAll);
  engine = await engineOf(app, { dataDirectory: data, bytesPerSecond: 100_000 });
});
afterAll(() => engine.close());

const arnOf = (id: string) => `${engine.outputs.StateMachineArn?.replace(':stateMachine:', ':execution:')}:${id}`;
const statusOf = async (id: string) =>
  (await new SFNClient(engine.aws).send(new DescribeExecutionCommand({ executionArn: arnOf(id) }))).status;

/** Every artifact of an execution with its ETag: what a replay must not change. */
async function artifacts(id: string): Promise<Record<string, string>> {
  const { Contents = [] } = await new S3Client(engine.aws).send(
    new ListObjectsV2Command({ Bucket: engine.outputs.ArtifactsBucketName, Prefix: `executions/${id}/` }),
  );
  return Object.fromEntries(
    Contents.map(({ Key, ETag, LastModified }) => [Key!, `${ETag} ${LastModified?.toISOString()}`]),
  );
}

async function startReport(key: string, body: string): Promise<string> {
  const Bucket = engine.outputs.UploadsBucketName!;
  await new S3Client(engine.aws).send(new PutObjectCommand({ Bucket, Key: key, Body: body }));
  const answer = await fetch(`${engine.apiUrl}/jobs/csv-report`, {
    method: 'POST',
    body: JSON.stringify({ bucket: Bucket, key }),
  });
  return ((await answer.json()) as { id: string }).id;
}

const ended = (id: string) =>
  until(async () => {
    const status = await statusOf(id);
    return status !== 'RUNNING' && status;
  });

let done: string;
beforeAll(async () => {
  done = await startReport('orders, 2026.csv', 'id,total\n1,2.5\n2,7\n');
  await ended(done);
});

test('a job that is replayed does its work again: same result, and the execution stays as it is', async () => {
  const before = await artifacts(done);
  const { code, stdout, stderr } = await tool(['replay', done, '--data', data]);
  expect(stderr).toBe('');
  expect(stdout).toContain(`Replaying ${done} (succeeded), attempt 1 of 3, from the beginning`);
  expect(stdout).toContain('"message":"Job started"');
  expect(stdout).toContain('The job ended with 0: done.');
  expect(code).toBe(0);
  expect(await artifacts(done)).toEqual(before);

  const left = path.join(data, 'replays', done);
  expect(existsSync(path.join(left, 'report.html'))).toBe(true);
  const execution = (await (await fetch(`${engine.apiUrl}/executions/${done}`)).json()) as { result: unknown };
  expect(JSON.parse(readFileSync(path.join(left, 'result.json'), 'utf8'))).toEqual(execution.result);
});

test('--output takes nothing away from a directory with something in it', async () => {
  const directory = await temporaryDirectory();
  const mine = path.join(directory, 'mine.txt');
  writeFileSync(mine, 'years of work');
  const refused = await longhaul('replay', done, '--output', directory, '--data', data);
  expect(refused.stderr).toContain(`${directory} is not empty`);
  expect(refused.stdout).not.toContain('Job started');
  expect(refused.code).not.toBe(0);
  expect(readFileSync(mine, 'utf8')).toBe('years of work');
});

test('it goes on from the checkpoint of an execution that was stopped, or begins anew', async () => {
  const rows = Array.from({ length: 20_000 }, (_, row) => `${row},row number ${row}`);
  const id = await startReport('rows.csv', ['id,text', ...rows].join('\n'));
  const checkpoint = `executions/${id}/checkpoint/state.json`;
  await until(async () => ((await artifact<{ done: number }>(engine, id, 'progress.json'))?.done ?? 0) > 0);
  // Nothing is left to go on with: it is stopped before it has done all its work, however late that is.
  for (const kind of ['spot', 'on-demand'] as const) engine.fleet.capacity.set(kind, 'unavailable');
  await engine.interrupt(id);
  await until(
    async () =>
      ((await (await fetch(`${engine.apiUrl}/executions/${id}`)).json()) as { interruptions: number }).interruptions,
  );
  const stop = await longhaul('stop', id, '--data', data);
  expect(stop.code, stop.stderr).toBe(0);
  for (const kind of ['spot', 'on-demand'] as const) engine.fleet.capacity.set(kind, 'available');

  const before = await artifacts(id);
  expect(Object.keys(before)).toContain(checkpoint);
  const goesOn = await tool(['replay', id, '--data', data]);
  expect(goesOn.stdout).toContain(`Replaying ${id} (stopped)`);
  expect(goesOn.stdout).toContain('from its checkpoint');
  expect(goesOn.stdout).toContain('"message":"Job continues from its checkpoint"');
  expect(goesOn.code).toBe(0);

  const directory = path.join(await temporaryDirectory(), 'replayed');
  const fresh = await tool(['replay', id, '--attempt', 'fresh', '--output', directory, '--json', '--data', data]);
  expect(fresh.stderr).toContain('"message":"Job started"');
  expect(fresh.code).toBe(0);
  expect(JSON.parse(fresh.stdout)).toMatchObject({ id, job: 'csv-report', exitCode: 0, outcome: 'done', directory });
  expect(existsSync(path.join(directory, 'report.html'))).toBe(true);
  const result = JSON.parse(readFileSync(path.join(directory, 'result.json'), 'utf8'));
  expect(result.rows).toBe(20_000);
  expect(await artifacts(id)).toEqual(before);

  // What continues it has its checkpoint from then on; here it has a day to begin.
  const machine = new SFNClient(engine.aws);
  const startAt = new Date(Date.now() + 86_400_000).toISOString();
  await machine.send(
    new StartExecutionCommand({
      stateMachineArn: engine.outputs.StateMachineArn,
      name: `${id}-r1`,
      input: JSON.stringify({ job: 'csv-report', resumes: id, startAt }),
    }),
  );
  const refused = await longhaul('replay', id, '--data', data);
  expect(refused.stderr).toMatch(/went on with csv-report-\w+-r1\. Replay that one, or this one with --attempt fresh/);
  expect(refused.code).toBe(1);
  await machine.send(new StopExecutionCommand({ executionArn: arnOf(`${id}-r1`) }));
});

test('the exit code is that of the job', async () => {
  const answer = await fetch(`${engine.apiUrl}/jobs/csv-report`, {
    method: 'POST',
    body: JSON.stringify({ bucket: engine.outputs.UploadsBucketName, key: 'not there.csv' }),
  });
  const { id } = (await answer.json()) as { id: string };
  expect(await ended(id)).toBe('FAILED');
  const { code, stdout } = await tool(['replay', id, '--data', data]);
  expect(stdout).toContain('The job ended with 65: it can never work.');
  expect(code).toBe(65);
});

test('--inspect-brk stops the job, and nothing else, before its first line until a debugger goes on', async () => {
  const child = spawn(
    process.execPath,
    [path.join(app, 'longhaul/cli/main.ts'), 'replay', done, '--inspect-brk', '127.0.0.1:0', '--data', data],
    { cwd: app, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const code = new Promise((resolve) => child.on('close', resolve));
  const url = await until(async () => /Debugger listening on (ws:\S+)/.exec(output)?.[1]);
  expect(output.match(/Debugger listening/g)).toHaveLength(1);

  const debug = new WebSocket(url);
  await new Promise((resolve) => debug.addEventListener('open', resolve));
  const paused = new Promise<string>((resolve) => {
    debug.addEventListener('message', ({ data }) => {
      const { method, params } = JSON.parse(String(data));
      if (method === 'Debugger.paused') resolve(params.reason);
    });
  });
  for (const [index, method] of ['Runtime.enable', 'Debugger.enable', 'Runtime.runIfWaitingForDebugger'].entries()) {
    debug.send(JSON.stringify({ id: index + 1, method }));
  }
  expect(await paused).toBe('Break on start');
  expect(output).not.toContain('Job started');
  debug.send(JSON.stringify({ id: 9, method: 'Debugger.resume' }));
  debug.close();
  expect(await code).toBe(0);
  expect(output).toContain('Job started');
});

test('a job that Node.js does not run has no such debugger, and says so', async () => {
  const answer = await fetch(`${engine.apiUrl}/jobs/hello-world`, { method: 'POST', body: '{}' });
  const { id } = (await answer.json()) as { id: string };
  await ended(id);
  const { code, stderr } = await longhaul('replay', id, '--inspect', '--data', data);
  expect(stderr).toContain('--inspect is for jobs that Node.js runs');
  expect(code).toBe(1);
});

test('an execution or an application that is not there is refused by name', async () => {
  const unknown = await longhaul('replay', 'csv-report-none', '--data', data);
  expect(unknown.stderr).toContain("There is no execution 'csv-report-none'");
  expect(unknown.code).toBe(1);
  const elsewhere = await longhaul(
    'replay',
    done,
    '--data',
    data,
    '--template',
    'tests/end-to-end/project/template.yaml',
  );
  expect(elsewhere.stderr).toContain("has no job 'csv-report'; it has");
  expect(elsewhere.code).toBe(1);
});

test('what a replayed job reads elsewhere is the real thing, and what it writes there is refused', async () => {
  const other = engine.outputs.UploadsBucketName!;
  const real = new S3Client(engine.aws);
  const Key = 'räder/a b+c.csv';
  const compressed = gzipSync('id,total\n1,2.5\n');
  await real.send(new PutObjectCommand({ Bucket: other, Key, Body: compressed, ContentEncoding: 'gzip' }));
  const s3 = await localS3({
    bucket: engine.outputs.ArtifactsBucketName!,
    prefix: `executions/${done}/`,
    origin: engine.aws,
    directory: await temporaryDirectory(),
    wanted: () => true,
  });
  onTestFinished(() => s3.close());
  expect(s3.copied).toContain('report.html');

  const job = new S3Client({ ...engine.aws, endpoint: s3.url });
  const whole = await job.send(new GetObjectCommand({ Bucket: other, Key }));
  expect(Buffer.from(await whole.Body!.transformToByteArray())).toEqual(compressed);
  const part = await job.send(new GetObjectCommand({ Bucket: other, Key, Range: 'bytes=0-3' }));
  expect(Buffer.from(await part.Body!.transformToByteArray())).toEqual(compressed.subarray(0, 4));
  const { Contents = [] } = await job.send(new ListObjectsV2Command({ Bucket: other, Prefix: 'räder/' }));
  expect(Contents.map((object) => object.Key)).toEqual([Key]);
  const missing = job.send(new GetObjectCommand({ Bucket: other, Key: 'none' }));
  await expect(missing).rejects.toMatchObject({ name: 'NoSuchKey' });
  // The event of a job that comes after another may be the other's result: in the same bucket, not among its own artifacts.
  const result = { Bucket: engine.outputs.ArtifactsBucketName!, Key: 'executions/another-one/result.json' };
  await real.send(new PutObjectCommand({ ...result, Body: '{}' }));
  expect(await (await job.send(new GetObjectCommand(result))).Body?.transformToString()).toBe('{}');
  const change = job.send(new PutObjectCommand({ ...result, Body: 'mine' }));
  await expect(change).rejects.toMatchObject({ name: 'AccessDenied' });
  const write = job.send(new PutObjectCommand({ Bucket: other, Key: 'mine', Body: 'mine' }));
  await expect(write).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect(real.send(new GetObjectCommand({ Bucket: other, Key: 'mine' }))).rejects.toMatchObject({
    name: 'NoSuchKey',
  });
});
