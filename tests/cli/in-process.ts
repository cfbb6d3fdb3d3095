import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type { Command } from 'commander';
import { vi } from 'vitest';
import { longhaul as runProgram } from '../../longhaul/cli/commands.ts';
import type { StackOutputs } from '../../longhaul/client/dead-letters.ts';
import { temporaryDirectory } from '../end-to-end/engine.ts';
import type { Outcome } from './tool.ts';

/** `longhaul …` in this process: what `tool` does, for a fraction of the time. One at a time, because they share stdout. */
export function longhaul(...args: string[]): Promise<Outcome> {
  return captured(() => runProgram(args));
}

/** The same with this on standard input. */
export function longhaulGiven(input: string, ...args: string[]): Promise<Outcome> {
  const stdin = vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from([input]) as typeof process.stdin);
  return captured(() => runProgram(args)).finally(() => stdin.mockRestore());
}

/**
 * What a command writes, without colours, and its exit code. Leaves this process as it was.
 *
 * @param columns - of the terminal; undefined where there is none
 */
export async function captured(command: () => Promise<unknown>, columns?: number): Promise<Outcome> {
  const { stdout, stderr, exitCode } = process;
  if (vi.isMockFunction(stdout.write)) throw new Error('Another command runs in this process.');
  const said = { stdout: '', stderr: '' };
  const write = (name: keyof typeof said) => (text: string | Uint8Array) => {
    said[name] += text;
    return true;
  };
  const spies = [
    vi.spyOn(stdout, 'write').mockImplementation(write('stdout')),
    vi.spyOn(stderr, 'write').mockImplementation(write('stderr')),
    vi.spyOn(console, 'log').mockImplementation((text) => write('stdout')(`${text}\n`)),
  ];
  const { isTTY, columns: before } = stdout;
  const listened = [[process, 'SIGINT'] as const, [stdout, 'error'] as const, [stderr, 'error'] as const].map(
    ([emitter, event]) => ({ emitter, event, listeners: emitter.rawListeners(event) }),
  );
  Object.assign(stdout, { isTTY: columns !== undefined, columns });
  process.exitCode = undefined;
  try {
    await command();
    return {
      code: Number(process.exitCode ?? 0),
      stdout: stripVTControlCharacters(said.stdout),
      stderr: stripVTControlCharacters(said.stderr),
    };
  } finally {
    process.exitCode = exitCode;
    Object.assign(stdout, { isTTY, columns: before });
    for (const spy of spies) spy.mockRestore();
    for (const { emitter, event, listeners } of listened) {
      for (const added of emitter.rawListeners(event)) {
        if (!listeners.includes(added)) emitter.off(event, added as () => void);
      }
    }
  }
}

const url = 'http://127.0.0.1:9';

/** As a command finds an engine; nothing answers there. */
export const engine = {
  url,
  apiUrl: url,
  aws: { endpoint: url, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
};

/** A command where clients of AWS can be mocked, of a stack with these outputs: what it says on stdout and stderr, and its exit code. */
export async function inProcess(
  command: Command,
  args: string[],
  { columns, outputs = {}, nested = {} }: { columns?: number } & Partial<StackOutputs> = {},
): Promise<{ said: string; code: number | null }> {
  const directory = await temporaryDirectory();
  writeFileSync(path.join(directory, 'engine.json'), JSON.stringify(engine));
  writeFileSync(path.join(directory, 'outputs.json'), JSON.stringify(outputs));
  writeFileSync(path.join(directory, 'nested-outputs.json'), JSON.stringify(nested));
  const { stdout, stderr, code } = await captured(
    () => command.parseAsync([...args, '--data', directory], { from: 'user' }),
    columns,
  );
  return { said: stderr + stdout, code };
}
