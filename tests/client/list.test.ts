import { DescribeExecutionCommand, InvalidToken, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { type ExecutionSummary, type ListQuery, stepFunctionsDriver } from 'longhaul';
import { beforeEach, expect, test } from 'vitest';
import { mocked } from '../mocked.ts';

const sfn = mocked(SFNClient);
const stack = {
  stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:longhaul',
  artifactsBucket: 'artifacts',
};
const driver = stepFunctionsDriver({ stack, aws: { region: 'us-east-1' } });

interface Listed {
  name: string;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  startDate: Date;
  stopDate?: Date;
}
let history: Listed[] = [];
let clock = Date.UTC(2026, 0, 1);
const hash = (number: number): string => number.toString(16).padStart(32, '0');

/** The newest stands first. */
function add(name: string, status: Listed['status'] = 'SUCCEEDED'): void {
  clock += 1000;
  const startDate = new Date(clock);
  history.unshift({ name, status, startDate, ...(status !== 'RUNNING' && { stopDate: new Date(clock + 500) }) });
}

/** As Step Functions pages: a token names the last one that was shown. */
beforeEach(() => {
  sfn.reset();
  history = [];
  sfn.on(ListExecutionsCommand).callsFake(({ statusFilter, maxResults, nextToken }) => {
    const shown = nextToken === undefined ? -1 : history.findIndex(({ name }) => name === nextToken);
    if (nextToken !== undefined && shown < 0) throw new InvalidToken({ message: 'Invalid Token', $metadata: {} });
    const rest = history.slice(shown + 1).filter(({ status }) => statusFilter === undefined || status === statusFilter);
    const executions = rest.slice(0, maxResults);
    return { executions, ...(rest.length > maxResults && { nextToken: executions.at(-1)!.name }) };
  });
  sfn.on(DescribeExecutionCommand).callsFake(({ executionArn }) => {
    const name: string = executionArn.split(':').at(-1);
    return { status: 'SUCCEEDED', input: JSON.stringify(name === 'nothing' ? [] : { job: name.split('_')[0] }) };
  });
});

async function all(query: ListQuery, onPage: (page: ExecutionSummary[]) => void = () => {}): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await driver.list({ ...query, ...(cursor && { cursor }) });
    onPage(page.executions);
    ids.push(...page.executions.map(({ id }) => id));
    ({ cursor } = page);
  } while (cursor);
  return ids;
}

test('the newest come first, with job, status and times', async () => {
  add(`hello-world-${hash(1)}`);
  add(`csv-report-${hash(2)}-r1`, 'RUNNING');
  const { executions, cursor } = await driver.list({});
  expect(executions).toEqual([
    { id: `csv-report-${hash(2)}-r1`, job: 'csv-report', status: 'RUNNING', startedAt: '2026-01-01T00:00:02.000Z' },
    {
      id: `hello-world-${hash(1)}`,
      job: 'hello-world',
      status: 'SUCCEEDED',
      startedAt: '2026-01-01T00:00:01.000Z',
      stoppedAt: '2026-01-01T00:00:01.500Z',
    },
  ]);
  expect(cursor).toBeUndefined();
});

test('a job is told from one whose name begins with it, and one started by hand is found by its input', async () => {
  add(`hello-${hash(1)}`);
  add(`hello-world-${hash(2)}`);
  add('hello_by-hand');
  add('hello-world_by-hand');
  add('nothing');
  expect(await all({ job: 'hello' })).toEqual(['hello_by-hand', `hello-${hash(1)}`]);
  expect(await all({ job: 'hello-world' })).toEqual(['hello-world_by-hand', `hello-world-${hash(2)}`]);
  expect(await all({})).toHaveLength(5);
});

test.each([{}, { status: 'FAILED' as const }, { job: 'a' }, { job: 'b', status: 'FAILED' as const }])(
  'pages of %j hold each execution once, in order, at a number of requests that does not grow',
  async (query) => {
    for (let number = 0; number < 10_000; number++) {
      add(`${number % 100 === 7 ? 'b' : 'a'}-${hash(number)}`, number % 3 === 0 ? 'FAILED' : 'SUCCEEDED');
    }
    const expected = history
      .filter(({ name }) => !query.job || name.startsWith(`${query.job}-`))
      .filter(({ status }) => !query.status || status === query.status)
      .map(({ name }) => name);
    let before = 0;
    const ids = await all({ ...query, limit: 100 }, () => {
      const requests = sfn.calls().length;
      expect(requests - before).toBeLessThanOrEqual(5);
      before = requests;
    });
    expect(ids).toEqual(expected);
  },
);

test('many that were started by hand cost a bounded number of requests as well', async () => {
  for (let number = 0; number < 1000; number++) add(`other_${number}`);
  add(`mine-${hash(1)}`, 'FAILED');
  for (let number = 0; number < 1000; number++) add(`other_again${number}`);
  let before = 0;
  const ids = await all({ job: 'mine' }, () => {
    expect(sfn.calls().length - before).toBeLessThanOrEqual(5 + 110);
    before = sfn.calls().length;
  });
  expect(ids).toEqual([`mine-${hash(1)}`]);
});

test('a page goes on where the last one ended, although executions started and ended meanwhile', async () => {
  for (let number = 0; number < 10; number++) add(`a-${hash(number)}`, 'RUNNING');
  const first = await driver.list({ job: 'a', status: 'RUNNING', limit: 4 });
  expect(first.executions.map(({ id }) => id)).toEqual([9, 8, 7, 6].map((number) => `a-${hash(number)}`));
  history.find(({ name }) => name === `a-${hash(6)}`)!.status = 'SUCCEEDED';
  for (let number = 20; number < 25; number++) add(`a-${hash(number)}`, 'RUNNING');
  const second = await driver.list({ job: 'a', status: 'RUNNING', limit: 4, cursor: first.cursor! });
  expect(second.executions.map(({ id }) => id)).toEqual([5, 4, 3, 2].map((number) => `a-${hash(number)}`));
});

test('pages repeat nothing, and leave out nothing, although more start meanwhile than a request answers', async () => {
  for (let number = 0; number < 10; number++) add(`a-${hash(number)}`, 'RUNNING');
  const query = { job: 'a', status: 'RUNNING', limit: 4 } as const;
  const first = await driver.list(query);
  for (let number = 100; number < 4000; number++) add(`a-${hash(number)}`, 'RUNNING');
  const rest = await all({ ...query, cursor: first.cursor! });
  expect([...first.executions.map(({ id }) => id), ...rest]).toEqual(
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map((number) => `a-${hash(number)}`),
  );
});

test('a page goes on where the last one ended, although its last execution stands at the beginning now', async () => {
  for (let number = 0; number < 6; number++) add(`a-${hash(number)}`, 'RUNNING');
  const first = await driver.list({ job: 'a', limit: 2 });
  const last = history.findIndex(({ name }) => name === `a-${hash(4)}`);
  const [ended] = history.splice(last, 1);
  history.unshift({ ...ended!, status: 'SUCCEEDED', stopDate: new Date(clock + 500) });
  const second = await driver.list({ job: 'a', limit: 2, cursor: first.cursor! });
  expect(second.executions.map(({ id }) => id)).toEqual([3, 2].map((number) => `a-${hash(number)}`));
});

test.each([
  '',
  'nonsense',
  Buffer.from('{"token":7}').toString('base64url'),
  Buffer.from('{"token":"gone"}').toString('base64url'),
])('a cursor that is none (%j) is refused in words', async (cursor) => {
  await expect(driver.list({ cursor })).rejects.toMatchObject({
    name: 'InvalidCursorError',
    message: expect.stringContaining('leave it out to begin anew'),
  });
});

test('a limit out of range is refused with what is accepted', async () => {
  for (const limit of [0, 101, 1.5]) await expect(driver.list({ limit })).rejects.toThrow(/from 1 to 100; it is /);
});
