import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { app } from '../end-to-end/engine.ts';

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface ToolOptions {
  /** What is piped in. */
  input?: string;
  /** The application that it is run in, with its own code of Longhaul. */
  directory?: string;
  /** Variables besides those of the tests, and instead of them. */
  environment?: Record<string, string>;
  /** `afterAll`, outside of a test. */
  cleanUp?(then: () => unknown): void;
}

/** `longhaul …` as a process of its own, as a person runs it. Costs half a second: most tests take `longhaul` of in-process.ts. */
export async function tool(
  args: string[],
  {
    input = '',
    directory = app,
    environment = {},
    cleanUp = onTestFinished as (then: () => unknown) => void,
  }: ToolOptions = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [path.join(directory, 'longhaul/cli/main.ts'), ...args], {
    cwd: directory,
    env: {
      ...process.env,
      AWS_ENDPOINT_URL: undefined,
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
      ...environment,
    },
    stdio: 'pipe',
  });
  cleanUp(() => void child.kill('SIGKILL'));
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ]);
  return { code, stdout, stderr };
}
