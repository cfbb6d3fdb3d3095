import type { Service } from '../../endpoint/index.ts';
import type { DynamoDb } from './dynamodb.ts';
import { dynamoDbService } from './service.ts';
import { streamsService } from './streams-service.ts';

export { DynamoDb, type DynamoDbOptions } from './dynamodb.ts';
export { tableStreams } from './record-streams.ts';
export { SHARD_ID, type Stream, type Streams } from './streams.ts';

/** DynamoDB and DynamoDB Streams. */
export function dynamoDbServices(dynamoDb: DynamoDb): Service[] {
  return [dynamoDbService(dynamoDb), streamsService(dynamoDb.streams)];
}
