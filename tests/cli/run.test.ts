import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { longhaul as runProgram } from '../../longhaul/cli/commands.ts';
import { DATA_DIRECTORY } from '../../longhaul/engine/data-directory.ts';
import { app, engineOf, temporaryDirectory } from '../end-to-end/engine.ts';
import { run } from '../end-to-end/process.ts';
import { captured, longhaul } from './in-process.ts';
import { type Outcome, tool } from './tool.ts';

let engine: Engine;
let data: string;
beforeAll(async () => {
  data = await temporaryDirectory(afterAll);
  engine = await engineOf(app, { dataDirectory: data });
});
afterAll(() => engine.close());

const cli = (...args: string[]) => longhaul(...args, '--data', data);
/** What a command that works prints with --json. */
async function json(...args: string[]) {
  const { code, stdout, stderr } = await cli(...args, '--json');
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

/** The files of an engine's data by which commands find it. */
async function announce(directory: string, url: string): Promise<void> {
  const aws = { endpoint: url, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  await mkdir(directory, { recursive: true });
  await writeFile(path.join(directory, 'engine.json'), JSON.stringify({ url, apiUrl: url, aws }));
  await writeFile(path.join(directory, 'outputs.json'), JSON.stringify(engine.outputs));
}

test('jobs lists what can be run, what it runs on and what it takes', async () => {
  const { stdout } = await cli('jobs');
  expect(stdout).toMatch(/^csv-report +Batch, Spot +3 +1 h +.*\{ bucket, key, versionId\? \}$/m);
  expect(stdout).toMatch(/^hello-world +ECS, Spot +3 .* any JSON$/m);
  const jobs = await json('jobs');
  expect(jobs).toContainEqual(expect.objectContaining({ name: 'hello-world', backend: 'ecs', input: true }));
});

test('run takes its input in place, from a file and from standard input, and the job gets it as it was', async () => {
  const file = path.join(await temporaryDirectory(), 'input.json');
  await writeFile(file, '{ "from": "file" }');
  const run = ['run', 'hello-world', '--follow', '--data', data];
  const runs: [Outcome, string][] = [
    [await longhaul(...run, '--input', '{"from":"here"}'), '{"from":"here"}'],
    [await longhaul(...run, '-i', file), '{ "from": "file" }'],
    [await tool([...run, '-i', '-'], { input: '{"from": "pipe"}\n' }), '{"from": "pipe"}'],
    [await longhaul(...run), '{}'],
  ];
  for (const [{ code, stdout }, seen] of runs) {
    expect(stdout).toContain(`event: ${seen}`);
    expect(stdout).toMatch(/succeeded after .*, attempt 1 of 3/);
    expect(code).toBe(0);
  }
});

test('run refuses what cannot be right, says why and what there is, and starts nothing', async () => {
  const before = await json('list', '--all');
  const refusals: [string[], number, RegExp][] = [
    [['run', 'helo-world'], 1, /no job 'helo-world' here. Did you mean hello-world\? There is: .*csv-report/],
    [['run', 'csv-report', '-i', '{"bucket":7}'], 2, /csv-report does not take this input:\n {2}bucket: .*\n {2}key: /],
    [['run', 'hello-world', '-i', '{"half'], 2, /--input is no JSON/],
    [['run', 'hello-world', '-i', 'no-such-file.json'], 2, /neither JSON nor a file that is there: no-such-file.json/],
    [['run', 'hello-world', '--delay', 'soon'], 2, /--delay is a time such as/],
    [
      ['run', 'hello-world', '--start-at', 'noon'],
      2,
      /--start-at is a time such as 2026-12-24T08:00:00Z; it is 'noon'/,
    ],
    [['run', 'hello-world', '--tag', 'nothing'], 2, /name=value/],
    [['run'], 2, /missing required argument 'job'/],
    [['rnu', 'hello-world'], 2, /unknown command 'rnu'/],
    [['show', 'nothing-like-it'], 1, /no execution 'nothing-like-it'/],
  ];
  for (const [args, code, said] of refusals) {
    const outcome = await cli(...args);
    expect(outcome.stderr).toMatch(said);
    expect(outcome.stderr).not.toContain('    at ');
    expect(outcome.code).toBe(code);
  }
  expect(await json('list', '--all')).toEqual(before);
});

test('a second run with the same key starts nothing, and says so', async () => {
  const first = await json('run', 'hello-world', '--key', 'order-1');
  expect(first).toEqual({ id: expect.stringMatching(/^hello-world-[0-9a-f]{32}$/), job: 'hello-world', started: true });
  expect(await json('run', 'hello-world', '--key', 'order-1')).toEqual({ ...first, started: false });
  expect((await cli('run', 'hello-world', '--key', 'order-1')).stdout).toContain(`started before: ${first.id}`);
});

test('a run that starts later waits until then, and show says so, with its tags', async () => {
  const { id } = await json('run', 'hello-world', '--delay', '1d', '--tag', 'team=sales', '--tag', 'cost=7');
  const { stdout } = await cli('show', id);
  expect(stdout).toMatch(/^running for /m);
  expect(stdout).toMatch(/^waits for +\S/m);
  expect(stdout).toContain('team=sales, cost=7');
  expect((await cli('stop', id)).stdout).toContain('No container was running.');
  expect((await cli('show', id)).stdout).toMatch(/^stopped after /m);
});

test('list shows the newest first, of a job and in a state, as many as wanted; ids may be shortened when one is meant', async () => {
  const ids: string[] = [];
  for (const key of ['list-1', 'list-2']) {
    const { id } = await json('run', 'hello-world', '--key', key, '--follow');
    ids.push(id);
  }
  const listed = await json('list', '--status', 'succeeded', '--limit', '2');
  expect(listed.map(({ id }: { id: string }) => id)).toEqual(ids.toReversed());
  expect(await json('list', '--job', 'csv-report')).toEqual([]);
  expect((await cli('list', '--job', 'csv-report')).stdout).toBe('No executions of csv-report.\n');
  const { stdout } = await cli('list');
  for (const id of ids) expect(stdout).toMatch(new RegExp(`^${id} +hello-world +succeeded +20`, 'm'));

  const [id] = ids;
  expect((await json('show', id!.slice(0, 24))).id).toBe(id);
  expect((await json('show', id!.slice('hello-world-'.length).slice(0, 12))).id).toBe(id);
  const ambiguous = await cli('show', 'hello-world-');
  expect(ambiguous.stderr).toMatch(
    /'hello-world-' may be any of \d+ executions; type more of the one you mean:\n {2}hello-world-/,
  );
  expect(ambiguous.code).toBe(2);
});

test.each([80, 200])('tables and descriptions fit a terminal of %i columns', async (columns) => {
  const { id } = await json('run', 'hello-world', '--key', 'to be listed', '--follow');
  const shown = async (...args: string[]) => {
    const { code, stdout } = await captured(() => runProgram(args), columns);
    expect(code).toBe(0);
    // But for an address, which is to be copied.
    for (const line of stdout.split('\n')) if (!line.includes('://')) expect(line.length).toBeLessThanOrEqual(columns);
    return stdout;
  };
  const list = await shown('list', '--data', data);
  expect(list).toMatch(/^execution +status +started +took$/m);
  expect(list).toMatch(/^hello-world-[0-9a-f]{8} +succeeded +\d+ \w+ ago/m);
  expect(await shown('jobs', '--data', data)).toMatch(/\{\s+bucket,\s+key,\s+versionId\?\s+\}/);
  await shown('show', id, '--data', data);
  await shown('help');
});

test('every command explains itself with examples, and help lists them in groups', async () => {
  const { stdout: help } = await longhaul('help');
  for (const group of ['Jobs:', 'Executions:', 'The engine on this machine:']) expect(help).toContain(group);
  const names = [...help.matchAll(/^ {2}([a-z][a-z-]+)(?: |$)/gm)]
    .map(([, name]) => name!)
    .filter((name) => name !== 'help');
  const steering = ['run', 'jobs', 'list', 'show', 'logs', 'stop', 'resume', 'completion'];
  expect(names).toEqual(expect.arrayContaining(steering));
  for (const name of names) {
    const { code, stdout } = await longhaul(name, '--help');
    expect(code).toBe(0);
    expect(stdout, name).toMatch(/^Examples:\n {2}/m);
    if (!steering.includes(name)) continue;
    for (const line of stdout.split('\n')) expect(line.length, `${name}: ${line}`).toBeLessThanOrEqual(80);
  }
});

test('shells complete commands, options, jobs and the ids of executions', async () => {
  const { id } = await json('run', 'hello-world', '--follow');
  const complete = async (...words: string[]) => {
    // However busy this machine is, the engine answers before a person would have lost patience.
    const { stdout } = await captured(() => runProgram(['complete', '--', ...words], { data, patience: 2 ** 31 - 1 }));
    return stdout.split('\n').map((line) => line.split('\t')[0]);
  };
  expect(await complete('')).toEqual(expect.arrayContaining(['run', 'list', 'logs']));
  expect(await complete('logs', '--f')).toContain('--follow');
  expect(await complete('run', '')).toEqual(expect.arrayContaining(['hello-world', 'csv-report']));
  expect(await complete('show', 'hello')).toContain(id.slice(0, 'hello-world-'.length + 8));
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await longhaul('completion', shell);
    expect(code).toBe(0);
    expect(stdout).toContain('longhaul complete -- ');
  }
});

test('an engine that does not answer keeps no shell waiting for what it completes', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void silent.close());
  await once(silent, 'listening');
  const project = await temporaryDirectory();
  await announce(path.join(project, DATA_DIRECTORY), `http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
  const { ended, output } = run(
    project,
    process.execPath,
    path.join(app, 'longhaul/cli/main.ts'),
    'complete',
    '--',
    'ru',
  );
  expect(await ended).toBe(0);
  expect(output()).toMatch(/^run\t/);
});

test('without an engine, a command says how to get one; with one that was killed, that it does not answer', async () => {
  const elsewhere = await temporaryDirectory();
  const nothing = await longhaul('list', '--data', elsewhere);
  expect(nothing.stderr).toMatch(/No engine runs with its data in .*'longhaul start'.*--data.*--stack/);
  const throughNpx = await tool(['list', '--data', '/nowhere'], { environment: { npm_command: 'exec' } });
  expect(throughNpx.stderr).toContain("Start it with 'npx longhaul start'");
  expect(nothing.code).toBe(1);
  await announce(elsewhere, 'http://127.0.0.1:9');
  const killed = await longhaul('list', '--data', elsewhere);
  expect(killed.stderr).toMatch(/The engine does not answer. Start it with 'longhaul start'/);
  expect(killed.code).toBe(1);
});
