import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, vi } from 'vitest';
import { mocked } from '../mocked.ts';
import { environment } from './lambda.ts';

/**
 * For each test of a file: functions with the environment of the template and `variables`, where Step Functions takes every start and
 * S3 every object, until the test says otherwise. What they log is in `logged`, and not on the terminal.
 */
export function functionsAlone(variables: Record<string, string> = {}) {
  const sfn = mocked(SFNClient);
  const s3 = mocked(S3Client);
  const logged: string[] = [];
  beforeEach(() => {
    sfn.reset();
    s3.reset();
    sfn.on(StartExecutionCommand).resolves({});
    s3.on(PutObjectCommand).resolves({});
    logged.length = 0;
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, 'write').mockImplementation((line) => logged.push(String(line)) > 0);
    }
    for (const [name, value] of Object.entries({ ...environment, ...variables })) vi.stubEnv(name, value);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
  const starts = () => sfn.commandCalls(StartExecutionCommand).map(({ args }) => args[0].input);
  const inputs = () => starts().map(({ input }) => JSON.parse(input ?? ''));
  return {
    sfn,
    s3,
    logged,
    /** The requests of all starts so far, the inputs of the executions, and the events that their jobs get. */
    starts,
    inputs,
    events: () => inputs().map(({ event }) => JSON.parse(event)),
  };
}
