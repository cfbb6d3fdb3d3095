import type { ExecutionDescription } from 'longhaul';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { specsIn } from '../../longhaul/cli/deployed-jobs.ts';
import { describedInWords } from '../../longhaul/cli/described.ts';
import { isMeant, shortId } from '../../longhaul/cli/execution-id.ts';
import { explain } from '../../longhaul/cli/explain.ts';
import { checkInput, inputInShort } from '../../longhaul/cli/input-schema.ts';
import { readableLine } from '../../longhaul/cli/log-line.ts';
import { newsOf } from '../../longhaul/cli/news.ts';
import { secondsIn } from '../../longhaul/cli/run-input.ts';
import { barLine } from '../../longhaul/cli/screen.ts';
import { jsonInShort } from '../../longhaul/cli/short-json.ts';
import { type Column, table } from '../../longhaul/cli/table.ts';
import { harmless } from '../../longhaul/cli/terminal.ts';
import { ago, duration, similar } from '../../longhaul/cli/words.ts';

const id = 'csv-report-0123456789abcdef0123456789abcdef';
vi.stubEnv('FORCE_COLOR', undefined);
afterAll(() => void vi.unstubAllEnvs());

const where = { data: '.aws-sam/longhaul' };
const running: ExecutionDescription = {
  id,
  job: 'csv-report',
  status: 'RUNNING',
  startedAt: '2026-01-02T03:04:05.000Z',
  attempt: 1,
  maxAttempts: 3,
  interruptions: 0,
  capacity: 'spot',
  artifacts: `s3://artifacts/executions/${id}/`,
};

describe('a table', () => {
  interface Row {
    name: string;
    extra: string;
    text: string;
  }
  const columns: Column<Row>[] = [
    { head: 'name', cell: ({ name }) => name, least: 8 },
    { head: 'extra', cell: ({ extra }) => extra, optional: 1 },
    { head: 'text', cell: ({ text }) => text, least: 10, wrap: true },
  ];
  const rows = [
    { name: 'a-name-that-is-long', extra: '2026-01-02T03:04:05Z', text: 'words that say more than fits into one line' },
    { name: 'ünïcødé-字', extra: 'x', text: 'short' },
  ];

  test('is whole and has one line for each row where there is no terminal', () => {
    const lines = table(columns, rows, undefined).split('\n');
    expect(lines).toHaveLength(3);
    for (const cell of Object.values(rows[0]!)) expect(lines[1]).toContain(cell);
  });

  test.each([20, 40, 60, 80, 200])('has no line wider than a terminal of %i columns', (width) => {
    for (const line of table(columns, rows, width).split('\n')) expect([...line].length).toBeLessThanOrEqual(width);
  });

  test('cuts what is too long with …, goes on with texts in the next line, and leaves out what can be left out', () => {
    const narrow = table(columns, rows, 30);
    expect(narrow).toContain('…');
    expect(narrow).not.toContain('extra');
    expect(narrow.replace(/\s+/g, ' ')).toContain('words that say');
    expect(narrow.split('\n').length).toBeGreaterThan(3);
    expect(table(columns, rows, 80)).toContain('extra');
  });
});

describe('an error says what to do next', () => {
  const aws = { stack: 'production', profile: 'work', region: 'eu-central-1' };
  const named = (name: string, message = 'said by AWS') => Object.assign(new Error(message), { name });
  test.each([
    [Object.assign(new Error(''), { code: 'ECONNREFUSED' }), {}, /engine does not answer.*longhaul start.*--stack/],
    [new AggregateError([Object.assign(new Error(), { code: 'ECONNREFUSED' })]), {}, /engine does not answer/],
    [named('ValidationError', 'Stack with id production does not exist'), aws, /no stack 'production' in eu-central-1/],
    [named('ExpiredTokenException'), aws, /expired.*aws sso login --profile work/],
    [named('CredentialsProviderError', 'The SSO session associated with this profile has expired.'), aws, /expired/],
    [
      named('CredentialsProviderError', 'Could not load credentials from any providers'),
      aws,
      /no AWS credentials.*aws configure/,
    ],
    [named('UnrecognizedClientException'), aws, /does not know these credentials/],
    [
      named('AccessDeniedException', 'not authorized to perform: states:StopExecution'),
      aws,
      /do not allow this: not authorized to perform: states:StopExecution/,
    ],
    [named('ThrottlingException', 'Rate exceeded'), aws, /too busy.*again in a little while/],
    [new Error('Region is missing'), aws, /--region/],
    [Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }), aws, /cannot be reached/],
    [new Error('whatever else'), aws, /^whatever else$/],
  ])('%s', (error, options, said) => {
    expect(explain(error, options, undefined)).toMatch(said);
  });

  test('also that a shell which was set up for the engine does not reach AWS', () => {
    const endpoint = 'http://127.0.0.1:4566';
    expect(explain(new Error('no'), aws, endpoint)).toMatch(
      /^no\nAWS_ENDPOINT_URL is http:.*4566 in this shell: unset it/,
    );
    expect(explain(new Error('no'), {}, endpoint)).toBe('no');
  });
});

test('ids are shortened to what tells them apart, and found by it, by their beginning or by their hash', () => {
  expect(shortId(id)).toBe('csv-report-01234567');
  expect(shortId(`${id}-r2`)).toBe('csv-report-01234567-r2');
  expect(shortId('by-hand')).toBe('by-hand');
  for (const typed of [id, shortId(id), '0123', 'csv-report-0']) expect(isMeant(typed, id), typed).toBe(true);
  for (const typed of ['csv-report-1', '1234', `${id}-r1`, '0123-r1']) expect(isMeant(typed, id), typed).toBe(false);
  // What continues an execution is meant only by its own name.
  expect(isMeant('0123', `${id}-r1`)).toBe(false);
  expect(isMeant('0123-r1', `${id}-r1`)).toBe(true);
});

test('what happens to an execution is told once, in words', () => {
  const container = { backend: 'batch', id: 'one', status: 'RUNNING' } as const;
  const waiting = { ...running, waitingFor: 'capacity: AWS has none free at the moment' };
  expect(newsOf(undefined, waiting)).toEqual(['Waits for capacity: AWS has none free at the moment.']);
  expect(newsOf(waiting, waiting)).toEqual([]);
  const works = { ...running, container };
  expect(newsOf(waiting, works)).toEqual(['Runs on Spot capacity.']);
  expect(newsOf(works, works)).toEqual([]);
  const again = { ...works, interruptions: 1, container: { ...container, id: 'two' } };
  expect(newsOf(works, again)).toEqual([
    'Capacity taken away (once): it goes on from its last checkpoint.',
    'Runs on Spot capacity.',
  ]);
  expect(newsOf(works, { ...works, attempt: 2, reason: 'no such object' })).toEqual([
    'Attempt 1 failed: no such object',
    'Attempt 2 of 3 begins.',
  ]);
  const onDemand = { ...works, capacity: 'onDemand', capacityReason: 'Spot was taken away 3 times' } as const;
  expect(newsOf(works, onDemand)).toEqual(['Spot was taken away 3 times.']);
  expect(newsOf(works, { ...works, status: 'SUCCEEDED' })).toEqual([]);
});

describe('show', () => {
  const now = Date.parse('2026-01-02T03:09:05.000Z');
  const shown = (more: Partial<ExecutionDescription>) =>
    describedInWords({ ...running, ...more }, where, { now, width: 80 });

  test('says in words how an execution stands, where it runs and why', () => {
    const text = shown({
      interruptions: 3,
      capacity: 'onDemand',
      capacityReason: 'the rest runs on demand because Spot was taken away 3 times',
      container: { backend: 'batch', id: 'job-1', status: 'RUNNING', startedAt: '2026-01-02T03:08:05.000Z' },
      progress: { done: 4500, total: 10_000, message: 'reading' },
    });
    for (const said of [
      'running for 5 min, attempt 1 of 3, interrupted 3 times',
      'capacity on demand, Batch job job-1 (RUNNING for 60 s)',
      'The rest runs on demand because Spot was taken away 3 times',
      '45 %: 4,500 of 10,000, reading',
      'longhaul stop csv-report-01234567',
    ]) {
      expect(text).toContain(said);
    }
    // Whole, to be copied; the terminal breaks it.
    const address = `s3://artifacts/executions/${id}/`;
    expect(text).toContain(address);
    for (const line of text.replace(address, '').split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('has its texts in one column, apart from their labels, and times of this machine', () => {
    const text = shown({ reason: 'boom', waitingFor: 'its start at 2026-01-02T03:14:05.000Z' });
    expect(text).toMatch(/^last failure {2}boom$/m);
    expect(text).toMatch(/^job {11}csv-report$/m);
    const [, started = ''] = /^started +(.+?) \(/m.exec(text) ?? [];
    expect(text).toContain(`waits for     its start at ${started.replace(/\d\d:05$/, '14:05')}\n`);
  });

  test('says why it ended, and how to go on', () => {
    const failed = shown({
      status: 'FAILED',
      stoppedAt: '2026-01-02T03:05:05.000Z',
      error: 'Job.Failed',
      reason: 'no rows',
    });
    expect(failed).toContain('failed after 60 s');
    expect(failed).toContain('Job.Failed: no rows');
    expect(failed).toContain('longhaul resume csv-report-01234567');
    expect(failed.replace(/\s+/g, ' ')).toContain('goes on from its last checkpoint');
    const rejected = shown({ status: 'FAILED', error: 'Job.Rejected', reason: 'name: too short' });
    expect(rejected.replace(/\s+/g, ' ')).toContain(
      'longhaul resume csv-report-01234567 once what it was rejected for is fixed; the event stays the same',
    );
    expect(shown({ status: 'ABORTED', resumedAs: `${id}-r1` })).toContain('longhaul show csv-report-01234567-r1');
  });
});

test('log lines of the runtimes are readable, others are left as they are', () => {
  const line = {
    level: 'INFO',
    message: 'Page read',
    job: 'a',
    id,
    attempt: 1,
    interruptions: 0,
    time: running.startedAt,
  };
  const at = running.startedAt;
  expect(readableLine(at, JSON.stringify({ ...line, page: 7, name: 'two words' }))).toMatch(
    /^\d\d:\d\d:05\.000 {2}INFO {2}Page read {2}page=7 {2}name="two words"$/,
  );
  const error = { name: 'Error', message: 'no', stack: 'Error: no\n    at work', cause: { stack: 'Error: because' } };
  expect(readableLine(at, JSON.stringify({ ...line, level: 'ERROR', error }))).toMatch(
    /Page read\n {4}Error: no\n {8}at work\n {4}caused by:\n {4}Error: because$/,
  );
  // Another program's: its job and its time may be anything.
  const foreign = { level: 'warn', message: 'slow', job: 'nightly', attempt: 2, time: 12.5 };
  expect(readableLine(at, JSON.stringify(foreign))).toMatch(
    /05\.000 {2}warn {2}slow {2}job=nightly {2}attempt=2 {2}time=12\.5$/,
  );
  expect(readableLine(at, '{"half": \n')).toMatch(/^\d\d:\d\d:05\.000 +\{"half": $/);
});

test('what a terminal would obey is shown instead, and colours stay', () => {
  expect(harmless('\u001b[31mred\u001b[0m\ttab\nline')).toBe('\u001b[31mred\u001b[0m\ttab\nline');
  expect(harmless('a\u001b]52;c;cm0gLXJmIC8=\u0007b\rc\u001b[2Jd\u009b1Ae')).toBe(
    'a␛]52;c;cm0gLXJmIC8=␇b␍c␛[2Jd\ufffd1Ae',
  );
});

test('a progress bar is never longer than the terminal is wide', () => {
  const progress = { done: 450, total: 1000, message: 'a message that is rather long '.repeat(5) };
  for (const columns of [40, 80, 200]) expect(barLine(progress, 90, columns).length).toBeLessThan(columns);
  expect(barLine({ done: 450, total: 1000, message: null }, 90, 80)).toMatch(/█+░+ 45 %: 450 of 1,000, 90 s left$/);
  expect(barLine({ done: 450, total: null, message: null }, undefined, 80)).toBe('450');
});

test('times are as exact as a person needs them', () => {
  expect([400, 42_000, 720_000, 12_000_000, 90_000_000, 400_000_000].map(duration)).toEqual([
    '0.4 s',
    '42 s',
    '12 min',
    '3 h 20 min',
    '1 day',
    '5 days',
  ]);
  expect(ago('2026-01-02T03:04:05Z', Date.parse('2026-01-02T03:04:05.400Z'))).toBe('just now');
  expect(ago('2026-01-02T03:04:05Z', Date.parse('2026-01-02T03:04:09Z'))).toBe('4 s ago');
  expect(['90', '90s', '15m', '2h', '3d'].map(secondsIn)).toEqual([90, 90, 900, 7200, 259_200]);
  expect(() => secondsIn('soon')).toThrow(/90s, 15m, 2h or 3d; it is 'soon'/);
});

test('a result is shown in a few lines, whatever its size', () => {
  expect(jsonInShort({ rows: 3 })).toBe('{"rows":3}');
  const large = {
    rows: Array.from({ length: 1000 }, (_, row) => row),
    text: 'x'.repeat(1000),
    deep: { a: 1, b: 2, c: 3, d: 4 },
  };
  expect(jsonInShort(large)).toBe(
    `{\n  "rows": [1000 values],\n  "text": "${'x'.repeat(100)}…",\n  "deep": {4 members}\n}`,
  );
  const wide = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`member${index}`, index]));
  expect(jsonInShort(wide).split('\n').length).toBeLessThan(15);
});

test('a name that is nearly right is recognised', () => {
  const names = ['csv-report', 'hello-world', 'train-model'];
  expect(similar('csv-reprot', names)).toEqual(['csv-report']);
  expect(similar('hello', names)).toEqual(['hello-world']);
  expect(similar('something-else', names)).toEqual([]);
});

test('the specs of the jobs are read from the state machine', () => {
  const literal =
    "{'a':{'backend':'batch','queues':{'spot':'arn'},'capacity':'spot','maxAttempts':3},'b':{'backend':'ecs'}}";
  const Choices = [
    { Condition: "{% $lookup({'a':'batch','b':'ecs'}, $states.input.job) = 'batch' %}" },
    { Assign: { spec: `{% $merge([{}, $lookup(${literal}, $states.input.job)]) %}` } },
  ];
  expect(specsIn(JSON.stringify({ StartAt: 'Start', States: { Start: { Choices } } }))).toEqual({
    a: { backend: 'batch', queues: { spot: 'arn' }, capacity: 'spot', maxAttempts: 3 },
    b: { backend: 'ecs' },
  });
  expect(specsIn('{}')).toEqual({});
});

test('what all jobs share is in the spec of each, which wins', () => {
  const defaults =
    "{'maxAttempts':3,'queues':{'spot':'arn','onDemand':'arn'},'subnets':['a','b'],'assignPublicIp':'ENABLED'}";
  const jobs = String.raw`{'a':{'backend':'batch','note':'a } brace, a \" quote and a "quote"'},'b':{'backend':'ecs','maxAttempts':1,'subnets':['c']}}`;
  const expressions = (spec: string) => ({
    Choices: [
      { Condition: "{% $lookup({'a':'batch','b':'ecs'}, $states.input.job) = 'batch' %}" },
      { Assign: { tags: "{% $merge([{'first':'x'}, {'second':'y'}]) %}", spec: `{% ${spec} %}` } },
    ],
  });
  const specs = (spec: string) => specsIn(JSON.stringify({ StartAt: 'Start', States: { Start: expressions(spec) } }));
  const a = { backend: 'batch', note: 'a } brace, a " quote and a "quote"' };
  const b = { backend: 'ecs', maxAttempts: 1, subnets: ['c'] };
  const shared = {
    maxAttempts: 3,
    queues: { spot: 'arn', onDemand: 'arn' },
    subnets: ['a', 'b'],
    assignPublicIp: 'ENABLED',
  };
  expect(specs(`$merge([${defaults}, $lookup(${jobs}, $states.input.job)])`)).toEqual({
    a: { ...shared, ...a },
    b: { ...shared, ...b },
  });
  expect(specs(`$merge([{}, $lookup(${jobs}, $states.input.job)])`)).toEqual({ a, b });
});

test('what a job takes is said in short, and what does not fit with the place of each problem', async () => {
  const plain = {
    type: 'object',
    properties: { bucket: { type: 'string' }, size: { type: 'number' } },
    required: ['bucket'],
  };
  const records = { type: 'object', properties: { Records: { type: 'array', items: plain } }, required: ['Records'] };
  const schema = { anyOf: [records, plain] };
  expect(inputInShort(schema)).toBe('{ Records: [{ bucket, size? }] } or { bucket, size? }');
  expect(inputInShort(true)).toBe('any JSON');
  await checkInput('a', schema, { bucket: 'b' });
  await checkInput('a', true, 7);
  await expect(checkInput('a', schema, { bucket: 'b', size: 'x' })).rejects.toThrow(
    /^a does not take this input:\n {2}size: .*\nIt takes /,
  );
});
