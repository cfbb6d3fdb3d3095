import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backgroundClock } from '../../longhaul/asl/index.ts';
import { RecordLog } from '../../longhaul/engine/services/record-log/index.ts';
import { type RecordStreams, startStreamSources } from '../../longhaul/engine/sources/streams/index.ts';
import { recordFilter } from '../../longhaul/engine/sources/streams/record-filter.ts';
import { type Project, project } from './functions-project.ts';

const arn = 'arn:aws:dynamodb:us-east-1:000000000000:table/orders/stream/1';
const bucket = 'arn:aws:s3:::dead-letters';
const queue = 'arn:aws:sqs:us-east-1:000000000000:dead-letters';

let at: Project;
let log: RecordLog;
let sent: { arn: string; key?: string; record: Record<string, unknown> & { payload?: string } }[];
let stop: (() => Promise<void>)[];

beforeEach(async () => {
  at = await project();
  log = new RecordLog(at.db, backgroundClock);
  sent = [];
  stop = [];
});
afterEach(async () => {
  for (const one of stop) await one();
  await at.remove();
});

/** A stream of words with one shard. */
const streams: RecordStreams = {
  open: (name) =>
    name === arn
      ? {
          arn,
          batchInfo: 'DDBStreamBatchInfo',
          shards: ['shard'],
          retentionSeconds: 86_400,
          start: (_shard, from) => (from === 'LATEST' ? log.latest() : 0),
          read: (shard, after, limit, characters) =>
            log.read(shard, after, limit, characters).map(({ position, time, data }) => ({
              position,
              time,
              sequenceNumber: String(position),
              event: { word: data, number: String(position) },
            })),
          onRecord: (shard, listener) => log.onAppend((other) => other === shard && listener()),
        }
      : undefined,
};

const write = (word: string, time = Date.now()) =>
  log.append({ shard: 'shard', data: word, time, retention: 86_400_000 });

/** Writes down the words of each batch; fails as the batch's words say. */
const handler = `
import { appendFileSync, readFileSync } from 'node:fs';
const file = new URL('batches', import.meta.url);
export const handler = async ({ Records }) => {
  appendFileSync(file, Records.map(({ word }) => word.slice(0, 20)).join(' ') + '\\n');
  if (Records.some(({ word }) => word === 'throw')) throw new Error('a bad word');
  if (Records.some(({ word }) => word === 'once') && readFileSync(file, 'utf8').split('once').length === 2) throw new Error('once');
  const bad = Records.find(({ word }) => word === 'report');
  return { batchItemFailures: bad ? [{ itemIdentifier: bad.number }] : [] };
};`;

async function start(properties: object = {}) {
  const Events = {
    Word: { Type: 'DynamoDB', Properties: { Stream: arn, StartingPosition: 'TRIM_HORIZON', ...properties } },
  };
  const resource = await at.function('words', handler, { Events, Timeout: 10 });
  const functions = at.start([resource]);
  const sources = startStreamSources({
    db: at.db,
    resources: [resource],
    functions,
    streams: { DynamoDB: streams, Kinesis: streams },
    destinations: {
      toBucket: async (name, key, body) => void sent.push({ arn: name, key, record: JSON.parse(body) }),
      toQueue: async (name, body) => void sent.push({ arn: name, record: JSON.parse(body) }),
    },
    retryDelay: 1,
    onNotice: (message) => void at.notices.push(message),
  });
  stop.push(() => sources.close());
  return sources;
}
const batches = async (): Promise<string[]> => {
  const { readFile } = await import('node:fs/promises');
  return (await readFile(`${at.directory}/batches`, 'utf8').catch(() => '')).split('\n').filter(Boolean);
};
const seen = (...expected: string[]) => expect.poll(() => batches()).toEqual(expected);

describe('the records of a stream', () => {
  it('reach the function in order, those that were there and those that come', async () => {
    write('one');
    write('two');
    await start();
    await seen('one two');
    write('three');
    await seen('one two', 'three');
  });

  it('are delivered from the newest on, when the mapping says so, also after a restart', async () => {
    write('old');
    const first = await start({ StartingPosition: 'LATEST' });
    write('new');
    await seen('new');
    await first.close();
    write('meanwhile');
    await start({ StartingPosition: 'LATEST' });
    await seen('new', 'meanwhile');
  });

  it('are delivered in batches of the size of the mapping, and never more than an invocation takes', async () => {
    for (const word of ['a', 'b', 'c']) write(word);
    const large = 'x'.repeat(3_000_000);
    for (let count = 0; count < 3; count++) write(large);
    await start({ BatchSize: 2 });
    const cut = large.slice(0, 20);
    await seen('a b', `c ${cut}`, `${cut} ${cut}`);
  });

  it('wait for company as long as the batching window says', async () => {
    await start({ BatchSize: 3, MaximumBatchingWindowInSeconds: 300 });
    for (const word of ['a', 'b', 'c']) write(word);
    await seen('a b c');
  });

  it('that no filter of the mapping wants are passed over', async () => {
    for (const word of ['no', 'one', 'no', 'two', 'no', 'no']) write(word);
    const Filters = [{ Pattern: '{"word":["one"]}' }, { Pattern: '{"word":[{"prefix":"t"}]}' }];
    await start({ BatchSize: 2, FilterCriteria: { Filters } });
    write('three');
    await seen('one', 'two', 'three');
  });

  it('of a disabled mapping stay where they are', async () => {
    write('one');
    const disabled = { Word: { Type: 'DynamoDB', Properties: { Stream: arn, Enabled: false } } };
    const resource = await at.function('words', handler, { Events: disabled });
    const opened: string[] = [];
    const watched: RecordStreams = { open: (name) => void opened.push(name) };
    startStreamSources({
      db: at.db,
      resources: [resource],
      functions: at.start([resource]),
      streams: { DynamoDB: watched, Kinesis: watched },
      destinations: { toBucket: async () => {}, toQueue: async () => {} },
    });
    expect(opened).toEqual([]);
  });
});

describe('a batch that fails', () => {
  it('is delivered again, and what comes after it waits', async () => {
    write('once');
    await start();
    write('after');
    await expect.poll(async () => (await batches()).at(-1)).toMatch(/after$/);
    const words = (await batches()).flatMap((batch) => batch.split(' '));
    expect(words.indexOf('after')).toBeGreaterThan(words.indexOf('once'));
    expect(words.filter((word) => word === 'once')).toHaveLength(2);
    expect(sent).toEqual([]);
  });

  it('is halved until the bad record is alone, which goes to the bucket whole; the others are delivered', async () => {
    for (const word of ['a', 'b', 'throw', 'c']) write(word);
    await start({
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: bucket } },
    });
    await seen('a b throw c', 'a b', 'throw c', 'throw', 'throw', 'c');
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      arn: bucket,
      key: expect.stringMatching(
        /^aws\/lambda\/[0-9a-f-]{36}\/shard\/\d{4}\/\d\d\/\d\d\/\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-/,
      ),
      record: {
        version: '1.0',
        requestContext: {
          functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:words',
          condition: 'RetryAttemptsExhausted',
          approximateInvokeCount: 2,
        },
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        DDBStreamBatchInfo: {
          shardId: 'shard',
          startSequenceNumber: '3',
          endSequenceNumber: '3',
          batchSize: 1,
          streamArn: arn,
        },
      },
    });
    expect(JSON.parse(sent[0]?.record.payload ?? '')).toEqual({ Records: [{ word: 'throw', number: '3' }] });
  });

  it('is delivered again from the record on that the function reports, and given up as it then is', async () => {
    for (const word of ['a', 'report', 'b']) write(word);
    await start({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: queue } },
    });
    await seen('a report b', 'report b');
    await expect.poll(() => sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      arn: queue,
      record: { DDBStreamBatchInfo: { startSequenceNumber: '2', batchSize: 2 } },
    });
    expect(sent[0]?.record).not.toHaveProperty('payload');
    write('c');
    await seen('a report b', 'report b', 'c');
  });

  it('and what was reported is ignored by a mapping that does not ask for reports', async () => {
    for (const word of ['report', 'b']) write(word);
    await start();
    await seen('report b');
    write('c');
    await seen('report b', 'c');
  });

  it('is given up without an attempt when its records are too old', async () => {
    write('old', Date.now() - 120_000);
    write('new');
    await start({ MaximumRecordAgeInSeconds: 60, DestinationConfig: { OnFailure: { Destination: bucket } } });
    await seen('new');
    expect(sent).toMatchObject([
      { record: { requestContext: { condition: 'RecordAgeExceeded', approximateInvokeCount: 0 } } },
    ]);
  });

  it('comes again after a restart when it was under way', async () => {
    write('throw');
    const first = await start();
    await expect.poll(async () => (await batches()).length).toBeGreaterThan(0);
    await first.close();
    const before = (await batches()).length;
    await start();
    await expect.poll(async () => (await batches()).length).toBeGreaterThan(before);
  });

  it('comes again after a restart with the same records, also when others have come since', async () => {
    write('throw');
    const first = await start();
    await expect.poll(async () => (await batches()).length).toBeGreaterThan(0);
    await first.close();
    write('later');
    const before = (await batches()).length;
    await start({ MaximumRetryAttempts: 1 });
    await expect.poll(async () => (await batches()).at(-1)).toBe('later');
    expect(new Set((await batches()).slice(before))).toEqual(new Set(['throw', 'later']));
  });
});

it('a record that no invocation can take goes to the bucket, and the next ones are delivered', async () => {
  write('x'.repeat(6_291_456));
  write('next');
  await start({ DestinationConfig: { OnFailure: { Destination: bucket } } });
  await seen('next');
  expect(sent).toMatchObject([{ record: { requestContext: { condition: 'PayloadTooLarge' } } }]);
});

it('filters of a Kinesis stream are about the data, as JSON or as text, and the partition key', () => {
  const kinesis = (data: string) => ({ kinesis: { partitionKey: 'k', data: Buffer.from(data).toString('base64') } });
  const wants = (Pattern: string) => recordFilter({ Filters: [{ Pattern }] }, 'Kinesis');
  expect(wants('{"data":{"kind":["order"]}}')(kinesis('{"kind":"order"}'))).toBe(true);
  expect(wants('{"data":{"kind":["order"]}}')(kinesis('{"kind":"offer"}'))).toBe(false);
  expect(wants('{"data":["plain text"]}')(kinesis('plain text'))).toBe(true);
  expect(wants('{"partitionKey":["k"]}')(kinesis('anything'))).toBe(true);
});

it('the user is told of a stream that is not here, and of what is not applied', async () => {
  await start({ Stream: 'arn:elsewhere', ParallelizationFactor: 2 });
  await start({ FilterCriteria: { Filters: [{ Pattern: '{' }] } });
  expect(at.notices.join('\n')).toMatch(/no stream arn:elsewhere here/);
  expect(at.notices.join('\n')).toMatch(/ParallelizationFactor is not applied/);
  expect(at.notices.join('\n')).toMatch(/FilterCriteria: .*do not reach the function/);
});
