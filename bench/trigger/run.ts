/**
 * What a trigger costs, against the plain handler that people write, in one run: `npm run bench:trigger`.
 *
 * Init is the loading of the handler in a fresh process, the median of many; with the first event it is a cold start. Both
 * talk to the same local stand-in for Step Functions and Secrets Manager, which answers at once.
 */
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import Table from 'cli-table3';
import { type Built, buildPlain, buildTriggers } from './build.ts';

const STARTS = 31;
const WARM_EVENTS = 400;

interface Measured {
  init: number;
  first: number;
  warm: number;
}

/** By which the samples of webhooks are signed. */
const SECRET = '{"SecretString":"sample-secret"}';

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
    const isSecret = request.headers['x-amz-target'] === 'secretsmanager.GetSecretValue';
    response.end(
      isSecret ? SECRET : '{"executionArn":"arn:aws:states:us-east-1:000000000000:execution:m:e","startDate":1}',
    );
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const env = {
  PATH: process.env.PATH,
  AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  STATE_MACHINE_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:m',
  ARTIFACTS_BUCKET: 'artifacts',
  JOB: 'hello-world',
  WEBHOOK_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:bench',
  WEBHOOK_TOLERANCE_SECONDS: '9999999999',
  FOLLOWERS: 'hello-world', // AfterTrigger: it reads the result first, as no other trigger has to
};

const triggers = await buildTriggers();
const plain = await buildPlain();
try {
  const all = [...plain.handlers, ...triggers.handlers];
  const measured = await measure(all);
  print(all, measured);
} finally {
  await Promise.all([triggers.remove(), plain.remove()]);
  server.close();
}

/** Handlers take turns, so that whatever else the machine does troubles all of them alike. */
async function measure(all: Built[]): Promise<Map<Built, Measured>> {
  // The file system's cache, as warm for the first handler as for the last.
  for (const built of all) await start(built, 0);
  const starts = new Map<Built, Measured[]>(all.map((built) => [built, []]));
  for (let round = 0; round < STARTS; round++) {
    for (const built of all) starts.get(built)!.push(await start(built, round % 5 === 0 ? WARM_EVENTS : 0));
  }
  return new Map(
    all.map((built) => {
      const of = (key: keyof Measured) => starts.get(built)!.map((measured) => measured[key]);
      return [
        built,
        { init: median(of('init')), first: median(of('first')), warm: median(of('warm').filter(Boolean)) },
      ];
    }),
  );
}

async function start({ file, exported, event, environment }: Built, warm: number): Promise<Measured> {
  const script = path.join(import.meta.dirname, 'measure.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, file, exported, event, String(warm)], {
    env: { ...env, ...environment },
  });
  return JSON.parse(stdout);
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function print(all: Built[], measured: Map<Built, Measured>): void {
  const [yardstick] = plain.handlers;
  const base = measured.get(yardstick)!;
  const table = new Table({
    head: ['', 'init ms', '', '+ first event', '', 'warm ms', '', 'loaded kB', ''],
    colAligns: ['left', ...Array<'right'>(8).fill('right')],
    style: { head: [], border: [] },
  });
  for (const built of all) {
    const { init, first, warm } = measured.get(built)!;
    const pair = (value: number, of: number, digits: number) => [value.toFixed(digits), (value / of).toFixed(2)];
    table.push([
      built.name,
      ...pair(init, base.init, 1),
      ...pair(first, base.first, 1),
      ...pair(warm, base.warm, 2),
      ...pair(built.loadedBytes / 1000, yardstick.loadedBytes / 1000, 0),
    ]);
  }
  console.log(
    `Node.js ${process.version}; medians of ${STARTS} fresh processes and ${WARM_EVENTS} warm events; beside each, its ratio\n`,
  );
  console.log(table.toString());
}
