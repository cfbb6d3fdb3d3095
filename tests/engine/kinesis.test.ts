import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  ListStreamsCommand,
  MergeShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  type ShardIteratorType,
} from '@aws-sdk/client-kinesis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../longhaul/engine/database.ts';
import { type Endpoint, startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { Kinesis, kinesisService } from '../../longhaul/engine/services/kinesis/index.ts';
import { RecordLog } from '../../longhaul/engine/services/record-log/index.ts';
import { ManualClock } from './manual-clock.ts';

const StreamName = 'orders';
const clock = new ManualClock('2026-10-24T08:00:00Z');
let directory: string;
let db: ReturnType<typeof openDatabase>;
let kinesis: Kinesis;
let endpoint: Endpoint;
let client: KinesisClient;

async function open() {
  db = openDatabase(join(directory, 'engine.sqlite'));
  kinesis = new Kinesis({ db, log: new RecordLog(db, clock), clock });
  endpoint = await startEndpoint({ port: 0, services: [kinesisService(kinesis)] });
  client = new KinesisClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
}
async function close() {
  client.destroy();
  await endpoint.close();
  db.close();
}
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longhaul-kinesis-'));
  await open();
  await create(StreamName, 2);
});
afterEach(async () => {
  await close();
  await rm(directory, { recursive: true });
});

const create = (name: string, ShardCount: number, more: object = {}) =>
  client.send(new CreateStreamCommand({ StreamName: name, ShardCount, ...more }));
const put = (data: string | Uint8Array, PartitionKey = 'key', more: object = {}) =>
  client.send(new PutRecordCommand({ StreamName, Data: Buffer.from(data), PartitionKey, ...more }));
const iterator = async (ShardId: string | undefined, type: ShardIteratorType = 'TRIM_HORIZON', more: object = {}) => {
  const command = new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: type, ...more });
  return (await client.send(command)).ShardIterator;
};
const get = async (ShardIterator: string | undefined, Limit?: number) =>
  client.send(new GetRecordsCommand({ ShardIterator, Limit }));
const texts = async (start: string | undefined) =>
  (await get(start)).Records?.map(({ Data }) => Buffer.from(Data ?? '').toString());

describe('a stream', () => {
  it('gives back what was put, in order, with its number, key and time', async () => {
    const first = await put('ünïcode');
    const second = await put(new Uint8Array([0, 255, 128]));
    const { Records, MillisBehindLatest } = await get(await iterator(first.ShardId));
    expect(Records).toEqual([
      {
        Data: new Uint8Array(Buffer.from('ünïcode')),
        PartitionKey: 'key',
        SequenceNumber: first.SequenceNumber,
        ApproximateArrivalTimestamp: new Date('2026-10-24T08:00:00Z'),
      },
      expect.objectContaining({ Data: new Uint8Array([0, 255, 128]), SequenceNumber: second.SequenceNumber }),
    ]);
    expect(MillisBehindLatest).toBe(0);
    expect(first.SequenceNumber).toMatch(/^\d{56}$/);
    expect(BigInt(second.SequenceNumber ?? 0)).toBeGreaterThan(BigInt(first.SequenceNumber ?? 0));
  });

  it('has shards that share the hash keys; a record goes where the MD5 of its key says, or its explicit hash key', async () => {
    const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }));
    expect(Shards.map(({ HashKeyRange }) => HashKeyRange)).toEqual([
      { StartingHashKey: '0', EndingHashKey: String(2n ** 127n - 1n) },
      { StartingHashKey: String(2n ** 127n), EndingHashKey: String(2n ** 128n - 1n) },
    ]);
    for (const key of ['a', 'b', 'c', 'ä', '🥕']) {
      const upper = createHash('md5').update(key).digest()[0]! >= 0x80;
      expect((await put('x', key)).ShardId, key).toBe(Shards[upper ? 1 : 0]?.ShardId);
    }
    const last = String(2n ** 128n - 1n);
    expect((await put('x', 'a', { ExplicitHashKey: '0' })).ShardId).toBe(Shards[0]?.ShardId);
    expect((await put('x', 'a', { ExplicitHashKey: last })).ShardId).toBe(Shards[1]?.ShardId);
    await expect(put('x', 'a', { ExplicitHashKey: String(2n ** 128n) })).rejects.toMatchObject({
      name: 'InvalidArgumentException',
    });
  });

  it('is read from any place', async () => {
    const { ShardId, SequenceNumber: StartingSequenceNumber } = await put('one');
    clock.advance(10);
    const latest = await iterator(ShardId, 'LATEST');
    await put('two');
    await put('three');
    expect(await texts(await iterator(ShardId, 'TRIM_HORIZON'))).toEqual(['one', 'two', 'three']);
    expect(await texts(latest)).toEqual(['two', 'three']);
    const at = { StartingSequenceNumber };
    expect(await texts(await iterator(ShardId, 'AT_SEQUENCE_NUMBER', at))).toEqual(['one', 'two', 'three']);
    expect(await texts(await iterator(ShardId, 'AFTER_SEQUENCE_NUMBER', at))).toEqual(['two', 'three']);
    const Timestamp = new Date(clock.now() - 5_000);
    expect(await texts(await iterator(ShardId, 'AT_TIMESTAMP', { Timestamp }))).toEqual(['two', 'three']);
    await expect(iterator(ShardId, 'AT_SEQUENCE_NUMBER')).rejects.toMatchObject({ name: 'InvalidArgumentException' });
    await expect(iterator('shardId-000000000009')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('is read page by page, and says how far behind the reader is', async () => {
    const { ShardId } = await put('one');
    await put('two');
    clock.advance(60);
    const first = await get(await iterator(ShardId), 1);
    expect(first.Records).toHaveLength(1);
    expect(first.MillisBehindLatest).toBe(60_000);
    expect(await texts(first.NextShardIterator)).toEqual(['two']);
  });

  it('keeps its records over a restart, for 24 hours', async () => {
    const { ShardId } = await put('one');
    await close();
    await open();
    expect(await texts(await iterator(ShardId))).toEqual(['one']);
    clock.advance(24 * 3_600 + 1);
    expect(await texts(await iterator(ShardId))).toEqual([]);
  });

  it('refuses an iterator after five minutes', async () => {
    const { ShardId } = await put('one');
    const old = await iterator(ShardId);
    clock.advance(301);
    await expect(get(old)).rejects.toMatchObject({ name: 'ExpiredIteratorException' });
  });
});

describe('a record', () => {
  it('has up to 1 MiB with its key, or what its stream says, up to 10 MiB', async () => {
    await put(Buffer.alloc(1_048_576 - 3));
    await expect(put(Buffer.alloc(1_048_576 - 2))).rejects.toMatchObject({ name: 'ValidationException' });
    await create('large', 1, { MaxRecordSizeInKiB: 10_240 });
    const Data = Buffer.alloc(10_485_760 - 3, 7);
    const large = { StreamName: 'large', PartitionKey: 'key' };
    const { ShardId } = await client.send(new PutRecordCommand({ ...large, Data }));
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({ StreamName: 'large', ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    expect(Buffer.from((await get(ShardIterator)).Records?.[0]?.Data ?? '').equals(Data)).toBe(true);
  });

  it('is put together with others, all of them or none', async () => {
    const records = (...keys: string[]) => keys.map((PartitionKey) => ({ Data: Buffer.from('x'), PartitionKey }));
    const all = await client.send(new PutRecordsCommand({ StreamName, Records: records('a', 'b', 'c') }));
    expect(all).toMatchObject({ FailedRecordCount: 0 });
    expect(all.Records).toHaveLength(3);
    const bad = [...records('a'), { Data: Buffer.from('x'), PartitionKey: 'k'.repeat(257) }];
    await expect(client.send(new PutRecordsCommand({ StreamName, Records: bad }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    const many = records(...Array.from({ length: 501 }, () => 'k'));
    await expect(client.send(new PutRecordsCommand({ StreamName, Records: many }))).rejects.toThrow(/501/);
    const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }));
    const counts = await Promise.all(Shards.map(async ({ ShardId }) => (await texts(await iterator(ShardId)))?.length));
    expect(counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)).toBe(3);
  });
});

describe('streams', () => {
  it('are listed, described and deleted with their records', async () => {
    await create('second', 1);
    expect(await client.send(new ListStreamsCommand({ Limit: 1 }))).toMatchObject({
      StreamNames: ['orders'],
      HasMoreStreams: true,
    });
    const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamName }));
    expect(StreamDescription).toMatchObject({
      StreamARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/orders',
      StreamStatus: 'ACTIVE',
      RetentionPeriodHours: 24,
      Shards: [{ ShardId: 'shardId-000000000000' }, { ShardId: 'shardId-000000000001' }],
    });
    const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamName }));
    expect(StreamDescriptionSummary).toMatchObject({
      OpenShardCount: 2,
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
    });

    const { ShardId } = await put('gone');
    await client.send(new DeleteStreamCommand({ StreamName }));
    await expect(put('x')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await create(StreamName, 2);
    expect(await texts(await iterator(ShardId))).toEqual([]);
    await expect(create(StreamName, 2)).rejects.toMatchObject({ name: 'ResourceInUseException' });
  });

  it('are not resharded here: the request is refused by name', async () => {
    const merge = { StreamName, ShardToMerge: 'shardId-000000000000', AdjacentShardToMerge: 'shardId-000000000001' };
    await expect(client.send(new MergeShardsCommand(merge))).rejects.toThrow(/MergeShards/);
  });
});
