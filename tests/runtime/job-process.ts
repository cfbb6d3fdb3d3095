import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { LocalS3 } from '../engine/s3-fixture.ts';

export type LogLine = { level: string; message: string; [field: string]: unknown };

/** A container of a job: a real process, told what the state machine tells it. */
export class JobProcess {
  readonly child: ChildProcess;
  readonly lines: LogLine[] = [];
  output = '';
  /** The exit code, or the signal that killed it. */
  readonly exit: Promise<number | NodeJS.Signals | null>;
  readonly #watchers = new Set<() => void>();

  constructor(command: string[], env: NodeJS.ProcessEnv, program = process.execPath) {
    this.child = spawn(program, command, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout!, this.child.stderr!]) this.#read(stream);
    this.exit = new Promise((resolve) => {
      this.child.on('close', (code, signal) => {
        for (const watcher of this.#watchers) watcher();
        resolve(code ?? signal);
      });
    });
  }

  /** The first line with this message, written already or still to come. */
  line(message: string): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      const watcher = () => {
        const line = this.lines.find((line) => line.message === message);
        if (line) resolve(line);
        else if (this.child.exitCode !== null) reject(new Error(`Ended without "${message}":\n${this.output}`));
      };
      this.#watchers.add(watcher);
      watcher();
    });
  }

  /** Lets a job that says "waiting" go on. */
  async order(): Promise<void> {
    await this.line('waiting');
    this.child.kill('SIGUSR2');
  }

  #read(stream: NodeJS.ReadableStream): void {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
      const complete = (rest + text).split('\n');
      rest = complete.pop() ?? '';
      for (const line of complete) {
        if (line.startsWith('{')) this.lines.push(JSON.parse(line));
      }
      for (const watcher of this.#watchers) watcher();
    });
  }
}

/** For `expect.poll`: however busy the machine is. */
export const PATIENTLY = { timeout: 50_000 };

export const EXECUTION = `test-${'0'.repeat(32)}`;

/** S3 with one execution's artifacts, and the containers that work on them. */
export class Execution extends LocalS3 {
  readonly #processes: JobProcess[] = [];
  readonly prefix = `executions/${EXECUTION}/`;

  run(job: string, env: NodeJS.ProcessEnv = {}): JobProcess {
    return this.runFile([join(import.meta.dirname, 'jobs.ts'), job], env);
  }

  runFile(command: string[], env: NodeJS.ProcessEnv = {}, program?: string): JobProcess {
    const started = new JobProcess(command, { ...this.environment, ...env }, program);
    this.#processes.push(started);
    return started;
  }

  get environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      // What a killed container leaves is removed with the rest.
      TMPDIR: this.directory,
      AWS_ENDPOINT_URL: this.endpoint.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'thing',
      STP_TRIGGER_EVENT_DATA: '{"some":"event"}',
      STP_CURRENT_ATTEMPT: '1',
      STP_MAXIMUM_ATTEMPTS: '3',
      STP_INTERRUPTIONS: '0',
      STP_JOB_NAME: 'test',
      STP_EXECUTION_ID: EXECUTION,
      STP_ARTIFACTS_URI: `s3://bucket/${this.prefix}`,
      STP_TIMEOUT_SECONDS: '3600',
      STP_STOP_TIMEOUT_SECONDS: '30',
    };
  }

  /** An artifact's text, or undefined. */
  async text(name: string): Promise<string | undefined> {
    try {
      const found = await this.client.send(new GetObjectCommand({ Bucket: 'bucket', Key: this.prefix + name }));
      return await found.Body!.transformToString();
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: a test knows what it stored
  async json(name: string): Promise<any> {
    const text = await this.text(name);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async put(name: string, body: string): Promise<void> {
    await this.client.send(new PutObjectCommand({ Bucket: 'bucket', Key: this.prefix + name, Body: body }));
  }

  async remove(name: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: 'bucket', Key: this.prefix + name }));
  }

  async names(): Promise<string[]> {
    const { Contents = [] } = await this.client.send(new ListObjectsV2Command({ Bucket: 'bucket' }));
    return Contents.map(({ Key }) => Key!.replace(this.prefix, ''));
  }

  override async stop(): Promise<void> {
    for (const { child } of this.#processes) child.kill('SIGKILL');
    await Promise.all(this.#processes.splice(0).map(({ exit }) => exit));
    await super.stop();
  }
}
