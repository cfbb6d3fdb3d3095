import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import {
  type Command,
  type ContainerSpec,
  Fleet,
  type FleetOptions,
  LaunchError,
} from '../../longhaul/engine/fleet/index.ts';
import { groupIsAlive, signalGroup } from '../../longhaul/engine/fleet/process-identity.ts';
import { processRunner } from '../../longhaul/engine/fleet/process-runner.ts';
import { ENVIRONMENT, Logs, temporaryFolder, until } from './fleet-fixture.ts';

function startFleet(options: Partial<FleetOptions> = {}) {
  const db = options.db ?? new DatabaseSync(':memory:');
  const logs = new Logs();
  const fleet = new Fleet({ db, logs, environment: ENVIRONMENT, longestStopTimeoutSeconds: 1, ...options });
  onTestFinished(() => fleet.close());
  return { db, logs, fleet };
}

let containers = 0;

function spec(command: Command | string, changes: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    id: `container-${containers++}`,
    capacity: 'spot',
    command: typeof command === 'string' ? { shell: command, arguments: [] } : command,
    directory: temporaryFolder(),
    environment: { STP_EXECUTION_ID: 'execution-1' },
    log: { group: 'group', stream: 'stream' },
    stopTimeoutSeconds: 1,
    ...changes,
  };
}

test('A container has its own variables, those of the engine, a mark and nothing else', async () => {
  const { fleet, logs } = startFleet();
  const environment = { GREETING: 'hello world', AWS_REGION: 'eu-central-1' };
  const container = await fleet.launch(spec({ program: '/usr/bin/env', arguments: [] }, { environment }));
  await container.ended;
  const seen = Object.fromEntries(
    logs.lines().map((line) => [line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]),
  );
  expect(Object.keys(seen).toSorted()).toEqual([
    'AWS_ACCESS_KEY_ID',
    'AWS_REGION',
    'AWS_SECRET_ACCESS_KEY',
    'GREETING',
    'LONGHAUL_CONTAINER',
    'PATH',
  ]);
  expect(seen).toMatchObject({ GREETING: 'hello world', AWS_REGION: 'eu-central-1' });
  expect(seen.PATH!.split(':')[0]).toBe(dirname(process.execPath));
});

test('`node` in a container is the Node that runs the engine, and its folder is the one of the job', async () => {
  const { fleet, logs } = startFleet();
  const job = spec('node --version; pwd');
  await (await fleet.launch(job)).ended;
  expect(logs.lines()).toEqual([process.version, job.directory]);
});

test('Output is stored line by line, the last one also without its end', async () => {
  const { fleet, logs } = startFleet();
  await (await fleet.launch(spec("printf 'one\\n\\ntwo\\r\\nthr'; printf 'ee\\nfour'"))).ended;
  expect(logs.streams.get('group:stream')).toEqual(['one', 'two', 'three', 'four']);
});

test('The exit code is the one of the command, or 128 and the number of the signal', async () => {
  const { fleet } = startFleet();
  expect(await (await fleet.launch(spec('exit 65'))).ended).toMatchObject({ how: 'exited', exitCode: 65 });
  expect(await (await fleet.launch(spec('kill -KILL $$'))).ended).toMatchObject({ how: 'exited', exitCode: 137 });
});

test('A program under the shell gets SIGTERM and its exit code counts', async () => {
  const { fleet, logs } = startFleet({ longestStopTimeoutSeconds: 30 });
  const program = "process.on('SIGTERM', () => process.exit(75)); setInterval(() => {}, 1000); console.log('ready')";
  const container = await fleet.launch(spec(`cd . && node -e "${program}"`, { stopTimeoutSeconds: 30 }));
  await until(() => expect(logs.lines()).toContain('ready'));
  await fleet.interrupt('execution-1');
  expect(await container.ended).toMatchObject({ how: 'interrupted', exitCode: 75 });
});

test('A container that ignores SIGTERM is killed after the stop timeout', async () => {
  const { fleet, logs } = startFleet();
  const stubborn = "trap 'echo asked' TERM; echo ready; while true; do sleep 0.1; done";
  const container = await fleet.launch(spec({ program: '/bin/sh', arguments: ['-c', stubborn] }));
  await until(() => expect(logs.lines()).toContain('ready'));
  await fleet.interrupt('execution-1');
  expect(await container.ended).toMatchObject({ how: 'interrupted', exitCode: 137 });
  expect(logs.lines()).toContain('asked');
  expect(fleet.running()).toEqual([]);
});

test('A host that crashes takes its container with it, without a word', async () => {
  const { fleet, logs } = startFleet();
  const container = await fleet.launch(spec("trap 'echo asked' TERM; echo ready; while true; do sleep 0.1; done"));
  await until(() => expect(logs.lines()).toContain('ready'));
  await fleet.interrupt('execution-1', 'crash');
  expect(await container.ended).toMatchObject({ how: 'interrupted', exitCode: 137 });
  expect(logs.lines()).not.toContain('asked');
});

test('A container that is cut off counts as lost and runs on, until the engine stops', async () => {
  const { fleet, logs } = startFleet();
  const container = await fleet.launch(spec('echo $$; while true; do sleep 0.1; done'));
  await until(() => expect(logs.lines()).toHaveLength(1));
  const group = Number(logs.lines()[0]);
  await fleet.interrupt('execution-1', 'cut-off');
  expect(await container.ended).toEqual({ how: 'host-lost' });
  expect(fleet.running()).toEqual([]);
  expect(groupIsAlive(group)).toBe(true);
  await fleet.close();
  expect(groupIsAlive(group)).toBe(false);
});

test('With the command of a container its children end too', async () => {
  const { fleet, logs } = startFleet();
  await (await fleet.launch(spec('sleep 1000 & echo $$'))).ended;
  const [group] = logs.lines();
  expect(groupIsAlive(Number(group))).toBe(false);
});

test('The running containers are listed with the execution that they belong to', async () => {
  const { fleet } = startFleet();
  const job = spec('sleep 1000', { capacity: 'on-demand' });
  const container = await fleet.launch(job);
  expect(fleet.running()).toEqual([
    { id: job.id, executionId: 'execution-1', capacity: 'on-demand', startedAt: container.startedAt },
  ]);
  await fleet.close();
  expect(fleet.running()).toEqual([]);
});

test('On-demand capacity is not taken away, and neither is what does not run', async () => {
  const { fleet } = startFleet();
  await fleet.launch(spec('sleep 1000', { capacity: 'on-demand' }));
  await expect(fleet.interrupt('execution-1')).rejects.toThrow(/"execution-1" runs on on-demand capacity/);
  await expect(fleet.interrupt('execution-2')).rejects.toThrow(/"execution-2" has no running container/);
  expect(fleet.running()).toHaveLength(1);
});

test('A program or folder that is not there is said', async () => {
  const { fleet } = startFleet();
  const launch = (job: ContainerSpec) =>
    fleet.launch(job).then(
      () => 'started',
      (error: Error) => error,
    );
  const missing = await launch(spec({ program: 'no-such-program', arguments: [] }));
  expect(missing).toBeInstanceOf(LaunchError);
  expect(missing).toMatchObject({ message: expect.stringContaining('no-such-program') });
  expect(await launch(spec('true', { directory: '/no/such/folder' }))).toMatchObject({
    message: expect.stringContaining('/no/such/folder'),
  });
  expect(await launch(spec({ program: '', arguments: [] }))).toMatchObject({
    message: expect.stringContaining('DevCommand'),
  });
});

test('Closing stops everything, within its own limit, and starts nothing any more', async () => {
  const { fleet, logs } = startFleet({ longestStopTimeoutSeconds: 600, closeTimeoutSeconds: 0.2 });
  const container = await fleet.launch(spec("trap '' TERM; echo ready; sleep 1000", { stopTimeoutSeconds: 600 }));
  await until(() => expect(logs.lines()).toContain('ready'));
  await fleet.close();
  expect(await container.ended).toMatchObject({ how: 'closed', exitCode: 137 });
  await expect(fleet.launch(spec('true'))).rejects.toThrow('The engine is stopping');
});

test('What an engine that was killed left running is killed by the next one before it starts anything', async () => {
  const folder = temporaryFolder();
  const db = new DatabaseSync(':memory:');
  startFleet({ db });
  // As the engine that is gone had launched and recorded it.
  const leftover = await processRunner.launch(spec('sleep 1000 & sleep 1000', { directory: folder }));
  db.prepare('INSERT INTO fleet_containers (id, identity) VALUES (?, ?)').run('leftover', leftover.identity);
  const { groupId } = JSON.parse(leftover.identity) as { groupId: number };
  expect(groupIsAlive(groupId)).toBe(true);

  const { fleet } = startFleet({ db });
  const witness = join(folder, 'alive');
  const check = `kill -0 -- -${groupId} 2>/dev/null && grep -q ' [^Z] ' /proc/${groupId}/stat && echo yes > ${witness}; true`;
  await (await fleet.launch(spec(check))).ended;
  expect(existsSync(witness) ? readFileSync(witness, 'utf8') : 'gone').toBe('gone');
  expect(groupIsAlive(groupId)).toBe(false);
  expect(await leftover.wait()).toBe(137);
});

test('So is what was started when the engine was killed before it could note which process that is', async () => {
  const db = new DatabaseSync(':memory:');
  const started = Promise.withResolvers<string>();
  const never = new Promise<never>(() => {});
  const killed = new Fleet({
    db,
    logs: new Logs(),
    environment: ENVIRONMENT,
    runner: {
      ...processRunner,
      launch: async (job) => {
        started.resolve((await processRunner.launch(job)).identity);
        return never;
      },
    },
  });
  void killed.launch(spec('sleep 1000 & sleep 1000'));
  const { groupId } = JSON.parse(await started.promise) as { groupId: number };
  onTestFinished(() => void signalGroup(groupId, 'SIGKILL'));

  const { fleet } = startFleet({ db });
  await (await fleet.launch(spec('true'))).ended;
  expect(groupIsAlive(groupId)).toBe(false);
});

test('After a reboot a group that has the number of a leftover is let live, whoever leads it', async () => {
  const db = new DatabaseSync(':memory:');
  startFleet({ db });
  // The leader of this group is gone, as that of a daemon.
  const leader = spawn('sh', ['-c', 'sleep 1000 & exit 0'], { detached: true, stdio: 'ignore' });
  const groupId = leader.pid!;
  onTestFinished(() => void signalGroup(groupId, 'SIGKILL'));
  await once(leader, 'exit');
  const identity = JSON.stringify({ groupId, start: 'another boot/1' });
  db.prepare('INSERT INTO fleet_containers (id, identity) VALUES (?, ?)').run('leftover', identity);
  const { fleet } = startFleet({ db });
  await (await fleet.launch(spec('true'))).ended;
  expect(groupIsAlive(groupId)).toBe(true);
});

test('A process that has only taken over the id of a leftover is let live', async () => {
  const db = new DatabaseSync(':memory:');
  startFleet({ db });
  const stranger = await processRunner.launch(spec('sleep 1000'));
  onTestFinished(() => void stranger.signal('SIGKILL'));
  const { groupId } = JSON.parse(stranger.identity) as { groupId: number };
  const identity = JSON.stringify({ groupId, start: 'another boot/1' });
  db.prepare('INSERT INTO fleet_containers (id, identity) VALUES (?, ?)').run('leftover', identity);
  const { fleet } = startFleet({ db });
  await (await fleet.launch(spec('true'))).ended;
  expect(groupIsAlive(groupId)).toBe(true);
  expect(db.prepare('SELECT * FROM fleet_containers').all()).toEqual([]);
});
