/**
 * The main job, end to end: a CSV file lands in a bucket, a container job profiles it, loses its Spot capacity half
 * way, continues from its checkpoint and delivers a report. Everything on the way is what `sam deploy` puts into an
 * account; only the endpoint is this machine's.
 */
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { styleText } from 'node:util';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetExecutionHistoryCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { type Engine, startEngine } from 'longhaul/engine';
import { Progress } from './progress.ts';
import { summary } from './summary.ts';
import { timeline } from './timeline.ts';

/** FAA wildlife strikes: 10,000 rows of 14 columns. */
const dataSet = path.join(import.meta.dirname, '../node_modules/vega-datasets/data/birdstrikes.csv');
const key = 'incoming/birdstrikes.csv';
const interruptAt = 0.4;
/** How long reading the object takes at the rate that the engine gives it, in seconds: long enough to watch. */
const readingTakes = 14;

const projectDirectory = path.resolve(import.meta.dirname, '..');
const reportDirectory = path.join(projectDirectory, '.aws-sam', 'demo');

const say = (text: string) => console.log(text);
const title = (text: string) => say(`\n${styleText('bold', text)}`);

const data = readFileSync(dataSet);
const bytesPerSecond = Math.ceil(data.length / readingTakes);
const dataDirectory = await mkdtemp(path.join(tmpdir(), 'longhaul-demo-'));
let engine: Engine | undefined;
try {
  title('1. The engine boots what template.yaml declares');
  engine = await startEngine({ projectDirectory, dataDirectory, port: 0, apiPort: 0, bytesPerSecond });
  say(`   AWS endpoint ${engine.url}, HTTP API ${engine.apiUrl}`);
  say(`   objects are read at ${Math.round(bytesPerSecond / 1000)} kB/s, so that there is something to watch`);
  await demonstrate(engine);
} finally {
  await engine?.close();
  await rm(dataDirectory, { recursive: true, force: true });
}

async function demonstrate({ aws, apiUrl, outputs, interrupt }: Engine): Promise<void> {
  const s3 = new S3Client(aws);
  const states = new SFNClient(aws);

  title('2. A file lands in the bucket');
  await s3.send(
    new PutObjectCommand({ Bucket: outputs.UploadsBucketName, Key: key, Body: data, ContentType: 'text/csv' }),
  );
  say(`   s3://${outputs.UploadsBucketName}/${key}, ${data.length.toLocaleString('en')} bytes`);

  title('3. The S3 trigger starts one execution');
  const { name: id, executionArn } = await until(async () => {
    const { executions } = await states.send(new ListExecutionsCommand({ stateMachineArn: outputs.StateMachineArn }));
    return executions?.[0];
  });
  say(`   ${id}`);

  title('4. The job runs, loses its Spot capacity, and continues');
  const bar = new Progress(data.length);
  let interrupted = false;
  let continued = false;
  const execution = await until(async () => {
    const now = (await (await fetch(`${apiUrl}/executions/${id}`)).json()) as Execution;
    const { done = 0, interruptions = 0 } = now.progress ?? {};
    bar.update(Math.max(done, 0));
    if (!interrupted && done >= interruptAt * data.length) {
      interrupted = true;
      bar.note(`Spot capacity taken away at ${percent(done)}: SIGTERM, the job saves its checkpoint`);
      await interrupt(String(id));
    }
    if (!continued && interruptions > 0) {
      continued = true;
      bar.note(`launched again; first progress of the new container: ${percent(done)}, not 0`);
    }
    return now.status === 'RUNNING' ? undefined : now;
  });
  bar.update(execution.status === 'SUCCEEDED' ? data.length : 0);
  bar.stop();
  if (execution.status !== 'SUCCEEDED' || execution.interruptions !== 1) {
    throw new Error(`The execution should have succeeded after one interruption: ${JSON.stringify(execution)}`);
  }

  title('5. What happened, from the history of the execution');
  const { events = [] } = await states.send(new GetExecutionHistoryCommand({ executionArn }));
  for (const { at, what, seconds } of timeline(events)) {
    say(`   ${at.toFixed(2).padStart(6)} s  ${what}${seconds === undefined ? '' : `, ${seconds.toFixed(1)} s`}`);
  }

  title('6. The report');
  for (const line of summary(execution.result)) say(`   ${line}`);
  const reportKey = `executions/${id}/report.html`;
  const report = await s3.send(new GetObjectCommand({ Bucket: outputs.ArtifactsBucketName, Key: reportKey }));
  await mkdir(reportDirectory, { recursive: true });
  const file = path.join(reportDirectory, 'report.html');
  await writeFile(file, (await report.Body?.transformToByteArray()) ?? '');
  say(`\n   Open it: ${path.relative(process.cwd(), file)}`);
  say('   Next: run npm start.\n');
}

interface Execution {
  status: string;
  interruptions: number;
  progress?: { done: number; total: number; interruptions: number };
  result: Parameters<typeof summary>[0];
}

function percent(done: number): string {
  return `${Math.round((100 * done) / data.length)} %`;
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Error('Waited for a minute in vain');
}
