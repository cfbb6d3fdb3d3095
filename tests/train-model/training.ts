import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { pythonEnvironment, root } from '../python/python.ts';
import { Execution, type JobProcess } from '../runtime/job-process.ts';

/** Rows whose target follows from their columns, with what real data have: missing values, categories, noise. */
export function houses(rows: number): string {
  let seed = 7;
  const random = () => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return seed / 2 ** 31;
  };
  const lines = Array.from({ length: rows }, (_, row) => {
    const size = 50 + Math.round(random() * 150);
    const age = Math.round(random() * 80);
    const town = ['north', 'south', 'harbour'][Math.floor(random() * 3)]!;
    const price = 1000 * size - 500 * age + (town === 'harbour' ? 60_000 : 0) + 2000 * (random() - 0.5);
    const kind = price > 110_000 ? 'villa' : price > 80_000 ? 'house' : 'hut';
    return [row, size, random() < 0.1 ? 'NA' : age, town, 'brick', `house ${row}`, price.toFixed(2), kind].join(',');
  });
  return ['id,size,age,town,walls,name,price,kind', ...lines, ''].join('\n');
}

const job = join(root, 'containers/train-model');
const given = { bucket: 'bucket', key: 'houses.csv', target: 'price' };

/** One execution's artifacts, a data set, and the containers that work on them. */
export class TrainingExecution extends Execution {
  async upload(csv: string | Buffer, key = 'houses.csv'): Promise<void> {
    await this.client.send(new PutObjectCommand({ Bucket: 'bucket', Key: key, Body: csv }));
  }

  train(input: object, env: NodeJS.ProcessEnv = {}): JobProcess {
    const event = JSON.stringify({ ...given, ...input });
    const variables = { STP_TRIGGER_EVENT_DATA: event, STP_JOB_NAME: 'train-model' };
    return this.runFile([join(job, 'main.py')], { ...pythonEnvironment, ...variables, ...env }, 'python3');
  }

  async bytes(name: string): Promise<Buffer> {
    const { Body } = await this.client.send(new GetObjectCommand({ Bucket: 'bucket', Key: this.prefix + name }));
    return Buffer.from(await Body!.transformToByteArray());
  }
}

export interface Trained {
  outcome: string;
  message: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test knows what it trained
  result: any;
}

/** The job's handler in a process that trains one model after the other, for what does not depend on the container. */
export class Handler {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<string>;

  constructor({ environment }: TrainingExecution) {
    const PYTHONPATH = pythonEnvironment.PYTHONPATH + delimiter + job;
    const env = { ...environment, ...pythonEnvironment, PYTHONPATH };
    const file = join(import.meta.dirname, 'handler.py');
    this.#process = spawn('python3', [file], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  async train(input: object): Promise<Trained> {
    this.#process.stdin.write(`${JSON.stringify({ ...given, ...input })}\n`);
    return JSON.parse((await this.#answers.next()).value);
  }

  async stop(): Promise<void> {
    this.#process.stdin.end();
    await once(this.#process, 'close');
  }
}
