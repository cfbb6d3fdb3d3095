import { readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';

/** What is to be sent. */
export interface Given {
  /** Of the file; undefined for stdin. */
  name?: string;
  /** It is the sample of `events/`, which may be sent again and again, each time as a new event. */
  sample: boolean;
  bytes: Buffer;
  /** The JSON in it; undefined where it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: whoever sends it looks for the shape of its own source
  json: any;
}

/**
 * The sample of a trigger in `events/`, a file, or stdin (`-`).
 *
 * @throws Error that says which file is not there, and what to give instead
 */
export async function readGiven(trigger: string, file: string | undefined): Promise<Given> {
  if (file === '-') return given(Buffer.from(await text(process.stdin)), { sample: false });
  if (file !== undefined) return given(read(file, ''), { name: path.basename(file), sample: false });
  const sample = path.join('events', `${trigger}.json`);
  const bytes = read(sample, ' here to send. Give a file, or - for what is piped in');
  return given(bytes, { name: path.basename(sample), sample: true });
}

function read(file: string, instead: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EISDIR') throw new Error(`${file} is a directory; a file is wanted.`);
    if (code !== 'ENOENT') throw error;
    throw new Error(`There is no file ${file}${instead}.`);
  }
}

function given(bytes: Buffer, rest: { name?: string; sample: boolean }): Given {
  return { ...rest, bytes, json: parse(bytes) };
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
