import { createHash } from 'node:crypto';
import { composeEntry, parseEntry } from '../runtime/entry.ts';
import type { JobEnvironment } from '../runtime/environment.ts';
import { toFaithfulJson } from '../runtime/faithful-json.ts';
import type { memoryObjects } from './memory-objects.ts';

/** Contents by path or name; `String(content)` is its text. */
export type Files = Record<string, Buffer>;

type Place = Pick<JobEnvironment, 'executionId' | 'artifacts' | 'attempt'>;
type Memory = Pick<ReturnType<typeof memoryObjects>, 'stored'>;

/** Stores what an earlier start is to have left. The format is in docs/checkpoint.md. */
export function seed(
  { stored }: Memory,
  { executionId, artifacts, attempt }: Place,
  { checkpoint, files = {} }: { checkpoint?: unknown; files?: Readonly<Record<string, string | Uint8Array>> },
): void {
  const put = (key: string, body: Uint8Array) => stored.set(artifacts.key + key, { body, etag: `"seed ${key}"` });
  const saved = Object.entries(files).map(([path, content]) => {
    const body = Buffer.from(content);
    const sha256 = createHash('sha256').update(body).digest('hex');
    const key = `checkpoint/files/${sha256}-seed`;
    put(key, body);
    return { path, sha256, size: body.length, key };
  });
  const entry = {
    launch: { execution: executionId, attempt, interruptions: 0 },
    writer: 'seed',
    write: 1,
    at: new Date().toISOString(),
    ...(checkpoint !== undefined && { state: toFaithfulJson(checkpoint) }),
    files: saved,
  };
  put('checkpoint/state.json', Buffer.from(composeEntry(entry)));
}

/** What there is when the job has ended. */
export function leftBehind({ stored }: Memory, { artifacts }: Place) {
  const body = (name: string) => stored.get(artifacts.key + name)?.body;
  const result = body('result.json');
  const state = body('checkpoint/state.json');
  const entry = state && parseEntry(state);
  const own = [...stored.entries()]
    .map(([key, { body }]) => [key.slice(artifacts.key.length), Buffer.from(body)] as const)
    .filter(([name]) => !/^(result|progress|error)\.json$|^checkpoint\//.test(name));
  return {
    result: result && JSON.parse(Buffer.from(result).toString()),
    checkpoint: entry?.state === undefined ? undefined : JSON.parse(entry.state),
    files: Object.fromEntries((entry?.files ?? []).map(({ path, key }) => [path, Buffer.from(body(key)!)])),
    artifacts: Object.fromEntries(own),
  };
}
