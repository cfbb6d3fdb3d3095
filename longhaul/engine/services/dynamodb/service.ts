import { type Action, jsonService, type Service, ServiceError } from '../../endpoint/index.ts';
import { ACTIONS, type ActionName } from './dynalite.ts';
import type { DynamoDb } from './dynamodb.ts';
import { withSeenItem } from './seen-item.ts';

/** DynamoDB's API. PartiQL, backups, global tables and exports are not here. */
export function dynamoDbService(dynamoDb: DynamoDb): Service {
  const call =
    (name: ActionName): Action =>
    (input) =>
      dynamoDb.dynalite.call(name, input);

  const existing = async (tableName: string): Promise<string> => {
    if (await dynamoDb.dynalite.table(tableName)) return tableName;
    throw new ServiceError('ResourceNotFoundException', `Requested resource not found: Table: ${tableName} not found`);
  };

  return jsonService('dynamodb', 'DynamoDB_20120810', '1.0', {
    ...Object.fromEntries(ACTIONS.map((name) => [name, call(name)])),
    PutItem: (input) => withSeenItem(dynamoDb.dynalite, 'PutItem', input),
    UpdateItem: (input) => withSeenItem(dynamoDb.dynalite, 'UpdateItem', input),
    DeleteItem: (input) => withSeenItem(dynamoDb.dynalite, 'DeleteItem', input),
    UpdateTimeToLive: async (input) =>
      dynamoDb.timeToLive.update(await existing(input.TableName), input.TimeToLiveSpecification),
    DescribeTimeToLive: async (input) => dynamoDb.timeToLive.describe(await existing(input.TableName)),
  });
}
