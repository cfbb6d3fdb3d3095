import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../../asl/host.ts';
import { ServiceError } from '../../endpoint/service.ts';
import type { Resource } from '../../template/model.ts';
import { type Change, type ChangeSink, watchChanges } from './changes.ts';
import { Dynalite, type Table } from './dynalite.ts';
import type { StreamSpecification, Streams } from './streams.ts';
import { createTableInput } from './table-resource.ts';
import { TimeToLive } from './time-to-live.ts';
import { Transactions } from './transactions.ts';

export interface DynamoDbOptions {
  db: DatabaseSync;
  /** Where items are kept. */
  directory: string;
  streams: Streams;
  clock: Clock;
}

type Input = Record<string, unknown>;

/** DynamoDB: tables and items by dynalite, in a LevelDB of their own; streams and what belongs to them here. */
export class DynamoDb {
  readonly dynalite: Dynalite;
  readonly streams: Streams;
  readonly timeToLive: TimeToLive;
  readonly transactions: Transactions;

  readonly #sink: StreamSink;

  static async open(options: DynamoDbOptions): Promise<DynamoDb> {
    const dynalite = await Dynalite.open(options.directory);
    try {
      const sink = new StreamSink(options.streams);
      const now = () => options.clock.now();
      const together = await watchChanges(dynalite.store, sink, now);
      const transactions = new Transactions(dynalite, together, now);
      await transactions.forgetTokens();
      return new DynamoDb(options, dynalite, transactions, sink);
    } catch (error) {
      await dynalite.close();
      throw error;
    }
  }

  private constructor(
    { db, streams }: DynamoDbOptions,
    dynalite: Dynalite,
    transactions: Transactions,
    sink: StreamSink,
  ) {
    this.dynalite = dynalite;
    this.streams = streams;
    this.transactions = transactions;
    this.timeToLive = new TimeToLive(db);
    this.#sink = sink;
  }

  /** Whether every change of an item has reached the streams. */
  get hasAllChanges(): boolean {
    return this.#sink.hasAll;
  }

  /** Creates the table of an `AWS::DynamoDB::Table`; one that is there keeps its keys and items. */
  async declare(resource: Resource): Promise<void> {
    const { ref, properties } = resource;
    if (!(await this.dynalite.table(ref))) await this.dynalite.call('CreateTable', createTableInput(resource));
    const table = await this.#whenActive(ref);
    const { Enabled, AttributeName } = properties.TimeToLiveSpecification ?? {};
    this.timeToLive.set(ref, String(Enabled) === 'true' ? AttributeName : undefined);
    this.streams.declare(resource, table);
  }

  async createTable(input: Input): Promise<Input> {
    const { StreamSpecification, ...rest } = input as { StreamSpecification?: StreamSpecification };
    await this.dynalite.call('CreateTable', rest);
    const table = await this.#whenActive(String(input.TableName));
    if (StreamSpecification?.StreamEnabled) this.streams.enable(table, StreamSpecification.StreamViewType);
    return { TableDescription: this.described(table) };
  }

  /** Throughput and billing by dynalite; a stream may begin or end. */
  async updateTable(input: Input): Promise<Input> {
    const { StreamSpecification, ...rest } = input as { StreamSpecification?: StreamSpecification };
    const name = String(input.TableName);
    let table = await this.existing(name);
    if (StreamSpecification) this.#changeStream(table, StreamSpecification);
    const isMore = Object.keys(rest).some((member) => !['TableName', 'AttributeDefinitions'].includes(member));
    if (isMore || !StreamSpecification) {
      await this.dynalite.call('UpdateTable', rest);
      table = await this.#whenActive(name);
    }
    return { TableDescription: this.described(table) };
  }

  async deleteTable(input: Input): Promise<Input> {
    const { TableDescription } = (await this.dynalite.call('DeleteTable', input)) as { TableDescription: Table };
    const description = this.described(TableDescription);
    this.streams.disable(TableDescription.TableName);
    this.timeToLive.set(TableDescription.TableName, undefined);
    return { TableDescription: description };
  }

  /** A table's description with what is known of its stream. */
  described(table: Table): Table {
    const { TableName } = table;
    const latest = this.streams.of(TableName) ?? this.streams.list(TableName).at(-1);
    return {
      ...table,
      ...(latest && { LatestStreamArn: latest.arn, LatestStreamLabel: latest.label }),
      ...(latest?.enabled && { StreamSpecification: { StreamEnabled: true, StreamViewType: latest.viewType } }),
    };
  }

  /** @throws ServiceError ResourceNotFoundException */
  async existing(name: string): Promise<Table> {
    const table = await this.dynalite.table(name);
    if (table) return table;
    throw new ServiceError('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`);
  }

  close(): Promise<void> {
    return this.dynalite.close();
  }

  #changeStream(table: Table, { StreamEnabled, StreamViewType }: StreamSpecification): void {
    const current = this.streams.of(table.TableName);
    if (StreamEnabled && current) {
      throw new ServiceError('ValidationException', `Table already has an enabled stream: ${current.arn}`);
    }
    if (!StreamEnabled && !current) {
      throw new ServiceError('ValidationException', `Table has no enabled stream: ${table.TableName}`);
    }
    if (StreamEnabled) this.streams.enable(table, StreamViewType);
    else this.streams.disable(table.TableName);
  }

  /** Resolves when a table that was just created can be used. An engine that ended in between left it in creation. */
  async #whenActive(name: string): Promise<Table> {
    for (let turns = 0; turns < 20; turns++) {
      const table = await this.existing(name);
      if (table.TableStatus === 'ACTIVE') return table;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const table = { ...(await this.existing(name)), TableStatus: 'ACTIVE' };
    await new Promise<void>((resolve, reject) => {
      this.dynalite.store.tableDb.put(name, table, (error) => (error ? reject(error) : resolve()));
    });
    return table;
  }
}

/** Takes changes to the streams of their tables. */
class StreamSink implements ChangeSink {
  readonly #streams: Streams;
  hasAll = true;

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  wants(tableName: string): boolean {
    return this.#streams.of(tableName) !== undefined;
  }

  accept(change: Change): void {
    try {
      this.#streams.accept(change);
    } catch (error) {
      this.hasAll = false;
      throw error;
    }
  }
}
