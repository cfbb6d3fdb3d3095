import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CopyObjectCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Upload } from '@aws-sdk/lib-storage';
import { type Engine, startEngine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { objectEvent } from '../../longhaul/engine/services/events/index.ts';
import type { S3ObjectEvent } from '../../longhaul/engine/services/s3/index.ts';
import { s3Event } from '../../longhaul/engine/sources/s3-event.ts';

const template = `
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Announcing:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: announcing
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } }
  Silent: { Type: AWS::S3::Bucket, Properties: { BucketName: silent } }
  Seen: { Type: AWS::SQS::Queue }
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: { source: [aws.s3] }
      Targets: [{ Id: seen, Arn: !GetAtt Seen.Arn }]
Outputs:
  Queue: { Value: !Ref Seen }
`;

let directory: string;
let engine: Engine;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longhaul-announcing-'));
  await writeFile(join(directory, 'template.yaml'), template);
  engine = await startEngine({ projectDirectory: directory, port: 0, apiPort: 0 });
});
afterAll(async () => {
  await engine.close();
  await rm(directory, { recursive: true });
});

// biome-ignore lint/suspicious/noExplicitAny: whatever was announced
type Loose = any;

/** The next events that the rule has put into the queue. */
async function announced(count: number): Promise<Loose[]> {
  const QueueUrl = engine.outputs.Queue;
  const events: Loose[] = [];
  const sqs = new SQSClient(engine.aws);
  await vi.waitFor(
    async () => {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      for (const { Body = '', ReceiptHandle } of Messages) {
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        events.push(JSON.parse(Body));
      }
      expect(events).toHaveLength(count);
    },
    { timeout: 60_000 },
  );
  sqs.destroy();
  return events;
}

test('a bucket that says so announces its objects on the default bus, and no other bucket does', async () => {
  expect(engine.warnings).toEqual([]);
  const s3 = new S3Client({ ...engine.aws, forcePathStyle: true });
  const Key = 'a key/with ünïcode+.csv';
  await s3.send(new PutObjectCommand({ Bucket: 'silent', Key, Body: 'silent' }));
  const { ETag } = await s3.send(new PutObjectCommand({ Bucket: 'announcing', Key, Body: 'a,b\n' }));
  await s3.send(new DeleteObjectCommand({ Bucket: 'announcing', Key }));
  s3.destroy();

  const events = await announced(2);
  const created = events.find((event) => event['detail-type'] === 'Object Created');
  expect(created).toEqual({
    version: '0',
    id: expect.any(String),
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: '000000000000',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    region: 'us-east-1',
    resources: ['arn:aws:s3:::announcing'],
    detail: {
      version: '0',
      bucket: { name: 'announcing' },
      object: { key: Key, size: 4, etag: ETag?.replaceAll('"', ''), sequencer: expect.any(String) },
      'request-id': expect.any(String),
      requester: '000000000000',
      'source-ip-address': '127.0.0.1',
      reason: 'PutObject',
    },
  });
  const deleted = events.find((event) => event['detail-type'] === 'Object Deleted');
  expect(deleted?.detail).toMatchObject({ reason: 'DeleteObject', 'deletion-type': 'Permanently Deleted' });
});

test('the reason says in which way an object was written, and no event has the version that its bucket does not keep', async () => {
  const s3 = new S3Client({ ...engine.aws, forcePathStyle: true });
  const Bucket = 'announcing';
  await s3.send(new PutObjectCommand({ Bucket, Key: 'put', Body: 'x' }));
  await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/put` }));
  const Body = Buffer.alloc(6 * 1024 * 1024);
  await new Upload({ client: s3, partSize: 5 * 1024 * 1024, params: { Bucket, Key: 'parts', Body } }).done();
  s3.destroy();
  const events = await announced(3);
  expect(Object.fromEntries(events.map(({ detail }) => [detail.object.key, detail.reason]))).toEqual({
    put: 'PutObject',
    copy: 'CopyObject',
    parts: 'CompleteMultipartUpload',
  });
  for (const { detail } of events) expect(Object.keys(detail.object)).toEqual(['key', 'size', 'etag', 'sequencer']);
});

test.each<S3ObjectEvent['eventName']>(['ObjectCreated:Put', 'ObjectRemoved:Delete'])(
  'the notification of %s and the event have the same sequencer and request id',
  (eventName) => {
    const event = {
      bucket: 'b',
      key: 'a+b',
      eventName,
      sequencer: '00A1',
      requestId: 'R',
      time: '2026-01-02T03:04:05Z',
    };
    const { Records } = s3Event(event, 'id') as Loose;
    const { detail } = objectEvent(event) as Loose;
    expect(detail.object.sequencer).toBe(Records[0].s3.object.sequencer);
    expect(detail['request-id']).toBe(Records[0].responseElements['x-amz-request-id']);
    expect([Records[0].s3.object.key, detail.object.key]).toEqual(['a%2Bb', 'a+b']);
  },
);
