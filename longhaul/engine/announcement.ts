import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Stack } from './template/index.ts';

/** `engine.json` of the data directory: where commands find the engine, as long as it runs. */
export interface RunningEngine {
  /** The AWS endpoint, `http://127.0.0.1:4566`. */
  url: string;
  /** The HTTP API, `http://127.0.0.1:3000`. */
  apiUrl: string;
  /** What a client of the AWS SDK is made with. */
  aws: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };
}

/**
 * Writes `engine.json`, and two files that stay when the engine ends: `outputs.json`, the stack's outputs, and `nested-outputs.json`,
 * those of the stacks nested in it by their paths (`Queue`, `A/B`).
 * @returns takes the first one away
 */
export function announce(
  dataDirectory: string,
  { url, apiUrl, aws }: RunningEngine,
  { outputs, nested }: Pick<Stack, 'outputs' | 'nested'>,
): () => void {
  const write = (file: string, content: object) => {
    writeFileSync(path.join(dataDirectory, file), `${JSON.stringify(content, null, 2)}\n`);
  };
  write('outputs.json', outputs);
  write('nested-outputs.json', nested);
  write('engine.json', { url, apiUrl, aws });
  return () => rmSync(path.join(dataDirectory, 'engine.json'), { force: true });
}
