import { type Action, jsonService, type Service } from '../../endpoint/index.ts';
import { ACTIONS, type ActionName, type Table } from './dynalite.ts';
import type { DynamoDb } from './dynamodb.ts';
import { dynamoDbRights } from './rights.ts';
import { withSeenItem } from './seen-item.ts';

/** DynamoDB's API. PartiQL, backups, global tables and exports are not here. */
export function dynamoDbService({ open }: { open(): Promise<DynamoDb> }): Service {
  type Call = (dynamoDb: DynamoDb, ...input: Parameters<Action>) => unknown;
  const write =
    (name: ActionName): Call =>
    ({ dynalite }, input) =>
      withSeenItem(dynalite, name, input);

  const calls: Record<string, Call> = {
    ...Object.fromEntries(
      ACTIONS.map((name): [string, Call] => [name, ({ dynalite }, input) => dynalite.call(name, input)]),
    ),
    PutItem: write('PutItem'),
    UpdateItem: write('UpdateItem'),
    DeleteItem: write('DeleteItem'),
    TransactGetItems: ({ transactions }, input) => transactions.read(input),
    TransactWriteItems: ({ transactions }, input) => transactions.write(input),
    CreateTable: (dynamoDb, input) => dynamoDb.createTable(input),
    UpdateTable: (dynamoDb, input) => dynamoDb.updateTable(input),
    DeleteTable: (dynamoDb, input) => dynamoDb.deleteTable(input),
    DescribeTable: async (dynamoDb, input) => {
      const { Table } = await dynamoDb.dynalite.call('DescribeTable', input);
      return { Table: dynamoDb.described(Table as Table) };
    },
    UpdateTimeToLive: async (dynamoDb, input) => {
      const { TableName } = await dynamoDb.existing(input.TableName);
      return dynamoDb.timeToLive.update(TableName, input.TimeToLiveSpecification);
    },
    DescribeTimeToLive: async (dynamoDb, input) => {
      const { TableName } = await dynamoDb.existing(input.TableName);
      return dynamoDb.timeToLive.describe(TableName);
    },
  };
  const actions = Object.entries(calls).map(([name, call]): [string, Action] => [
    name,
    async (...given) => call(await open(), ...given),
  ]);
  const service = jsonService('dynamodb', 'DynamoDB_20120810', '1.0', Object.fromEntries(actions));
  return { ...service, rights: dynamoDbRights };
}
