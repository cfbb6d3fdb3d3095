import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ServiceError } from '../../endpoint/service.ts';

/** An item or a key in DynamoDB's typed JSON: `{ id: { S: 'a' } }`. */
export type Item = Record<string, Record<string, unknown>>;

/** As DescribeTable has it, as far as the engine looks into it. */
export interface Table {
  TableName: string;
  TableArn: string;
  TableStatus: string;
  KeySchema: { AttributeName: string; KeyType: 'HASH' | 'RANGE' }[];
  [more: string]: unknown;
}

export type Callback<T = unknown> = (error: unknown, result?: T) => void;
type Input = Record<string, unknown>;

/** The items of one table, by a key made from their key attributes. Every writer holds the item's lock. */
export interface ItemDb {
  get(key: string, callback: Callback<Item>): void;
  put(key: string, item: Item, callback: Callback): void;
  del(key: string, callback: Callback): void;
  lock(key: string, locked: (release: <T extends Callback>(callback?: T) => T) => void): void;
}

export type Operation = { type: 'put'; key: string; value: unknown } | { type: 'del'; key: string };

/** What dynalite keeps everything in: one LevelDB, its keys prefixed by what they are. */
export interface Store {
  db: {
    open(): Promise<void>;
    close(): Promise<void>;
    get(key: string): Promise<unknown>;
    batch(operations: Operation[]): Promise<void>;
    iterator(range: { gte: string; lt: string }): AsyncIterable<[string, unknown]>;
  };
  tableDb: {
    awsAccountId: string;
    awsRegion: string;
    get(name: string, callback: Callback<Table>): void;
    put(name: string, table: Table, callback: Callback): void;
  };
  getItemDb(tableName: string): ItemDb;
  getTable(name: string, checkStatus: boolean, callback: Callback<Table>): void;
}

type Run = (store: Store, input: Input, callback: Callback<Input>) => void;
interface Validation {
  types: object;
  custom?: unknown;
}
interface Validations {
  checkTypes(input: Input, types: object): Input;
  checkValidations(input: Input, types: object, custom: unknown, store: Store): void;
}

/** The actions that dynalite has. */
export const ACTIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'GetItem',
  'ListTables',
  'ListTagsOfResource',
  'PutItem',
  'Query',
  'Scan',
  'TagResource',
  'UntagResource',
  'UpdateItem',
  'UpdateTable',
] as const;
export type ActionName = (typeof ACTIONS)[number];

/**
 * dynalite's actions on a store in `directory`, without its HTTP server: that one ends the process when a client goes away
 * in the middle of a request, and hides the store, in which the engine sees every change of an item.
 */
export class Dynalite {
  readonly store: Store;
  readonly #actions = new Map<string, { run: Run; validation: Validation }>();
  readonly #validations: Validations;

  static async open(directory: string): Promise<Dynalite> {
    mkdirSync(directory, { recursive: true });
    const dynalite = new Dynalite(directory);
    await dynalite.store.db.open();
    return dynalite;
  }

  private constructor(directory: string) {
    const require = createRequire(import.meta.url);
    const { create } = require('dynalite/db/index.js') as { create(options: object): Store };
    // Tables are there at once: nobody has to see CREATING for half a second.
    this.store = create({ path: directory, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
    this.store.tableDb.awsAccountId = '000000000000';
    this.store.tableDb.awsRegion = 'us-east-1';
    this.#validations = require('dynalite/validations/index.js') as Validations;
    for (const name of ACTIONS) {
      const file = `${name[0]?.toLowerCase()}${name.slice(1)}.js`;
      this.#actions.set(name, {
        run: require(`dynalite/actions/${file}`) as Run,
        validation: require(`dynalite/validations/${file}`) as Validation,
      });
    }
  }

  /** @throws ServiceError as DynamoDB has them */
  call(name: ActionName, input: Input, store = this.store): Promise<Input> {
    const { run, validation } = this.#actions.get(name)!;
    return new Promise((resolve, reject) => {
      // The types are those of the request that was parsed for this call alone: dynalite removes what it does not know.
      const checked = this.#validations.checkTypes(input, validation.types);
      this.#validations.checkValidations(checked, validation.types, validation.custom, store);
      run(store, checked, (error, output = {}) => (error ? reject(error) : resolve(output)));
    }).then(
      (output) => output as Input,
      (error: unknown) => {
        throw asServiceError(error);
      },
    );
  }

  table(name: string): Promise<Table | undefined> {
    return new Promise((resolve, reject) => {
      this.store.tableDb.get(name, (error, table) => {
        const missing = (error as Error | undefined)?.name === 'NotFoundError';
        return error && !missing ? reject(error) : resolve(table);
      });
    });
  }

  /** Ends what is under way, then closes the store. */
  close(): Promise<void> {
    return this.store.db.close();
  }
}

/** dynalite's errors carry the answer's body: `{ __type: 'com.amazonaws.dynamodb.v20120810#Name', message }`. */
function asServiceError(error: unknown): unknown {
  const { statusCode, body } = error as { statusCode?: number; body?: Record<string, unknown> };
  if (!statusCode || !body) return error;
  const { __type, message, Message, ...details } = body;
  return new ServiceError(String(__type).split('#').at(-1)!, String(message ?? Message ?? ''), statusCode, details);
}
