import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Engine, startEngine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

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

test('a bucket that says so announces its objects on the default bus, and no other bucket does', async () => {
  expect(engine.warnings).toEqual([]);
  const s3 = new S3Client({ ...engine.aws, forcePathStyle: true });
  const Key = 'a key/with ünïcode+.csv';
  await s3.send(new PutObjectCommand({ Bucket: 'silent', Key, Body: 'silent' }));
  const { ETag } = await s3.send(new PutObjectCommand({ Bucket: 'announcing', Key, Body: 'a,b\n' }));
  await s3.send(new DeleteObjectCommand({ Bucket: 'announcing', Key }));
  s3.destroy();

  const events: { 'detail-type': string; detail: object }[] = [];
  const sqs = new SQSClient(engine.aws);
  await vi.waitFor(
    async () => {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: engine.outputs.Queue }));
      events.push(...Messages.map(({ Body }) => JSON.parse(Body ?? '')));
      expect(events).toHaveLength(2);
    },
    { timeout: 60_000 },
  );
  sqs.destroy();
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
