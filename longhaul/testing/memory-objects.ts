import type { S3Address } from '../runtime/environment.ts';
import { ConditionError, type ObjectStore, type StoredObject } from '../runtime/objects.ts';

/** S3 in memory, as far as the runtime needs it; `stored` is what there is, by key. One bucket is enough. */
export function memoryObjects(): ObjectStore & { stored: Map<string, StoredObject> } {
  const stored = new Map<string, StoredObject>();
  let writes = 0;
  const write = ({ key }: S3Address, body: string | Uint8Array): string => {
    const etag = `"${++writes}"`;
    stored.set(key, { body: Buffer.from(body), etag });
    return etag;
  };
  return {
    stored,
    async get({ key }) {
      return stored.get(key);
    },
    async put(address, body, { condition }) {
      const found = stored.get(address.key)?.etag;
      const holds = !condition || (condition === 'absent' ? found === undefined : found === condition.etag);
      if (!holds) throw new ConditionError('changed', address, undefined);
      return write(address, body);
    },
    async copy(from, to, etag) {
      const found = stored.get(from.key);
      if (found?.etag !== etag) throw new ConditionError('changed', to, undefined);
      write(to, found.body);
    },
    async download({ key }, from) {
      const found = stored.get(key);
      return found && chunks(found.body.subarray(from));
    },
    async upload(address, body) {
      const parts: Uint8Array[] = [];
      for await (const part of body) parts.push(part);
      write(address, Buffer.concat(parts));
    },
    async delete(address, etag) {
      if (etag !== undefined && stored.get(address.key)?.etag !== etag) {
        throw new ConditionError('changed', address, undefined);
      }
      stored.delete(address.key);
    },
    async list({ key: prefix }) {
      return [...stored.keys()].filter((key) => key.startsWith(prefix)).sort();
    },
    close() {},
  };
}

async function* chunks(body: Uint8Array): AsyncGenerator<Uint8Array> {
  if (body.length > 0) yield body;
}
