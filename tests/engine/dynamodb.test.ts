import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenDynamoDb, openDynamoDb, removeDirectory, table, temporaryDirectory } from './dynamodb-fixture.ts';

const orders = table({ TimeToLiveSpecification: { Enabled: true, AttributeName: 'expiresAt' } });
const TableName = orders.ref;

let directory: string;
let db: OpenDynamoDb;
let client: DynamoDBClient;

async function open() {
  db = await openDynamoDb(directory, [orders]);
  client = db.client;
}

beforeEach(async () => {
  directory = await temporaryDirectory();
  await open();
});
afterEach(async () => {
  await db.close();
  await removeDirectory(directory);
});

describe('a table of the template', () => {
  it('is there at once, as the template describes it', async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      TableArn: orders.attributes.Arn,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    });
  });

  it('keeps its items over a restart', async () => {
    await client.send(new PutItemCommand({ TableName, Item: { id: { S: '1' }, total: { N: '3.50' } } }));
    await db.close();
    await open();
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: { id: { S: '1' } } }));
    expect(Item).toEqual({ id: { S: '1' }, total: { N: '3.5' } });
  });

  it('says which attribute is the time to live, and takes another', async () => {
    const describeIt = async () =>
      (await client.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription;
    expect(await describeIt()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' });
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName,
        TimeToLiveSpecification: { Enabled: false, AttributeName: 'expiresAt' },
      }),
    );
    expect(await describeIt()).toEqual({ TimeToLiveStatus: 'DISABLED' });
  });
});

describe('items', () => {
  it('are written under a condition, and the item that was in the way comes with the refusal', async () => {
    const put = (total: string) =>
      client.send(
        new PutItemCommand({
          TableName,
          Item: { id: { S: '1' }, total: { N: total } },
          ConditionExpression: 'attribute_not_exists(id)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
    await put('1');
    await expect(put('2')).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { id: { S: '1' }, total: { N: '1' } },
    });
  });

  it('count exactly when many writers update one at once', async () => {
    const add = () =>
      client.send(
        new UpdateItemCommand({
          TableName,
          Key: { id: { S: 'counter' } },
          UpdateExpression: 'ADD hits :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
        }),
      );
    await Promise.all(Array.from({ length: 25 }, add));
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: { id: { S: 'counter' } } }));
    expect(Item?.hits).toEqual({ N: '25' });
  });

  it('are found by a query, also those of a batch', async () => {
    await client.send(
      new BatchWriteItemCommand({
        RequestItems: { [TableName]: ['a', 'b'].map((id) => ({ PutRequest: { Item: { id: { S: id } } } })) },
      }),
    );
    const { Items } = await client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'id = :id',
        ExpressionAttributeValues: { ':id': { S: 'b' } },
      }),
    );
    expect(Items).toEqual([{ id: { S: 'b' } }]);
  });
});

describe('what is not there', () => {
  it('is refused by name: an action, a table, a second table of a name', async () => {
    await expect(client.send(new ExecuteStatementCommand({ Statement: 'SELECT * FROM orders' }))).rejects.toMatchObject(
      {
        name: 'UnknownOperationException',
        message: expect.stringContaining('ExecuteStatement'),
      },
    );
    await expect(
      client.send(new GetItemCommand({ TableName: 'absent', Key: { id: { S: '1' } } })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(
      client.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        }),
      ),
    ).rejects.toMatchObject({ name: 'ResourceInUseException' });
  });
});
