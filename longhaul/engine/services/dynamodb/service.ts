import { type Action, jsonService, type Service } from '../../endpoint/index.ts';
import { ACTIONS, type ActionName, type Table } from './dynalite.ts';
import type { DynamoDb } from './dynamodb.ts';
import { withSeenItem } from './seen-item.ts';

/** DynamoDB's API. PartiQL, backups, global tables and exports are not here. */
export function dynamoDbService(dynamoDb: DynamoDb): Service {
  const call =
    (name: ActionName): Action =>
    (input) =>
      dynamoDb.dynalite.call(name, input);

  return jsonService('dynamodb', 'DynamoDB_20120810', '1.0', {
    ...Object.fromEntries(ACTIONS.map((name) => [name, call(name)])),
    PutItem: (input) => withSeenItem(dynamoDb.dynalite, 'PutItem', input),
    UpdateItem: (input) => withSeenItem(dynamoDb.dynalite, 'UpdateItem', input),
    DeleteItem: (input) => withSeenItem(dynamoDb.dynalite, 'DeleteItem', input),
    TransactGetItems: (input) => dynamoDb.transactions.read(input),
    TransactWriteItems: (input) => dynamoDb.transactions.write(input),
    CreateTable: (input) => dynamoDb.createTable(input),
    UpdateTable: (input) => dynamoDb.updateTable(input),
    DeleteTable: (input) => dynamoDb.deleteTable(input),
    DescribeTable: async (input) => {
      const { Table } = await dynamoDb.dynalite.call('DescribeTable', input);
      return { Table: dynamoDb.described(Table as Table) };
    },
    UpdateTimeToLive: async (input) => {
      const { TableName } = await dynamoDb.existing(input.TableName);
      return dynamoDb.timeToLive.update(TableName, input.TimeToLiveSpecification);
    },
    DescribeTimeToLive: async (input) => {
      const { TableName } = await dynamoDb.existing(input.TableName);
      return dynamoDb.timeToLive.describe(TableName);
    },
  });
}
