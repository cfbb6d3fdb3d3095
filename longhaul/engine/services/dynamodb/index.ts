export { DynamoDb, type DynamoDbOptions } from './dynamodb.ts';
export { dynamoDbService } from './service.ts';
