import {
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GetRecordsCommand, GetShardIteratorCommand } from '@aws-sdk/client-dynamodb-streams';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SHARD_ID } from '../../longhaul/engine/services/dynamodb/index.ts';
import { type OpenDynamoDb, openDynamoDb, removeDirectory, table, temporaryDirectory } from './dynamodb-fixture.ts';

const orders = table({
  AttributeDefinitions: ['id', 'kind'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-kind',
      KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
  StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
});
const TableName = orders.ref;
let directory: string;
let open: OpenDynamoDb;

beforeEach(async () => {
  directory = await temporaryDirectory();
  open = await openDynamoDb(directory, [orders]);
});
afterEach(async () => {
  await open.close();
  await removeDirectory(directory);
});

const transact = (TransactItems: TransactWriteItem[], ClientRequestToken?: string) =>
  open.client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }));
const Put = (id: string, more: object = {}) => ({ Put: { TableName, Item: { id: { S: id }, ...more } } });
const key = (id: string) => ({ TableName, Key: { id: { S: id } } });
const add = (id: string, by = '1') => ({
  Update: {
    ...key(id),
    UpdateExpression: 'ADD v :by',
    ExpressionAttributeValues: { ':by': { N: by } },
  },
});
const items = async () => {
  const { Items = [] } = await open.client.send(new ScanCommand({ TableName }));
  return Object.fromEntries(Items.map((item) => [item.id?.S, item.v?.N]));
};
const changes = async () => {
  const start = {
    StreamArn: orders.attributes.StreamArn,
    ShardId: SHARD_ID,
    ShardIteratorType: 'TRIM_HORIZON' as const,
  };
  const { ShardIterator } = await open.streams.send(new GetShardIteratorCommand(start));
  const { Records = [] } = await open.streams.send(new GetRecordsCommand({ ShardIterator }));
  return Records.map(({ eventName, dynamodb }) => `${eventName} ${dynamodb?.Keys?.id?.S}`);
};

describe('a transaction', () => {
  it('writes all of its items, and each is in the stream', async () => {
    await open.client.send(new PutItemCommand({ TableName, Item: { id: { S: 'old' } } }));
    await transact([Put('new', { kind: { S: 'x' } }), add('counter'), { Delete: key('old') }]);
    expect(await items()).toEqual({ new: undefined, counter: '1' });
    expect(await changes()).toEqual(['INSERT old', 'INSERT new', 'INSERT counter', 'REMOVE old']);
    const { Items } = await open.client.send(
      new QueryCommand({
        TableName,
        IndexName: 'by-kind',
        KeyConditionExpression: 'kind = :kind',
        ExpressionAttributeValues: { ':kind': { S: 'x' } },
      }),
    );
    expect(Items).toEqual([{ id: { S: 'new' }, kind: { S: 'x' } }]);
  });

  it('writes nothing when one condition fails, and says which, with the item that was in the way', async () => {
    await open.client.send(new PutItemCommand({ TableName, Item: { id: { S: 'there' } } }));
    const absent = { ConditionExpression: 'attribute_not_exists(id)' };
    const seen = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const };
    await expect(
      transact([Put('new'), { ConditionCheck: { ...key('there'), ...absent, ...seen } }, add('counter')]),
    ).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'ConditionalCheckFailed', Item: { id: { S: 'there' } } },
        { Code: 'None' },
      ],
    });
    expect(await items()).toEqual({ there: undefined });
    expect(await changes()).toEqual(['INSERT there']);
    await transact([Put('new'), { ConditionCheck: { ...key('absent'), ...absent } }]);
    expect(await items()).toEqual({ there: undefined, new: undefined });
  });

  it('is done once for a token, whatever the sender repeats', async () => {
    await transact([add('counter')], 'token');
    await transact([add('counter')], 'token');
    expect(await items()).toEqual({ counter: '1' });
    await expect(transact([add('counter', '2')], 'token')).rejects.toMatchObject({
      name: 'IdempotentParameterMismatchException',
    });
  });

  it('lets no other writer in between, and none waits for ever', async () => {
    const ids = ['a', 'b', 'c'];
    const one = () => transact(ids.map((id) => add(id)));
    const other = () => transact([...ids].reverse().map((id) => add(id)));
    const single = (id: string) => open.client.send(new UpdateItemCommand(add(id).Update));
    await Promise.all(Array.from({ length: 8 }, () => [one(), other(), ...ids.map(single)]).flat());
    expect(await items()).toEqual({ a: '24', b: '24', c: '24' });
  });

  it('reads items at one moment, those that are not there as nothing', async () => {
    await transact([Put('a', { v: { N: '1' } }), Put('b')]);
    const ids = ['a', 'absent', 'b'];
    const { Responses } = await open.client.send(
      new TransactGetItemsCommand({ TransactItems: ids.map((id) => ({ Get: key(id) })) }),
    );
    expect(Responses).toEqual([{ Item: { id: { S: 'a' }, v: { N: '1' } } }, {}, { Item: { id: { S: 'b' } } }]);
  });

  it('is refused when it has nothing to do, an item twice, or a key that is none', async () => {
    await expect(transact([])).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(transact([Put('a'), add('a')])).rejects.toThrow(/multiple operations on one item/);
    await expect(transact([{ Delete: { TableName, Key: { other: { S: 'a' } } } }])).rejects.toThrow(/key element/);
  });
});
