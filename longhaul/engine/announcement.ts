import { renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** `engine.json` of the data directory: where commands find the engine, as long as it runs. */
export interface RunningEngine {
  /** The AWS endpoint, `http://127.0.0.1:4566`. */
  url: string;
  /** The HTTP API, `http://127.0.0.1:3000`. */
  apiUrl: string;
  /** What a client of the AWS SDK is made with. */
  aws: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };
}

/** What stays in the data directory when the engine ends. */
export interface Lasting {
  /** Of the stack: `outputs.json`. */
  outputs: Record<string, string>;
  /** Of the stacks nested in it and beside it, by their paths (`Queue`, `A/B`, `orders/Queue`): `nested-outputs.json`. */
  nested: Record<string, Record<string, string>>;
  /** Of its functions, for `sam local invoke`: `env.json`. */
  functionVariables: Record<string, Record<string, string>>;
}

/**
 * Writes `engine.json`, `outputs.json`, `nested-outputs.json` and `env.json`.
 * @returns removes the first one
 */
export function announce(
  dataDirectory: string,
  { url, apiUrl, aws }: RunningEngine,
  { outputs, nested, functionVariables }: Lasting,
): () => void {
  // A new file in the place of the old one: a link there is replaced, and what it points to stays as it is.
  const write = (name: string, content: object) => {
    const file = path.join(dataDirectory, name);
    const next = `${file}.next`;
    rmSync(next, { force: true });
    writeFileSync(next, `${JSON.stringify(content, null, 2)}\n`, { flag: 'wx' });
    renameSync(next, file);
  };
  write('outputs.json', outputs);
  write('nested-outputs.json', nested);
  write('env.json', functionVariables);
  write('engine.json', { url, apiUrl, aws });
  return () => rmSync(path.join(dataDirectory, 'engine.json'), { force: true });
}
