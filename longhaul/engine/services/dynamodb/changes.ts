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
export async function watchChanges(store: Store, sink: ChangeSink, now: () => number): Promise<void> {
  await passOnWhatIsLeft(store, sink);
  const itemDbs = new Map<string, ItemDb>();
  const plain = store.getItemDb;
  let count = 0;

  const write = (operation: Operation, change: Change, callback: Callback) => {
    const waiting = `${PREFIX}${String(++count).padStart(16, '0')}`;
    store.db.batch([operation, { type: 'put', key: waiting, value: change }]).then(
      () => {
        try {
          sink.accept(change);
        } catch (error) {
          return callback(error); // the change stays, for the next start
        }
        callback(null);
        // It is not waited for: to find it again at the next start does no harm.
        store.db.batch([{ type: 'del', key: waiting }]).catch(() => {});
      },
      (error) => callback(error),
    );
  };

  store.getItemDb = (tableName) => {
    const known = itemDbs.get(tableName);
    if (known) return known;
    const items = plain(tableName);
    const changeOf = (key: string, newImage: Item | undefined, then: Callback<Change>) =>
      items.get(key, (error, oldImage) => {
        if (error && (error as Error).name !== 'NotFoundError') return then(error);
        if (isDeepStrictEqual(comparable(oldImage), comparable(newImage))) return then(null);
        const id = randomBytes(16).toString('hex');
        then(null, { id, tableName, time: now(), ...(oldImage && { oldImage }), ...(newImage && { newImage }) });
      });
    const watched: ItemDb = Object.assign(Object.create(items), {
      put(key: string, value: Item, callback: Callback) {
        if (!sink.wants(tableName)) return items.put(key, value, callback);
        changeOf(key, value, (error, change) => {
          if (error || !change) return callback(error);
          write({ type: 'put', key: `item-${tableName}~${key}`, value }, change, callback);
        });
      },
      del(key: string, callback: Callback) {
        if (!sink.wants(tableName)) return items.del(key, callback);
        changeOf(key, undefined, (error, change) => {
          if (error || !change) return callback(error);
          write({ type: 'del', key: `item-${tableName}~${key}` }, change, callback);
        });
      },
    });
    itemDbs.set(tableName, watched);
    return watched;
  };
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
