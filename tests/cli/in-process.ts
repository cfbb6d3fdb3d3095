import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Command } from 'commander';
import { onTestFinished, vi } from 'vitest';
import type { StackOutputs } from '../../longhaul/client/dead-letters.ts';
import { temporaryDirectory } from '../end-to-end/engine.ts';

const url = 'http://127.0.0.1:9';

/** As a command finds an engine; nothing answers there. */
export const engine = {
  url,
  apiUrl: url,
  aws: { endpoint: url, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
};

/**
 * A command in this process, where clients of AWS can be mocked, of a stack with these outputs: what it says, and its exit code.
 *
 * @param columns - of the terminal; undefined where there is none
 */
export async function inProcess(
  command: Command,
  args: string[],
  { columns, outputs = {}, nested = {} }: { columns?: number } & Partial<StackOutputs> = {},
): Promise<{ said: string; code: string | number }> {
  const directory = await temporaryDirectory();
  writeFileSync(path.join(directory, 'engine.json'), JSON.stringify(engine));
  writeFileSync(path.join(directory, 'outputs.json'), JSON.stringify(outputs));
  writeFileSync(path.join(directory, 'nested-outputs.json'), JSON.stringify(nested));
  let said = '';
  const write = (text: string | Uint8Array) => {
    said += text;
    return true;
  };
  const written = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(write));
  const { isTTY, columns: before } = process.stdout;
  const restore = () => {
    for (const spy of written) spy.mockRestore();
    Object.assign(process.stdout, { isTTY, columns: before });
  };
  onTestFinished(restore);
  Object.assign(process.stdout, { isTTY: columns !== undefined, columns });
  await command.parseAsync([...args, '--data', directory], { from: 'user' });
  restore();
  const code = process.exitCode ?? 0;
  process.exitCode = undefined;
  return { said: stripVTControlCharacters(said), code };
}
