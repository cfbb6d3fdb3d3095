import { DatabaseSync } from 'node:sqlite';
import type { JobDetail } from '@aws-sdk/client-batch';
import type { Task } from '@aws-sdk/client-ecs';
import { expect, test } from 'vitest';
import { JobStore } from '../../longhaul/engine/services/batch/job-store.ts';
import { TaskStore } from '../../longhaul/engine/services/ecs/task-store.ts';
import { LogStore } from '../../longhaul/engine/services/logs/index.ts';
import { JournalStore } from '../../longhaul/engine/services/states/journal.ts';

const day = 24 * 60 * 60 * 1000;

test('Batch jobs that ended long ago are forgotten, those that run are not', () => {
  const store = new JobStore(new DatabaseSync(':memory:'));
  const add = (jobId: string, status: JobDetail['status'], createdAt: number) =>
    store.add({ jobId, status, createdAt, jobQueue: 'queue' } as JobDetail, undefined);
  add('old', 'FAILED', day);
  add('new', 'SUCCEEDED', 3 * day);
  add('runs', 'RUNNING', day);
  store.forget(2 * day);
  expect(['old', 'new', 'runs'].map((id) => store.get(id)?.jobId)).toEqual([undefined, 'new', 'runs']);
});

test('so are ECS tasks', () => {
  const store = new TaskStore(new DatabaseSync(':memory:'));
  const add = (taskArn: string, lastStatus: string, createdAt: number) =>
    store.add({ taskArn, lastStatus, createdAt: new Date(createdAt), clusterArn: 'cluster' } as Task, {
      request: '{}',
    });
  add('old', 'STOPPED', day);
  add('new', 'STOPPED', 3 * day);
  add('runs', 'RUNNING', day);
  store.forget(2 * day);
  expect(['old', 'new', 'runs'].map((arn) => store.get(arn)?.taskArn)).toEqual([undefined, 'new', 'runs']);
});

test('where the branches of a Parallel or Map state stood is forgotten with the state, and nothing else is', () => {
  const db = new DatabaseSync(':memory:');
  const store = new JournalStore(db);
  for (const path of ['', '1/0/', '1/1/', '1/1/2/0/', '10/0/']) store.of('one').save(path, null);
  store.of('other').save('1/0/', null);
  store.of('one').clear('1/');
  const left = () =>
    db
      .prepare('SELECT arn, path FROM states_positions')
      .all()
      .map((row) => Object.values(row).join(' '));
  expect(left()).toEqual(['one ', 'one 10/0/', 'other 1/0/']);
  store.of('one').clear('');
  expect(left()).toEqual(['other 1/0/']);
});

test('lines older than the retention of their group are dropped at the next start, with streams that have no others', () => {
  const db = new DatabaseSync(':memory:');
  const logs = new LogStore(db);
  const write = (group: string, stream: string, daysAgo: number) =>
    logs.append(group, stream, [{ timestamp: Date.now() - daysAgo * day, message: `${daysAgo} days` }]);
  write('kept', 'stream', 400);
  write('short', 'old', 8);
  write('short', 'both', 8);
  write('short', 'both', 6);
  logs.setRetention('short', 7);
  new LogStore(db);
  const lines = db.prepare('SELECT log_group, stream, message FROM log_events ORDER BY id').all();
  expect(lines.map((line) => Object.values(line).join(' '))).toEqual(['kept stream 400 days', 'short both 6 days']);
  const streams = db.prepare('SELECT log_group, name FROM log_streams ORDER BY log_group, name').all();
  expect(streams.map((stream) => Object.values(stream).join(' '))).toEqual(['kept stream', 'short both']);
});
