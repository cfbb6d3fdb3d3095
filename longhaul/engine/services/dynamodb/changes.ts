import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Callback, Item, ItemDb, Operation, Store } from './dynalite.ts';

/** One change of one item, whole. */
export interface Change {
  /** 32 hexadecimal digits; the same for ever. */
  id: string;
  tableName: string;
  /** Milliseconds since the epoch. */
  time: number;
  oldImage?: Item;
  newImage?: Item;
}

export interface ChangeSink {
  /** Whether changes of this table are wanted. */
  wants(tableName: string): boolean;
  /** Keeps a change. To be given one twice does no harm. */
  accept(change: Change): void;
}

/** One item of several that are written together. */
export interface ItemWrite {
  tableName: string;
  /** As dynalite makes it of the key attributes. */
  key: string;
  oldImage: Item | undefined;
  /** Undefined deletes it. */
  newImage: Item | undefined;
}

/** Writes items, and more, all or none; whoever calls holds the items' locks. */
export type WriteTogether = (writes: ItemWrite[], more: Operation[]) => Promise<void>;

/** Where changes wait in dynalite's own LevelDB, beside the items; no table's prefix (`item-…~`) begins like it. */
const PREFIX = 'change~';

/**
 * Reports each change of an item in the order in which it happened. No kill of the engine loses one: item and change go
 * to LevelDB in one atomic write, the change goes on from there to the sink, and what is left in between is passed on at
 * the next start, before anything else is written. The writer is answered only when the sink has the change.
 *
 * dynalite writes an item only while it holds the item's lock, so that what is read here just before is the old image.
 * A write that leaves the item as it was is no change, as in DynamoDB:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 */
export async function watchChanges(store: Store, sink: ChangeSink, now: () => number): Promise<WriteTogether> {
  await passOnWhatIsLeft(store, sink);
  const itemDbs = new Map<string, ItemDb>();
  const plain = store.getItemDb;
  let count = 0;

  const write = async (operations: Operation[], changes: Change[]) => {
    const waiting = changes.map((value) => ({ key: `${PREFIX}${String(++count).padStart(16, '0')}`, value }));
    await store.db.batch([...operations, ...waiting.map((one) => ({ type: 'put' as const, ...one }))]);
    // Should the sink fail, the changes stay for the next start.
    for (const change of changes) sink.accept(change);
    // It is not waited for: to find them again at the next start does no harm.
    store.db.batch(waiting.map(({ key }) => ({ type: 'del' as const, key }))).catch(() => {});
  };
  const change = (tableName: string, oldImage: Item | undefined, newImage: Item | undefined): Change[] => {
    if (!sink.wants(tableName) || isDeepStrictEqual(comparable(oldImage), comparable(newImage))) return [];
    const id = randomBytes(16).toString('hex');
    return [{ id, tableName, time: now(), ...(oldImage && { oldImage }), ...(newImage && { newImage }) }];
  };
  const operation = (tableName: string, key: string, value: Item | undefined): Operation => {
    const place = `item-${tableName}~${key}`;
    return value ? { type: 'put', key: place, value } : { type: 'del', key: place };
  };

  store.getItemDb = (tableName) => {
    const known = itemDbs.get(tableName);
    if (known) return known;
    const items = plain(tableName);
    const watch = (key: string, newImage: Item | undefined, callback: Callback) =>
      items.get(key, (error, oldImage) => {
        if (error && (error as Error).name !== 'NotFoundError') return callback(error);
        write([operation(tableName, key, newImage)], change(tableName, oldImage, newImage)).then(
          () => callback(null),
          (failure) => callback(failure),
        );
      });
    const watched: ItemDb = Object.assign(Object.create(items), {
      put: (key: string, value: Item, callback: Callback) =>
        sink.wants(tableName) ? watch(key, value, callback) : items.put(key, value, callback),
      del: (key: string, callback: Callback) =>
        sink.wants(tableName) ? watch(key, undefined, callback) : items.del(key, callback),
    });
    itemDbs.set(tableName, watched);
    return watched;
  };
  return (writes, more) =>
    write(
      [...writes.map(({ tableName, key, newImage }) => operation(tableName, key, newImage)), ...more],
      writes.flatMap(({ tableName, oldImage, newImage }) => change(tableName, oldImage, newImage)),
    );
}

async function passOnWhatIsLeft(store: Store, sink: ChangeSink): Promise<void> {
  const done: Operation[] = [];
  for await (const [key, change] of store.db.iterator({ gte: PREFIX, lt: `${PREFIX}\xff` })) {
    sink.accept(change as Change);
    done.push({ type: 'del', key });
  }
  if (done.length > 0) await store.db.batch(done);
}

/** An image in which the order of a set's members does not count. */
function comparable(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(comparable);
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, inner]) => [
        name,
        /^[SNB]S$/.test(name) && Array.isArray(inner) ? [...inner].sort() : comparable(inner),
      ])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  );
}
