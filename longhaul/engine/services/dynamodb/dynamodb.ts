import type { DatabaseSync } from 'node:sqlite';
import type { Resource } from '../../template/model.ts';
import { Dynalite, type Table } from './dynalite.ts';
import { createTableInput } from './table-resource.ts';
import { TimeToLive } from './time-to-live.ts';

export interface DynamoDbOptions {
  db: DatabaseSync;
  /** Where items are kept. */
  directory: string;
}

/** DynamoDB: tables and items by dynalite, in a LevelDB of their own. */
export class DynamoDb {
  readonly dynalite: Dynalite;
  readonly timeToLive: TimeToLive;

  static async open(options: DynamoDbOptions): Promise<DynamoDb> {
    return new DynamoDb(options, await Dynalite.open(options.directory));
  }

  private constructor({ db }: DynamoDbOptions, dynalite: Dynalite) {
    this.dynalite = dynalite;
    this.timeToLive = new TimeToLive(db);
  }

  /** Creates the table of an `AWS::DynamoDB::Table`; one that is there keeps its keys and items. */
  async createTable(resource: Resource): Promise<void> {
    const { ref, properties } = resource;
    if (!(await this.dynalite.table(ref))) await this.dynalite.call('CreateTable', createTableInput(resource));
    await this.whenActive(ref);
    const { Enabled, AttributeName } = properties.TimeToLiveSpecification ?? {};
    this.timeToLive.set(ref, String(Enabled) === 'true' ? AttributeName : undefined);
  }

  /** Resolves when a table that was just created can be used. An engine that ended in between left it in creation. */
  async whenActive(name: string): Promise<void> {
    for (let turns = 0; turns < 20; turns++) {
      if ((await this.dynalite.table(name))?.TableStatus === 'ACTIVE') return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const table = await this.dynalite.table(name);
    if (table) await this.#save({ ...table, TableStatus: 'ACTIVE' });
  }

  close(): Promise<void> {
    return this.dynalite.close();
  }

  #save(table: Table): Promise<void> {
    return new Promise((resolve, reject) => {
      this.dynalite.store.tableDb.put(table.TableName, table, (error) => (error ? reject(error) : resolve()));
    });
  }
}
