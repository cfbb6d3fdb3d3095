import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type Engine, type EngineOptions, startEngine } from 'longhaul/engine';
import { onTestFinished } from 'vitest';
import { executionName } from '../../longhaul/client/identity.ts';

export const app = path.resolve(import.meta.dirname, '../..');
export const misbehaving = path.join(import.meta.dirname, 'project');

/** An empty directory for an engine's state, gone after the test or suite that `cleanUp` belongs to. */
export async function temporaryDirectory(cleanUp = onTestFinished as (then: () => unknown) => void): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'longhaul-test-'));
  cleanUp(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** An engine whose `close` fails when a function or job of the project did what its role does not allow. */
export async function engineOf(projectDirectory: string, options: EngineOptions = {}): Promise<Engine> {
  const missing: string[] = [];
  const engine = await startEngine({
    projectDirectory,
    port: 0,
    apiPort: 0,
    minimumTimeoutSeconds: 1,
    stateTimeLimitSeconds: 1,
    ...options,
    onNotice(notice) {
      if (notice.startsWith('Missing right')) missing.push(notice);
      options.onNotice?.(notice);
    },
  });
  return {
    ...engine,
    async close() {
      await engine.close();
      if (missing.length > 0) throw new Error(missing.join('\n'));
    },
  };
}

/** Polls until `look` sees something; a test that waits in vain fails by its timeout. */
export async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** By default under a name like that of triggers: the role of a job reaches the artifacts of no other. */
export async function start(
  engine: Engine,
  input: object,
  name = 'job' in input && /^[a-z0-9-]+$/.test(String(input.job))
    ? executionName(String(input.job), [randomUUID()])
    : undefined,
): Promise<string> {
  const { executionArn } = await new SFNClient(engine.aws).send(
    new StartExecutionCommand({ stateMachineArn: engine.outputs.StateMachineArn, input: JSON.stringify(input), name }),
  );
  return executionArn!;
}

export async function ended({ aws }: Engine, executionArn: string): Promise<DescribeExecutionCommandOutput> {
  const states = new SFNClient(aws);
  return until(async () => {
    const execution = await states.send(new DescribeExecutionCommand({ executionArn }));
    return execution.status !== 'RUNNING' && execution;
  });
}

/** The names of the states that were entered, in order. */
export async function statesEntered({ aws }: Engine, executionArn: string): Promise<string[]> {
  const { events = [] } = await new SFNClient(aws).send(
    new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }),
  );
  return events.flatMap((event) => event.stateEnteredEventDetails?.name ?? []);
}

/** A JSON file among the artifacts of an execution; undefined while it is not there. */
export async function artifact<T>(
  { aws, outputs }: Engine,
  executionArn: string,
  file: string,
): Promise<T | undefined> {
  const Key = `executions/${executionArn.split(':').at(-1)}/${file}`;
  try {
    const { Body } = await new S3Client(aws).send(new GetObjectCommand({ Bucket: outputs.ArtifactsBucketName, Key }));
    return JSON.parse((await Body?.transformToString()) ?? '') as T;
  } catch (error) {
    if ((error as Error).name === 'NoSuchKey') return undefined;
    throw error;
  }
}

export const id = (executionArn: string) => executionArn.split(':').at(-1)!;
