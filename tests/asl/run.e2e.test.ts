import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const program = fileURLToPath(new URL('../../longhaul/asl/run.ts', import.meta.url));
let folder: string;
const files: Record<string, string> = {
  'greet.yaml': `
QueryLanguage: JSONata
StartAt: Greet
States:
  Greet: { Type: Pass, Output: "{% {'hello': $states.input.name} %}", End: true }
`,
  'echo.json': '{"QueryLanguage":"JSONata","StartAt":"Done","States":{"Done":{"Type":"Succeed"}}}',
  'work.yaml': `
QueryLanguage: JSONata
StartAt: Work
States:
  Work:
    Type: Task
    Resource: arn:aws:states:::batch:submitJob.sync
    Retry: [{ ErrorEquals: [Busy], IntervalSeconds: 3600, MaxAttempts: 5 }]
    Next: Again
  Again: { Type: Task, Resource: "arn:aws:states:::sqs:sendMessage", Output: "{% [$states.input, $states.result] %}", End: true }
`,
  'fail.yaml':
    'QueryLanguage: JSONata\nStartAt: No\nStates: { No: { Type: Fail, Error: Job.Failed, Cause: "it rains" } }',
  'late.yaml':
    'QueryLanguage: JSONata\nTimeoutSeconds: 5\nStartAt: W\nStates: { W: { Type: Wait, Seconds: 9, End: true } }',
  'wrong.yaml': 'QueryLanguage: JSONata\nStartAt: A\nStates: { A: { Type: Pass, Next: B } }',
  'input.json': '{"name":"file"}',
  'mocks.json': JSON.stringify({
    Work: [{ throw: { error: 'Busy', cause: 'full' } }, { throw: { error: 'Busy' } }, { return: { done: 1 } }],
    Again: [{ return: 'sent' }],
  }),
  'no-mocks.json': '{"Work":[{"answer":1}]}',
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longhaul-asl-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
});
afterAll(() => rm(folder, { recursive: true }));

function start(args: string[], input = ''): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: folder });
    const [stdout, stderr]: [string[], string[]] = [[], []];
    child.stdout.on('data', (chunk) => stdout.push(String(chunk)));
    child.stderr.on('data', (chunk) => stderr.push(String(chunk)));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout: stdout.join(''), stderr: stderr.join('') }));
    child.stdin.end(input);
  });
}
const json = (text: string): unknown => JSON.parse(text);

test('prints the output as JSON; the input is JSON, a file, standard input or {}', async () => {
  const runs = await Promise.all([
    start(['greet.yaml', '{"name":"text"}']),
    start(['greet.yaml', 'input.json']),
    start(['greet.yaml', '-'], '{"name":"stdin"}'),
    start(['echo.json']),
  ]);
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  expect(runs.map(({ stdout }) => json(stdout))).toEqual([
    { hello: 'text' },
    { hello: 'file' },
    { hello: 'stdin' },
    {},
  ]);
  expect(runs.map(({ stderr }) => stderr)).toEqual(['', '', '', '']);
});

test('prints error and cause as JSON, and in words on standard error; the exit code is 1', async () => {
  const { code, stdout, stderr } = await start(['fail.yaml']);
  expect(code).toBe(1);
  expect(json(stdout)).toEqual({ error: 'Job.Failed', cause: 'it rains' });
  expect(stderr).toBe('The execution ended as FAILED: Job.Failed: it rains\n');
});

test('tasks answer from the file of --mocks in order; --fast takes no time', async () => {
  const { code, stdout } = await start(['work.yaml', '--mocks', 'mocks.json', '--fast']);
  expect(json(stdout)).toEqual([{ done: 1 }, 'sent']);
  expect(code).toBe(0);
});

test('a task without a mock names its state and the option', async () => {
  const { code, stdout } = await start(['work.yaml']);
  expect(json(stdout)).toEqual({
    error: 'States.Runtime',
    cause: expect.stringMatching(/Task state 'Work' has no result.*--mocks/),
  });
  expect(code).toBe(1);
});

test('--history prints the events', async () => {
  const { stdout, stderr } = await start(['work.yaml', '--mocks', 'mocks.json', '--fast', '--history']);
  const events = stderr.trim().split('\n').map(json) as { id: number; type: string; timestamp: number }[];
  expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
  expect(events.filter(({ type }) => type === 'TaskFailed')).toHaveLength(2);
  expect((events.at(-1)?.timestamp ?? 0) - (events[0]?.timestamp ?? 0)).toBe((3600 + 7200) * 1000);
  expect(json(stdout)).toEqual([{ done: 1 }, 'sent']);
});

test('an execution that is out of time says so', async () => {
  const { code, stdout } = await start(['late.yaml', '--fast']);
  expect(json(stdout)).toEqual({
    error: 'States.Timeout',
    cause: 'The execution took longer than its TimeoutSeconds, 5',
  });
  expect(code).toBe(1);
});

test('what cannot be read or run is an error with the reason', async () => {
  const runs = await Promise.all([
    start(['wrong.yaml']),
    start(['missing.yaml']),
    start(['echo.json', '{oops']),
    start(['work.yaml', '--mocks', 'no-mocks.json']),
  ]);
  expect(runs.map(({ code }) => code)).toEqual([1, 1, 1, 1]);
  expect(runs.map(({ stdout }) => (json(stdout) as { cause: string }).cause)).toEqual([
    'The definition is not valid: /States/A/Next: there is no state "B" here; there are A',
    expect.stringMatching(/^The definition cannot be read: .*missing\.yaml/),
    expect.stringMatching(/^The input \(there is no file of that name\) is not JSON: /),
    expect.stringMatching(/^The mocks in no-mocks\.json are not valid: Work\.0: must be \{ "return"/),
  ]);
});

test('--help explains the arguments and gives examples', async () => {
  const { code, stdout } = await start(['--help']);
  expect(code).toBe(0);
  for (const word of ['--mocks', '--history', '--fast', 'Examples:']) expect(stdout).toContain(word);
});
