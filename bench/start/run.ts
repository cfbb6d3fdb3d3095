/**
 * How long the engine takes until it is ready for this app, and what it holds when idle: `npm run bench:start`. Beside it, in the
 * same run, a process that serves SQS, SNS and DynamoDB alone. Both start on an empty data directory.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Table from 'cli-table3';

const STARTS = 11;
const IDLE_SECONDS = 3;

interface Measured {
  seconds: number;
  megabytes: number;
}

const longhaul = path.resolve(import.meta.dirname, '../../longhaul/cli/main.ts');
const peer = path.join(import.meta.dirname, 'peer.ts');
const engine = (data: string) => [longhaul, 'start', '--port', '0', '--api-port', '0', '--data', data];
const contenders = [
  { name: 'fauxqs and dynalite', says: 'ready', args: (data: string) => [peer, data], measured: [] as Measured[] },
  { name: 'longhaul start', says: 'Ctrl-C stops it', args: engine, measured: [] as Measured[] },
];

// The first start of each fills the caches. Then they take turns, so that whatever else the machine does troubles both alike.
for (let round = 0; round <= STARTS; round++) {
  for (const { args, says, measured } of contenders) {
    const one = await start(args, says);
    if (round > 0) measured.push(one);
  }
}

const [base] = contenders.map(({ measured }) => medians(measured));
const table = new Table({
  head: ['', 'ready s', '', 'idle MB', ''],
  colAligns: ['left', ...Array<'right'>(4).fill('right')],
  style: { head: [], border: [] },
});
for (const { name, measured } of contenders) {
  const { seconds, megabytes } = medians(measured);
  const ratio = (value: number, of: number) => (value / of).toFixed(2);
  table.push([
    name,
    seconds.toFixed(2),
    ratio(seconds, base!.seconds),
    megabytes.toFixed(0),
    ratio(megabytes, base!.megabytes),
  ]);
}
console.log(`Node.js ${process.version}; medians of ${STARTS} starts; beside each, its ratio\n\n${table}`);

async function start(args: (data: string) => string[], says: string): Promise<Measured> {
  const data = mkdtempSync(path.join(tmpdir(), 'longhaul-bench-'));
  const began = performance.now();
  const child = spawn(process.execPath, args(data), { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let output = '';
    for await (const text of child.stdout.setEncoding('utf8')) {
      output += text;
      if (output.includes(says)) break;
    }
    if (!output.includes(says)) throw new Error(`It did not start: ${output}`);
    const seconds = (performance.now() - began) / 1000;
    await setTimeout(IDLE_SECONDS * 1000);
    const kilobytes = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' }));
    return { seconds, megabytes: kilobytes / 1000 };
  } finally {
    if (child.exitCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(data, { recursive: true, force: true });
  }
}

function medians(measured: Measured[]): Measured {
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
  return {
    seconds: median(measured.map((one) => one.seconds)),
    megabytes: median(measured.map((one) => one.megabytes)),
  };
}
