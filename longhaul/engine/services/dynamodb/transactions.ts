import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { ServiceError } from '../../endpoint/service.ts';
import type { ItemWrite, WriteTogether } from './changes.ts';
import type { ActionName, Callback, Dynalite, Item, ItemDb, Operation, Store, Table } from './dynalite.ts';
import { withSeenItem } from './seen-item.ts';

type Input = Record<string, unknown>;

/** One thing of a transaction, by what dynalite runs for it; a check runs as a deletion that is not kept. */
interface Step {
  action: ActionName;
  input: Input & { TableName: string };
  isCheck: boolean;
  key: string;
}

/** Why a step did not work, as TransactionCanceledException tells it for each. */
interface Reason {
  Code: string;
  Message?: string;
  Item?: Item;
}

const ACTIONS: Record<string, ActionName> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'DeleteItem',
};

/** Items of one request: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const MOST_ITEMS = 100;
/** Milliseconds for which a `ClientRequestToken` makes a repetition do nothing (same page). */
const TOKEN_LIFETIME = 10 * 60_000;
/** Where they stand in dynalite's LevelDB; no table's prefix begins like it. */
const TOKEN = 'token~';

/** Transactions, which dynalite does not have: its own actions under the locks of all items, written together at the end. */
export class Transactions {
  readonly #dynalite: Dynalite;
  readonly #writeTogether: WriteTogether;
  readonly #now: () => number;

  constructor(dynalite: Dynalite, writeTogether: WriteTogether, now: () => number) {
    this.#dynalite = dynalite;
    this.#writeTogether = writeTogether;
    this.#now = now;
  }

  /** @throws ServiceError TransactionCanceledException with a reason per item, ValidationException, IdempotentParameterMismatchException */
  async write({ TransactItems, ClientRequestToken: token }: Input): Promise<Input> {
    const steps = await Promise.all(counted(TransactItems).map((item) => this.#step(item)));
    if (new Set(steps.map(({ input, key }) => `${input.TableName} ${key}`)).size < steps.length) {
      throw invalid('Transaction request cannot include multiple operations on one item');
    }
    const release = await this.#lock(steps);
    try {
      const hash = createHash('sha256').update(JSON.stringify(TransactItems)).digest('hex');
      const place = `${TOKEN}${token}`;
      if (token !== undefined && (await this.#isDone(place, hash))) return {};
      const { writes, more } = await this.#run(steps);
      if (token !== undefined) more.push({ type: 'put', key: place, value: { hash, time: this.#now() } });
      await this.#writeTogether(writes, more);
      return {};
    } finally {
      release();
    }
  }

  /** Reads items at one moment. @throws ServiceError */
  async read({ TransactItems }: Input): Promise<Input> {
    const gets = counted(TransactItems).map(({ Get }) => {
      if (Get) return Get as Step['input'] & { Key: Item };
      throw invalid('Each of TransactItems must be a Get.');
    });
    const steps = await Promise.all(
      gets.map(async (input): Promise<Step> => {
        const table = await this.#table(input.TableName);
        return {
          action: 'GetItem',
          input: { ...input, TableName: table.TableName },
          isCheck: true,
          key: keyOf(input.Key, table),
        };
      }),
    );
    const release = await this.#lock(steps);
    try {
      const answers = await Promise.all(
        steps.map(({ input }) => this.#dynalite.call('GetItem', structuredClone(input))),
      );
      return { Responses: answers.map(({ Item: item }) => (item ? { Item: item } : {})) };
    } finally {
      release();
    }
  }

  /** Removes tokens that no longer count. */
  async forgetTokens(): Promise<void> {
    const { db } = this.#dynalite.store;
    const old: Operation[] = [];
    for await (const [key, token] of db.iterator({ gte: TOKEN, lt: `${TOKEN}\xff` })) {
      if (this.#now() - (token as { time: number }).time > TOKEN_LIFETIME) old.push({ type: 'del', key });
    }
    await db.batch(old);
  }

  async #table(name: unknown): Promise<Table> {
    const table = await this.#dynalite.table(String(name));
    if (table) return table;
    throw new ServiceError('ResourceNotFoundException', 'Requested resource not found');
  }

  async #step(item: Record<string, Input>): Promise<Step> {
    const [[kind, given] = ['', {}], ...others] = Object.entries(item);
    const action = ACTIONS[kind];
    if (!action || others.length > 0) {
      throw invalid('Each of TransactItems must be one of Put, Update, Delete and ConditionCheck.');
    }
    const table = await this.#table(given.TableName);
    const key = keyOf((action === 'PutItem' ? given.Item : given.Key) as Item, table);
    return { action, input: { ...given, TableName: table.TableName }, isCheck: kind === 'ConditionCheck', key };
  }

  /** Waits for all items. Every transaction asks for all of its locks at once, so that no two wait for each other. */
  async #lock(steps: Step[]): Promise<() => void> {
    const releases = await Promise.all(
      steps.map(
        ({ input, key }) =>
          new Promise<() => void>((resolve) => {
            this.#dynalite.store.getItemDb(input.TableName).lock(key, (release) => resolve(release(() => {})));
          }),
      ),
    );
    return () => {
      for (const release of releases) release();
    };
  }

  async #run(steps: Step[]): Promise<{ writes: ItemWrite[]; more: Operation[] }> {
    const writes: ItemWrite[] = [];
    const more: Operation[] = [];
    const reasons: Reason[] = [];
    for (const { action, input, isCheck } of steps) {
      const kept = isCheck ? { writes: [], more: [] } : { writes, more };
      try {
        await withSeenItem(this.#dynalite, action, structuredClone(input), this.#view(kept.writes, kept.more));
        reasons.push({ Code: 'None' });
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        const isCondition = error.code === 'ConditionalCheckFailedException';
        reasons.push({
          Code: isCondition ? 'ConditionalCheckFailed' : error.code.replace(/Exception$/, 'Error'),
          Message: error.message,
          ...(error.details.Item !== undefined && { Item: error.details.Item as Item }),
        });
      }
    }
    if (reasons.every(({ Code }) => Code === 'None')) return { writes, more };
    throw new ServiceError(
      'TransactionCanceledException',
      `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`,
      400,
      { CancellationReasons: reasons },
    );
  }

  /** The store, in which writes are noted down instead of done; their locks are held already. */
  #view(writes: ItemWrite[], more: Operation[]): Store {
    const { store } = this.#dynalite;
    return Object.assign(Object.create(store), {
      getItemDb: (tableName: string): ItemDb => {
        const items = store.getItemDb(tableName);
        const note = (key: string, newImage: Item | undefined, callback: Callback) =>
          items.get(key, (error, oldImage) => {
            if (!error) writes.push({ tableName, key, oldImage, newImage });
            callback(error);
          });
        return {
          get: (key, callback) => items.get(key, callback),
          put: (key, item, callback) => note(key, item, callback),
          del: (key, callback) => note(key, undefined, callback),
          lock: (_key, locked) => locked((callback) => callback!),
        };
      },
      getIndexDb: (type: string, tableName: string, index: string) => {
        const place = (key: string) => `index-${type.toLowerCase()}~${tableName}~${index}~${key}`;
        return {
          put: (key: string, value: unknown, callback: Callback) => {
            more.push({ type: 'put', key: place(key), value });
            callback(null);
          },
          del: (key: string, callback: Callback) => {
            more.push({ type: 'del', key: place(key) });
            callback(null);
          },
        };
      },
    });
  }

  async #isDone(place: string, hash: string): Promise<boolean> {
    const known = (await this.#dynalite.store.db.get(place)) as { hash: string; time: number } | undefined;
    if (!known || this.#now() - known.time > TOKEN_LIFETIME) return false;
    if (known.hash === hash) return true;
    throw new ServiceError(
      'IdempotentParameterMismatchException',
      'A transaction with this ClientRequestToken and other parameters was done in the last ten minutes.',
    );
  }
}

function counted(TransactItems: unknown): Record<string, Input>[] {
  const items = Array.isArray(TransactItems) ? TransactItems : [];
  if (items.length >= 1 && items.length <= MOST_ITEMS) return items;
  throw invalid(`TransactItems must have 1 to ${MOST_ITEMS} items; it has ${items.length}.`);
}

const invalid = (message: string) => new ServiceError('ValidationException', message);

let createKey: ((item: Item, table: Table) => string) | undefined;

function keyOf(item: Item, table: Table): string {
  createKey ??= (createRequire(import.meta.url)('dynalite/db/index.js') as { createKey: typeof createKey }).createKey!;
  try {
    return createKey(item, table);
  } catch {
    throw invalid('The provided key element does not match the schema');
  }
}
