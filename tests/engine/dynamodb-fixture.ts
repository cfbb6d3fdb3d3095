import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { backgroundClock } from '../../longhaul/asl/index.ts';
import { openDatabase } from '../../longhaul/engine/database.ts';
import { startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { DynamoDbOnDemand, dynamoDbServices } from '../../longhaul/engine/services/dynamodb/index.ts';
import { RecordLog } from '../../longhaul/engine/services/record-log/index.ts';
import type { Resource } from '../../longhaul/engine/template/index.ts';

/** A table of a template, with `id` as its key. */
export function table(properties: object = {}, name = 'longhaul-orders'): Resource {
  const Arn = `arn:aws:dynamodb:us-east-1:000000000000:table/${name}`;
  return {
    logicalId: 'Orders',
    path: 'Orders',
    type: 'AWS::DynamoDB::Table',
    ref: name,
    attributes: { Arn, StreamArn: `${Arn}/stream/2026-01-01T00:00:00.000` },
    metadata: {},
    templateFile: '/template.yaml',
    properties: {
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      ...properties,
    },
  };
}

/** DynamoDB with its state in a directory, and clients of it. */
export async function openDynamoDb(directory: string, tables: Resource[], clock = backgroundClock) {
  const db = openDatabase(join(directory, 'engine.sqlite'));
  const log = new RecordLog(db, clock);
  const dynamoDb = new DynamoDbOnDemand({ db, log, clock, directory: join(directory, 'tables'), tables });
  await dynamoDb.start();
  const endpoint = await startEndpoint({ port: 0, services: dynamoDbServices(dynamoDb) });
  const config = {
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  };
  const client = new DynamoDBClient(config);
  const streams = new DynamoDBStreamsClient(config);
  return {
    dynamoDb,
    url: endpoint.url,
    client,
    streams,
    async close() {
      client.destroy();
      streams.destroy();
      await endpoint.close();
      await dynamoDb.close();
      db.close();
    },
  };
}

export type OpenDynamoDb = Awaited<ReturnType<typeof openDynamoDb>>;

export const temporaryDirectory = () => mkdtemp(join(tmpdir(), 'longhaul-dynamodb-'));
export const removeDirectory = (directory: string) => rm(directory, { recursive: true });
