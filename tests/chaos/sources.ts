import { randomUUID } from 'node:crypto';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Engine } from 'longhaul/engine';

/** What is needed of an engine, which may run in a process of its own. */
export type Target = Pick<Engine, 'aws' | 'apiUrl' | 'outputs'>;

/** Sends one event that holds `id`; resolves when the source has accepted it. */
type Send = (target: Target, id: string) => Promise<unknown>;

/** One client for each call: what an engine that was killed leaves of it is gone with it. */
const using = async <C extends { destroy(): void }>(client: C, work: (client: C) => Promise<unknown>) => {
  try {
    await work(client);
  } finally {
    client.destroy();
  }
};

/** An event that the engine took and could not answer for is sent again by nobody: then it was not accepted. */
const once = ({ aws }: Target) => ({ ...aws, maxAttempts: 1 });

export const sources: Record<string, Send> = {
  http: async ({ apiUrl }, id) => {
    const response = await fetch(`${apiUrl}/jobs/hello-world`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': id },
      body: JSON.stringify({ id }),
    });
    if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`);
  },
  sqs: (target, id) =>
    using(new SQSClient(once(target)), (sqs) =>
      sqs.send(new SendMessageCommand({ QueueUrl: queueOf(target, 'QueueUrl'), MessageBody: id })),
    ),
  fifo: (target, id) =>
    using(new SQSClient(once(target)), (sqs) =>
      sqs.send(
        new SendMessageCommand({
          QueueUrl: queueOf(target, 'FifoQueueUrl'),
          MessageBody: id,
          MessageGroupId: 'chaos',
          MessageDeduplicationId: id,
        }),
      ),
    ),
  sns: (target, id) =>
    using(new SNSClient(once(target)), (sns) =>
      sns.send(new PublishCommand({ TopicArn: target.outputs.TopicArn, Message: id })),
    ),
  eventbridge: (target, id) =>
    using(new EventBridgeClient(once(target)), (events) =>
      events.send(
        new PutEventsCommand({
          Entries: [
            {
              EventBusName: target.outputs.EventBusName,
              Source: 'com.example.longhaul',
              DetailType: 'chaos',
              Detail: JSON.stringify({ id }),
            },
          ],
        }),
      ),
    ),
  dynamodb: (target, id) =>
    using(new DynamoDBClient(once(target)), (dynamo) =>
      dynamo.send(new PutItemCommand({ TableName: target.outputs.TableName, Item: { id: { S: id } } })),
    ),
  kinesis: (target, id) =>
    using(new KinesisClient(once(target)), (kinesis) =>
      kinesis.send(
        new PutRecordCommand({
          StreamName: target.outputs.KinesisStreamName,
          PartitionKey: id,
          Data: Buffer.from('{}'),
        }),
      ),
    ),
  s3: (target, id) =>
    using(new S3Client(once(target)), (s3) =>
      s3.send(
        new PutObjectCommand({
          Bucket: target.outputs.UploadsBucketName,
          Key: `incoming/${id}.csv`,
          Body: 'item,value\na,1\nb,2\n',
        }),
      ),
    ),
};

/** A queue's URL at the port that the engine has now. */
const queueOf = ({ aws, outputs }: Target, output: string) => outputs[output]!.replace(/^http:\/\/[^/]+/, aws.endpoint);

/** Found in every event, and in no other. */
export const newId = () => `chaos-${randomUUID()}`;
