import type { Service } from '../../endpoint/index.ts';
import type { DynamoDbOnDemand } from './on-demand.ts';
import { dynamoDbService } from './service.ts';
import { streamsService } from './streams-service.ts';

export type { DynamoDb } from './dynamodb.ts';
export { DynamoDbOnDemand, type DynamoDbOnDemandOptions } from './on-demand.ts';
export { tableStreams } from './record-streams.ts';
export { SHARD_ID, type Stream, type Streams } from './streams.ts';

/** DynamoDB and DynamoDB Streams. */
export function dynamoDbServices(dynamoDb: DynamoDbOnDemand): Service[] {
  return [dynamoDbService({ open: () => dynamoDb.open() }), streamsService(dynamoDb.streams)];
}
