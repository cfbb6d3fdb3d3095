import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type ShardIteratorType,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenDynamoDb, openDynamoDb, removeDirectory, table, temporaryDirectory } from './dynamodb-fixture.ts';
import { ManualClock } from './manual-clock.ts';

const orders = table({ StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' } });
const TableName = orders.ref;
const StreamArn = orders.attributes.StreamArn;

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

const reopen = async (...more: [clock?: ManualClock]) => {
  await open.close();
  open = await openDynamoDb(directory, [orders], ...more);
};
const put = (id: string, more: Record<string, AttributeValue> = {}) =>
  open.client.send(new PutItemCommand({ TableName, Item: { id: { S: id }, ...more } }));

async function iterator(type: ShardIteratorType, SequenceNumber?: string, stream = StreamArn) {
  const { StreamDescription } = await open.streams.send(new DescribeStreamCommand({ StreamArn: stream }));
  const ShardId = StreamDescription?.Shards?.[0]?.ShardId;
  const command = new GetShardIteratorCommand({ StreamArn: stream, ShardId, ShardIteratorType: type, SequenceNumber });
  return (await open.streams.send(command)).ShardIterator;
}
const get = async (ShardIterator: string | undefined, Limit?: number) =>
  open.streams.send(new GetRecordsCommand({ ShardIterator, Limit }));
const all = async (): Promise<StreamRecord[]> => (await get(await iterator('TRIM_HORIZON'))).Records ?? [];
const told = (records: StreamRecord[]) =>
  records.map(({ eventName, dynamodb }) => [eventName, dynamodb?.OldImage?.v?.N, dynamodb?.NewImage?.v?.N]);

describe('the stream of a table', () => {
  it('has every change with its old and its new image, in order', async () => {
    await put('a', { v: { N: '1' } });
    await put('a', { v: { N: '2' } });
    await open.client.send(
      new UpdateItemCommand({
        TableName,
        Key: { id: { S: 'a' } },
        UpdateExpression: 'ADD v :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    );
    await open.client.send(new DeleteItemCommand({ TableName, Key: { id: { S: 'a' } } }));
    const records = await all();
    expect(told(records)).toEqual([
      ['INSERT', undefined, '1'],
      ['MODIFY', '1', '2'],
      ['MODIFY', '2', '3'],
      ['REMOVE', '3', undefined],
    ]);
    expect(records[1]).toEqual({
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventName: 'MODIFY',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      dynamodb: {
        ApproximateCreationDateTime: expect.any(Date),
        Keys: { id: { S: 'a' } },
        OldImage: { id: { S: 'a' }, v: { N: '1' } },
        NewImage: { id: { S: 'a' }, v: { N: '2' } },
        SequenceNumber: expect.stringMatching(/^\d{21,40}$/),
        SizeBytes: expect.any(Number),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    });
    const numbers = records.map(({ dynamodb }) => BigInt(dynamodb?.SequenceNumber ?? 0));
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => (a < b ? -1 : 1)));
  });

  it('has nothing of a write that changes nothing, or that its condition refused', async () => {
    await put('a', { tags: { SS: ['x', 'y'] } });
    await put('a', { tags: { SS: ['y', 'x'] } });
    await open.client.send(new DeleteItemCommand({ TableName, Key: { id: { S: 'absent' } } }));
    const refused = new PutItemCommand({
      TableName,
      Item: { id: { S: 'a' }, v: { N: '9' } },
      ConditionExpression: 'attribute_not_exists(id)',
    });
    await expect(open.client.send(refused)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect(await all()).toHaveLength(1);
  });

  it('has each item of a batch', async () => {
    await put('gone');
    await open.client.send(
      new BatchWriteItemCommand({
        RequestItems: {
          [TableName]: [
            { PutRequest: { Item: { id: { S: 'new' } } } },
            { DeleteRequest: { Key: { id: { S: 'gone' } } } },
          ],
        },
      }),
    );
    const events = (await all()).map(({ eventName, dynamodb }) => `${eventName} ${dynamodb?.Keys?.id?.S}`);
    expect(events.sort()).toEqual(['INSERT gone', 'INSERT new', 'REMOVE gone']);
  });

  it('shows of an item what its view type says', async () => {
    for (const [viewType, images] of [
      ['KEYS_ONLY', []],
      ['NEW_IMAGE', ['NewImage']],
      ['OLD_IMAGE', ['OldImage']],
    ] as const) {
      const resource = table({ StreamSpecification: { StreamViewType: viewType } }, `table-${viewType}`);
      await (await open.dynamoDb.open()).declare(resource);
      for (const v of ['1', '2']) {
        await open.client.send(new PutItemCommand({ TableName: resource.ref, Item: { id: { S: 'a' }, v: { N: v } } }));
      }
      const { Records } = await get(await iterator('TRIM_HORIZON', undefined, resource.attributes.StreamArn));
      const shown = Object.keys(Records?.[1]?.dynamodb ?? {}).filter((name) => name.endsWith('Image'));
      expect(shown, viewType).toEqual(images);
    }
  });

  it('is read from any place: the oldest, the newest, at and after a record, page by page', async () => {
    await put('a', { v: { N: '1' } });
    const latest = await iterator('LATEST');
    await put('a', { v: { N: '2' } });
    await put('a', { v: { N: '3' } });
    const second = (await all())[1]?.dynamodb?.SequenceNumber;
    const newOf = async (start: string | undefined) =>
      (await get(start)).Records?.map(({ dynamodb }) => dynamodb?.NewImage?.v?.N);
    expect(await newOf(latest)).toEqual(['2', '3']);
    expect(await newOf(await iterator('AT_SEQUENCE_NUMBER', second))).toEqual(['2', '3']);
    expect(await newOf(await iterator('AFTER_SEQUENCE_NUMBER', second))).toEqual(['3']);
    const first = await get(await iterator('TRIM_HORIZON'), 2);
    expect(first.Records).toHaveLength(2);
    const next = await get(first.NextShardIterator, 2);
    expect(told(next.Records ?? [])).toEqual([['MODIFY', '2', '3']]);
    expect((await get(next.NextShardIterator)).Records).toEqual([]);
  });

  it('keeps its records over a restart, for 24 hours', async () => {
    const clock = new ManualClock('2026-10-24T08:00:00Z');
    await reopen(clock);
    await put('a', { v: { N: '1' } });
    await reopen(clock);
    expect(told(await all())).toEqual([['INSERT', undefined, '1']]);
    clock.advance(23 * 3_600);
    expect(await all()).toHaveLength(1);
    clock.advance(3_601);
    expect(await all()).toHaveLength(0);
  });

  it('refuses an iterator after 15 minutes, and one that is none', async () => {
    const clock = new ManualClock('2026-10-24T08:00:00Z');
    await reopen(clock);
    const old = await iterator('TRIM_HORIZON');
    clock.advance(15 * 60 + 1);
    await expect(get(old)).rejects.toMatchObject({ name: 'ExpiredIteratorException' });
    await expect(get('bm9uZQ')).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('nothing is lost', () => {
  it('when the engine ends between the write and its record: the record is there at the next start, once', async () => {
    open.dynamoDb.streams.accept = () => {
      throw new Error('The engine ends here.');
    };
    await put('a', { v: { N: '1' } }).catch(() => {});
    expect(await all()).toEqual([]);
    await reopen();
    expect(told(await all())).toEqual([['INSERT', undefined, '1']]);
    await reopen();
    expect(await all()).toHaveLength(1);
  });

  it('when the engine is killed while many write: the stream tells exactly how the table came to be', async () => {
    await open.close();
    const writer = spawn(process.execPath, ['tests/engine/dynamodb-writer.ts', directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let answered = '';
    for await (const text of writer.stdout.setEncoding('utf8')) {
      answered += text;
      if (answered.split('\n').length > 20) break;
    }
    const exit = once(writer, 'exit');
    writer.kill('SIGKILL');
    await exit;
    open = await openDynamoDb(directory, [orders]);

    const replayed = new Map<string, unknown>();
    let at = await iterator('TRIM_HORIZON');
    for (;;) {
      const { Records = [], NextShardIterator } = await get(at);
      for (const { dynamodb } of Records) {
        const id = dynamodb?.Keys?.id?.S ?? '';
        expect(dynamodb?.OldImage).toEqual(replayed.get(id));
        replayed.set(id, dynamodb?.NewImage);
      }
      if (Records.length === 0) break;
      at = NextShardIterator;
    }
    const { Items = [] } = await open.client.send(new ScanCommand({ TableName, ConsistentRead: true }));
    expect(Object.fromEntries(replayed)).toEqual(Object.fromEntries(Items.map((item) => [item.id?.S, item])));
    expect(replayed.size).toBe(7);
  });
});

describe('streams by request', () => {
  it('are made with a table, listed, ended, and begun again under another ARN', async () => {
    const name = 'by-request';
    await open.client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      }),
    );
    const described = async () => (await open.client.send(new DescribeTableCommand({ TableName: name }))).Table;
    const first = (await described())?.LatestStreamArn;
    expect(await described()).toMatchObject({ StreamSpecification: { StreamViewType: 'NEW_IMAGE' } });
    const listed = await open.streams.send(new ListStreamsCommand({ TableName: name }));
    expect(listed.Streams?.map((stream) => stream.StreamArn)).toEqual([first]);

    await open.client.send(new PutItemCommand({ TableName: name, Item: { id: { S: 'a' } } }));
    const change = (StreamSpecification: { StreamEnabled: boolean; StreamViewType?: 'KEYS_ONLY' }) =>
      open.client.send(new UpdateTableCommand({ TableName: name, StreamSpecification }));
    await change({ StreamEnabled: false });
    await open.client.send(new PutItemCommand({ TableName: name, Item: { id: { S: 'b' } } }));
    const ended = await get(await iterator('TRIM_HORIZON', undefined, first));
    expect(ended.Records).toHaveLength(1);
    expect(ended.NextShardIterator).toBeUndefined();

    await change({ StreamEnabled: true, StreamViewType: 'KEYS_ONLY' });
    expect((await described())?.LatestStreamArn).not.toBe(first);
    await expect(change({ StreamEnabled: true, StreamViewType: 'KEYS_ONLY' })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});
