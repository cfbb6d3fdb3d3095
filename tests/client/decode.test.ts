import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  decodeDynamoDb,
  decodeKinesis,
  decodeS3,
  decodeS3Key,
  decodeSns,
  decodeSqs,
} from '../../longhaul/runtime/index.ts';

const sample = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../events/${name}.json`, import.meta.url), 'utf8'));

describe('what sources encode', () => {
  it('Kinesis: bytes, text and JSON', () => {
    const [record] = decodeKinesis(sample('KinesisTrigger'));
    expect(record!.text).toBe('{"order":17,"to":"Jörg"}');
    expect(record!.json<{ order: number }>().order).toBe(17);
    expect(record).toMatchObject({ partitionKey: 'customer-7', at: '2026-01-02T03:04:05.678Z' });
    const data = Buffer.from([0, 255, 1]).toString('base64');
    const [binary] = decodeKinesis({ Records: [{ kinesis: { data, partitionKey: 'a', sequenceNumber: '7' } }] });
    expect([...binary!.bytes]).toEqual([0, 255, 1]);
    expect(() => binary!.json()).toThrow(new TypeError('The data of record 7 is no JSON (3 characters)'));
  });

  it('DynamoDB: plain items', () => {
    const [change] = decodeDynamoDb<{ paid: boolean }>(sample('DynamoDbTrigger'));
    expect(change).toMatchObject({
      kind: 'MODIFY',
      keys: { id: 'order-17' },
      newImage: { id: 'order-17', to: 'Jörg', paid: true },
      oldImage: { paid: false },
      at: '2026-01-02T03:04:05.000Z',
    });
  });

  it('DynamoDB: numbers that a double cannot hold, bytes and sets, at any depth', () => {
    const NewImage = {
      exact: { N: '12.5' },
      large: { N: '12345678901234567890' },
      bytes: { B: 'AP8=' },
      nested: { M: { list: { L: [{ B: 'AQ==' }, { NULL: true }] }, names: { SS: ['a', 'b'] } } },
    };
    const [change] = decodeDynamoDb({
      Records: [{ eventName: 'INSERT', dynamodb: { NewImage, SequenceNumber: '1' } }],
    });
    expect(change!.newImage).toEqual({
      exact: 12.5,
      large: '12345678901234567890',
      bytes: Buffer.from([0, 255]),
      nested: { list: [Buffer.from([1]), null], names: new Set(['a', 'b']) },
    });
    expect(change).not.toHaveProperty('oldImage');
  });

  it('S3: the same object from a notification and from EventBridge', () => {
    const object = { key: 'incoming/a%2Bb+%C3%BC%2520.csv', size: 12, eTag: 'e', versionId: 'v', sequencer: '1' };
    const record = { eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'uploads' }, object } };
    const key = 'incoming/a+b ü%20.csv';
    const found = [{ bucket: 'uploads', key, size: 12, eTag: 'e', versionId: 'v', eventName: 'ObjectCreated:Put' }];
    expect(decodeS3({ Records: [record] })).toEqual(found);
    const detail = {
      bucket: { name: 'uploads' },
      object: { key, size: 12, etag: 'e', 'version-id': 'v', sequencer: '1' },
      reason: 'PutObject',
    };
    expect(decodeS3({ source: 'aws.s3', 'detail-type': 'Object Created', detail })).toEqual(found);
    expect(decodeS3(sample('S3Trigger'))[0]!.key).toBe('incoming/some ünïcode key.csv');
    expect(() => decodeS3Key('50% off')).toThrow('The key of the object is not URL-encoded: "50% off"');
  });

  it.each([
    ['Object Created', { reason: 'POST Object' }, 'ObjectCreated:Post'],
    ['Object Created', { reason: 'CopyObject' }, 'ObjectCreated:Copy'],
    ['Object Created', { reason: 'CompleteMultipartUpload' }, 'ObjectCreated:CompleteMultipartUpload'],
    ['Object Created', { reason: 'New' }, 'ObjectCreated:New'],
    ['Object Deleted', { reason: 'DeleteObject', 'deletion-type': 'Permanently Deleted' }, 'ObjectRemoved:Delete'],
    ['Object Deleted', { 'deletion-type': 'Delete Marker Created' }, 'ObjectRemoved:DeleteMarkerCreated'],
    ['Object Deleted', { reason: 'Lifecycle Expiration' }, 'LifecycleExpiration:Delete'],
    ['Object Restore Completed', {}, 'ObjectRestore:Completed'],
    ['Object Tags Added', {}, 'ObjectTagging:Put'],
    ['Something New', {}, 'Something New'],
  ])('S3 from EventBridge: %s %j has the name %s', (type, more, eventName) => {
    const detail = { bucket: { name: 'uploads' }, object: { key: 'a' }, ...more };
    expect(decodeS3({ source: 'aws.s3', 'detail-type': type, detail })).toMatchObject([{ eventName }]);
  });

  it('SNS: the message, its attributes and its topic', () => {
    const [message] = decodeSns(sample('SnsTrigger'));
    const { Sns } = sample('SnsTrigger').Records[0];
    expect(message).toMatchObject({ id: Sns.MessageId, text: Sns.Message, sns: { topicArn: Sns.TopicArn } });
  });

  it('SNS in SQS: out of the envelope; delivered raw, and any other message, as it is', () => {
    const envelope = {
      Type: 'Notification',
      MessageId: 'from-sns',
      TopicArn: 'arn:aws:sns:us-east-1:000000000000:orders',
      Subject: 'An order',
      Message: '{"order":17}',
      Timestamp: '2026-01-02T03:04:05.678Z',
      MessageAttributes: { kind: { Type: 'String', Value: 'new' } },
    };
    const messageAttributes = {
      kind: { dataType: 'String', stringValue: 'raw' },
      bytes: { dataType: 'Binary', binaryValue: 'AP8=' },
    };
    const bodies = [JSON.stringify(envelope), '{"order":17}', '{"Type":"Notification"}', '{broken', 'plain words'];
    const decoded = decodeSqs({
      Records: bodies.map((body, index) => ({ messageId: `m${index}`, body, messageAttributes })),
    });
    expect(decoded.map(({ id }) => id)).toEqual(['from-sns', 'm1', 'm2', 'm3', 'm4']);
    expect(decoded.map(({ text }) => text)).toEqual(['{"order":17}', ...bodies.slice(1)]);
    expect(decoded[0]).toMatchObject({
      attributes: { kind: 'new' },
      sns: { topicArn: envelope.TopicArn, subject: 'An order', timestamp: envelope.Timestamp },
    });
    expect(decoded[0]!.json()).toEqual({ order: 17 });
    expect(decoded[1]).toMatchObject({ attributes: { kind: 'raw', bytes: 'AP8=' } });
    expect(decoded[1]).not.toHaveProperty('sns');
    expect(() => decoded[4]!.json()).toThrow('The message m4 is no JSON (11 characters)');
  });

  it.each([
    [
      'Kinesis',
      () => decodeKinesis({ Records: [{ kinesis: { data: 7 } }] }),
      "'Records[0].kinesis.data' must be a string; it is number",
    ],
    [
      'DynamoDB',
      () => decodeDynamoDb({ Records: [{ eventName: 'DROP' }] }),
      "'Records[0].eventName' must be INSERT, MODIFY or REMOVE",
    ],
    ['S3', () => decodeS3({ bucket: 'a' }), "'Records' must be a list with at least one record; it is undefined"],
    [
      'S3 from EventBridge',
      () => decodeS3({ source: 'aws.s3', detail: { bucket: {} } }),
      "'detail.bucket.name' must be a string; it is undefined",
    ],
    ['SNS', () => decodeSns({ Records: [] }), "'Records' must be a list with at least one record; it is a list of 0"],
    [
      'SQS',
      () => decodeSqs({ Records: [{ messageId: 'a', body: null }] }),
      "'Records[0].body' must be a string; it is null",
    ],
  ])('%s: what is wrong with an event is said by its path', (_, decode, message) => {
    expect(decode).toThrow(new TypeError(message));
  });
});
