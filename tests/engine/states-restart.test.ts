import { DatabaseSync } from 'node:sqlite';
import { StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import type { Json, TaskRequest } from '../../longhaul/asl/index.ts';
import type { Execution } from '../../longhaul/engine/services/states/store.ts';
import { executionArn, machineArn, states } from './states-fixture.ts';

const start = (name: string, input: Json) =>
  new StartExecutionCommand({ stateMachineArn: machineArn, name, input: JSON.stringify(input) });

/** One that is over. */
const execution: Execution = {
  arn: 'arn',
  name: 'name',
  stateMachineArn: machineArn,
  status: 'SUCCEEDED',
  input: '{}',
  output: '{}',
  error: null,
  cause: null,
  startDate: Date.UTC(2026, 0, 1),
  stopDate: Date.UTC(2026, 0, 1),
  definition: '{}',
};

/** Tasks that a test answers. */
function handTasks() {
  const asked: (TaskRequest & { answer(result: Json): void })[] = [];
  const run = (request: TaskRequest) =>
    new Promise<Json>((resolve) => void asked.push({ ...request, answer: resolve }));
  return { asked, run };
}

test('a wait goes on in the next engine, and ends at the time that it always had', async () => {
  const db = new DatabaseSync(':memory:');
  const first = await states({ db });
  await first.client.send(start('waits', { until: '2026-06-01T00:00:00Z' }));
  await first.machines.close();
  first.clock.set('2027-01-01T00:00:00Z');
  expect(first.machines.executions.get(executionArn('waits'))?.status).toBe('RUNNING');

  const second = await states({ db });
  expect(second.machines.resume().map(({ name }) => name)).toEqual(['waits']);
  await expect.poll(() => second.clock.next()).toBe('2026-06-01T00:00:00.000Z');
  second.clock.set('2026-06-01T00:00:00Z');
  await expect.poll(() => second.machines.executions.get(executionArn('waits'))?.status).toBe('SUCCEEDED');
});

test('a task is not cancelled when the engine closes, and asked for under the same id by the next', async () => {
  const db = new DatabaseSync(':memory:');
  const before = handTasks();
  const first = await states({ db, run: before.run });
  await first.client.send(start('works', { a: 1 }));
  await expect.poll(() => before.asked).toHaveLength(1);
  await first.machines.close();
  expect(before.asked[0]!.signal.aborted).toBe(false);
  // Its answer comes too late for this engine and must not be taken for the execution's.
  before.asked[0]!.answer('too late');

  const after = handTasks();
  const second = await states({ db, run: after.run });
  second.machines.resume();
  await expect.poll(() => after.asked).toHaveLength(1);
  expect(after.asked[0]!.id).toBe(before.asked[0]!.id);
  after.asked[0]!.answer('in time');
  await expect
    .poll(() => second.machines.executions.get(executionArn('works')))
    .toMatchObject({
      status: 'SUCCEEDED',
      output: '"in time"',
    });
});

test('what is started while the engine closes is not lost', async () => {
  const db = new DatabaseSync(':memory:');
  const first = await states({ db });
  await first.machines.close();
  await first.client.send(start('late', {}));

  const second = await states({ db });
  second.machines.resume();
  await expect.poll(() => second.machines.executions.get(executionArn('late'))?.status).toBe('SUCCEEDED');
});

test('a stop that comes while the engine closes is refused, since nothing would come of it', async () => {
  const db = new DatabaseSync(':memory:');
  const { client, machines } = await states({ db });
  await client.send(start('waits', { until: '2026-06-01T00:00:00Z' }));
  await machines.close();
  const stop = client.send(new StopExecutionCommand({ executionArn: executionArn('waits') }));
  await expect(stop).rejects.toMatchObject({ name: 'ServiceUnavailable' });
});

test('an execution is forgotten with its history 90 days after it ended, and its name may be used again', async () => {
  const db = new DatabaseSync(':memory:');
  const first = await states({ db });
  await first.client.send(start('done', {}));
  await expect.poll(() => first.machines.executions.get(executionArn('done'))?.status).toBe('SUCCEEDED');
  await first.client.send(start('waits', { until: '2099-01-01T00:00:00Z' }));
  await first.machines.close();
  const day = 24 * 60 * 60 * 1000;

  const events = () =>
    db
      .prepare('SELECT arn FROM states_events')
      .all()
      .map(({ arn }) => arn);
  const later = await states({ db, after: 89 * day });
  expect(later.machines.executions.get(executionArn('done'))).toBeDefined();
  await later.machines.close();

  const last = await states({ db, after: 91 * day });
  expect(last.machines.executions.get(executionArn('done'))).toBeUndefined();
  expect(new Set(events())).toEqual(new Set([executionArn('waits')]));
  expect(last.machines.resume().map(({ name }) => name)).toEqual(['waits']);
  await last.client.send(start('done', { again: true }));
});

const rows = (db: DatabaseSync, table: string) => db.prepare(`SELECT * FROM ${table}`).all();

test('a thousand executions store their state machine once', async () => {
  const db = new DatabaseSync(':memory:');
  const { machines } = await states({ db });
  const machine = { ...machines.get(machineArn)!, definition: JSON.stringify({ Comment: 'x'.repeat(50_000) }) };
  for (let index = 0; index < 1000; index++) {
    machines.executions.add({ ...execution, definition: machine.definition, arn: `${index}` });
  }
  expect(machines.executions.get('999')).toMatchObject({ arn: '999', definition: machine.definition });
  const [size] = db.prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size').all();
  expect(Number(size!.bytes) / 1000).toBeLessThan(2000);
});

test('what an older version stored is read, and needs no more room than new data', async () => {
  const db = new DatabaseSync(':memory:');
  // As written until version 0.1: the definition in each row.
  db.exec(`CREATE TABLE states_executions (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, arn TEXT NOT NULL UNIQUE, name TEXT NOT NULL, stateMachineArn TEXT NOT NULL,
    status TEXT NOT NULL, input TEXT NOT NULL, output TEXT, error TEXT, cause TEXT, startDate INTEGER NOT NULL,
    stopDate INTEGER, definition TEXT NOT NULL
  ) STRICT`);
  const { definition } = (await states()).machines.get(machineArn)!;
  const old = { ...execution, status: 'RUNNING', stopDate: null, input: '{"old":true}', stateMachineArn: machineArn };
  const insert = db.prepare(
    `INSERT INTO states_executions (arn, name, stateMachineArn, status, input, startDate, definition)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const name of ['a', 'b']) {
    insert.run(executionArn(name), name, machineArn, old.status, old.input, old.startDate, definition);
  }
  const { machines } = await states({ db });
  expect(machines.executions.get(executionArn('a'))).toMatchObject({ definition, input: '{"old":true}' });
  expect(rows(db, 'states_definitions')).toHaveLength(1);
  machines.resume();
  await expect.poll(() => machines.executions.get(executionArn('b'))?.status).toBe('SUCCEEDED');
});

test('a definition is forgotten with the last execution that started with it', async () => {
  const db = new DatabaseSync(':memory:');
  const first = await states({ db });
  first.machines.executions.add({ ...execution, arn: 'old', definition: '{"old":true}' });
  await first.client.send(start('waits', { until: '2099-01-01T00:00:00Z' }));
  await first.machines.close();
  expect(rows(db, 'states_definitions')).toHaveLength(2);
  await states({ db, after: 91 * 24 * 60 * 60 * 1000 });
  expect(rows(db, 'states_definitions')).toHaveLength(1);
});
