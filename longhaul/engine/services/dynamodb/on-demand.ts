import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { Resource } from '../../template/model.ts';
import { OnDemand } from '../on-demand.ts';
import type { RecordLog } from '../record-log/index.ts';
import { DynamoDb, type DynamoDbOptions } from './dynamodb.ts';
import { Streams } from './streams.ts';

export interface DynamoDbOnDemandOptions extends Omit<DynamoDbOptions, 'streams'> {
  /** Where the records of streams are kept. */
  log: RecordLog;
  /** Each `AWS::DynamoDB::Table` of the template. */
  tables: Resource[];
}

/** DynamoDB, opened when somebody first asks it: dynalite takes long to load. The streams of its tables are there before. */
export class DynamoDbOnDemand {
  readonly streams: Streams;
  readonly #options: DynamoDbOnDemandOptions;
  readonly #dynamoDb: OnDemand<DynamoDb>;
  readonly #closed: CleanlyClosed;

  /** To be followed by `start`. */
  constructor(options: DynamoDbOnDemandOptions) {
    this.#options = options;
    this.streams = new Streams(options);
    this.#closed = new CleanlyClosed(options.db);
    this.#dynamoDb = new OnDemand(`DynamoDB in ${options.directory}`, () => this.#open());
  }

  /** Declares the streams. Opens the tables when they may hold changes that did not reach their streams before the engine ended. */
  async start(): Promise<void> {
    if (existsSync(this.#options.directory) && !this.#closed.is()) await this.open();
    else for (const resource of this.#options.tables) this.streams.declare(resource);
  }

  /** @throws ServiceError when it cannot be opened, or when the engine is stopping */
  open(): Promise<DynamoDb> {
    return this.#dynamoDb.get();
  }

  async close(): Promise<void> {
    const dynamoDb = await this.#dynamoDb.end();
    await dynamoDb?.close();
    if (dynamoDb?.hasAllChanges) this.#closed.set(true);
  }

  async #open(): Promise<DynamoDb> {
    this.#closed.set(false);
    const dynamoDb = await DynamoDb.open({ ...this.#options, streams: this.streams });
    try {
      for (const resource of this.#options.tables) await dynamoDb.declare(resource);
      return dynamoDb;
    } catch (error) {
      await dynamoDb.close();
      throw error;
    }
  }
}

/** In the engine's database: whether the tables were closed when all their changes had reached the streams. */
class CleanlyClosed {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec('CREATE TABLE IF NOT EXISTS dynamodb_closed (id INTEGER PRIMARY KEY CHECK (id = 1)) STRICT');
  }

  is(): boolean {
    return this.#db.prepare('SELECT 1 FROM dynamodb_closed').get() !== undefined;
  }

  set(closed: boolean): void {
    this.#db.exec(closed ? 'INSERT OR IGNORE INTO dynamodb_closed (id) VALUES (1)' : 'DELETE FROM dynamodb_closed');
  }
}
