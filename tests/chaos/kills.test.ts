import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, paginateListExecutions, SFNClient } from '@aws-sdk/client-sfn';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { temporaryDirectory, until } from '../end-to-end/engine.ts';
import { node, type Running } from '../end-to-end/process.ts';
import { newId, sources, type Target } from './sources.ts';

/** `npm run chaos` kills it 40 times; another seed does so at other times. */
const ROUNDS = Math.ceil(Number(process.env.CHAOS_EXECUTIONS ?? 10) / 5);
const SEED = Number(process.env.CHAOS_SEED ?? 20261122);
/** After its first event is accepted, the engine is killed within so many milliseconds. */
const WITHIN = 4000;
/** Of each source, in each round. */
const MOST = 2;
/** A job fails at its seventh lost host: three interruptions on Spot, and three attempts on demand. So often, all that runs may end. */
const ROUNDS_AT_MOST = 4;

interface Sent {
  source: string;
  id: string;
  accepted: boolean;
}

async function started(data: string): Promise<{ running: Running; target: Target }> {
  const running = node('longhaul/cli/main.ts', 'start', '--port', '0', '--api-port', '0', '--data', data);
  await running.says('Ctrl-C stops it');
  const read = (file: string) => JSON.parse(readFileSync(path.join(data, file), 'utf8'));
  return { running, target: { ...read('engine.json'), outputs: read('outputs.json') } };
}

/** Every source sends until it has sent enough, or the engine is gone. */
async function sendAll(target: Target, most: number, onAccepted = () => {}): Promise<Sent[]> {
  const all = await Promise.all(
    Object.entries(sources).map(async ([source, send]) => {
      const sent: Sent[] = [];
      for (let count = 0; count < most; count++) {
        const id = newId();
        const accepted = await send(target, id).then(
          () => true,
          () => false,
        );
        sent.push({ source, id, accepted });
        if (!accepted) break;
        onAccepted();
      }
      return sent;
    }),
  );
  return all.flat();
}

interface Execution {
  arn: string;
  input: string;
  status: string;
  output: string;
  /** Why it failed. */
  cause: string;
}

async function executions({ aws, outputs }: Target): Promise<Execution[]> {
  const client = new SFNClient(aws);
  const found: Execution[] = [];
  const pages = paginateListExecutions({ client }, { stateMachineArn: outputs.StateMachineArn });
  for await (const page of pages) {
    for (const { executionArn } of page.executions ?? []) {
      const {
        input = '',
        status = '',
        output = '',
        cause = '',
      } = await client.send(new DescribeExecutionCommand({ executionArn }));
      found.push({ arn: executionArn!, input, status, output, cause });
    }
  }
  client.destroy();
  return found;
}

/** What is in the queues and the bucket of dead letters, and in the queue of failed executions. */
async function deadLetters({ aws, outputs }: Target): Promise<string[]> {
  const sqs = new SQSClient(aws);
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  const counts = QueueUrls.map(async (QueueUrl) => {
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    const { ApproximateNumberOfMessages: waiting, ApproximateNumberOfMessagesNotVisible: hidden } = Attributes!;
    return waiting === '0' && hidden === '0' ? [] : [`${waiting} and ${hidden} messages in ${QueueUrl}`];
  });
  const Bucket = outputs.DeadLettersBucketName;
  const { Contents = [] } = await new S3Client(aws).send(new ListObjectsV2Command({ Bucket }));
  return [...(await Promise.all(counts)).flat(), ...Contents.map(({ Key }) => `${Bucket}/${Key}`)];
}

/** What an execution came to, without what is its own: its state, its result if its job has one, and what its last launch printed. */
async function resultOf({ aws, outputs }: Target, { arn, status, output }: Execution, event: string) {
  const name = arn.split(':').at(-1)!;
  const { log } = JSON.parse(output) as { log: { group: string; stream: string } };
  const s3 = new S3Client(aws);
  const logs = new CloudWatchLogsClient(aws);
  const Key = `executions/${name}/result.json`;
  const stored = await s3.send(new GetObjectCommand({ Bucket: outputs.ArtifactsBucketName, Key })).catch(noSuchKey);
  const result = await stored?.Body?.transformToString();
  const where = { logGroupName: log.group, logStreamName: log.stream, startFromHead: true };
  const { events = [] } = await logs.send(new GetLogEventsCommand(where));
  s3.destroy();
  logs.destroy();
  const isPrinted = events.some(({ message }) => message?.includes(event));
  return { status, isPrinted, result: result?.replaceAll(name, 'NAME').replaceAll(event, 'EVENT') };
}

function noSuchKey(error: Error): undefined {
  if (error.name !== 'NoSuchKey') throw error;
}

test('an engine that is killed while all sources send runs every accepted event exactly once, and buries none', {
  timeout: 300_000 + ROUNDS * 60_000,
}, async () => {
  const data = path.join(await temporaryDirectory(), 'data');
  const sent: Sent[] = [];
  for (const [round, after] of fc.sample(fc.nat(WITHIN), { numRuns: ROUNDS, seed: SEED }).entries()) {
    const { running, target } = await started(data);
    const first = Promise.withResolvers<void>();
    const sending = sendAll(target, MOST, first.resolve);
    await first.promise;
    await pause(after);
    running.child.kill('SIGKILL');
    await running.ended;
    sent.push(...(await sending));
    if ((round + 1) % ROUNDS_AT_MOST > 0) continue;
    const { running: resting, target: at } = await started(data);
    await until(async () => (await executions(at)).every(({ status }) => status !== 'RUNNING'));
    resting.child.kill('SIGKILL');
    await resting.ended;
  }

  const { running, target } = await started(data);
  const whole = await sendAll(target, 1);
  const accepted = [...sent, ...whole].filter((one) => one.accepted);
  const all = await until(async () => {
    const found = await executions(target);
    const isHere = accepted.every(({ id }) => found.some(({ input }) => input.includes(id)));
    return isHere && found.every(({ status }) => status !== 'RUNNING') && found;
  });
  const of = (id: string) => all.filter(({ input }) => input.includes(id));
  const unaccepted = sent.filter((one) => !one.accepted);
  const interruptions = all.reduce((sum, { output }) => sum + (JSON.parse(output || '{}').interruptions ?? 0), 0);
  console.log(
    [
      `${ROUNDS} kills (seed ${SEED}): ${accepted.length} events accepted, ${unaccepted.length} cut off`,
      ...Object.keys(sources).map((source) => {
        const mine = accepted.filter((one) => one.source === source);
        return `  ${source}: ${mine.length} accepted, ${mine.filter(({ id }) => of(id).length === 1).length} with one execution`;
      }),
      `  ${all.length} executions, ${all.filter(({ status }) => status === 'SUCCEEDED').length} succeeded, ${interruptions} interruptions`,
    ].join('\n'),
  );
  expect(accepted.filter(({ id }) => of(id).length !== 1)).toEqual([]);
  // One that was cut off may have been taken, too; never twice.
  expect(unaccepted.filter(({ id }) => of(id).length > 1)).toEqual([]);
  expect(all.filter(({ status }) => status !== 'SUCCEEDED')).toEqual([]);
  for (const { source, id } of accepted) {
    const undisturbed = whole.find((one) => one.source === source)!;
    const [execution, other] = [of(id)[0]!, of(undisturbed.id)[0]!];
    const result = await resultOf(target, execution, id);
    expect(result, `${source} ${id}`).toEqual(await resultOf(target, other, undisturbed.id));
  }
  await expect.poll(() => deadLetters(target)).toEqual([]);
  running.child.kill('SIGINT');
  await running.ended;
});
