import { randomUUID } from 'node:crypto';
import type { AsyncEvent } from './async-store.ts';
import type { FunctionDefinition } from './definition.ts';
import type { Result } from './execution-environment.ts';

/** Why a record is sent. */
export type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded' | 'ZeroReservedConcurrency';

/** Sends an event's record to every destination that its function has for it. Rejects when one was not reached. */
export type Deliver = (definition: FunctionDefinition, event: AsyncEvent) => Promise<void>;

/**
 * The record of an asynchronous invocation, version 1.0.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export function invocationRecord(
  event: AsyncEvent,
  functionArn: string,
  condition: Condition,
  now: number,
  result: Result | undefined,
) {
  return {
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    requestContext: {
      requestId: event.requestId,
      functionArn: `${functionArn}:$LATEST`,
      condition,
      approximateInvokeCount: event.attempts,
    },
    requestPayload: JSON.parse(event.payload.toString('utf8')),
    ...(result && {
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        ...(result.functionError && { functionError: result.functionError }),
      },
      responsePayload: jsonOrText(result.payload),
    }),
  };
}

/** A runtime of the user's may answer with anything. */
function jsonOrText(payload: Buffer) {
  const text = payload.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** `aws/lambda/async/NAME/2026/10/24/2026-10-24T08.00.00-UUID`: an object's key in an S3 destination. */
export function recordKey(functionName: string, time: string): string {
  const day = time.slice(0, 10).replaceAll('-', '/');
  return `aws/lambda/async/${functionName}/${day}/${time.slice(0, 19).replaceAll(':', '.')}-${randomUUID()}`;
}

/**
 * Delivers through the AWS SDK to the engine's own endpoint: queues and buckets, which is what this application uses.
 *
 * @param environment - with `AWS_ENDPOINT_URL`, `AWS_REGION` and credentials
 */
export function sdkDelivery(environment: Record<string, string>): Deliver {
  const config = {
    endpoint: environment.AWS_ENDPOINT_URL,
    region: environment.AWS_REGION ?? 'us-east-1',
    credentials: {
      accessKeyId: environment.AWS_ACCESS_KEY_ID ?? 'local',
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? 'local',
    },
  };

  async function toQueue(arn: string, body: string, attributes: Record<string, string> = {}): Promise<void> {
    const { GetQueueUrlCommand, SendMessageCommand, SQSClient } = await import('@aws-sdk/client-sqs');
    const client = new SQSClient(config);
    try {
      const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: arn.split(':').at(-1) }));
      const MessageAttributes = Object.fromEntries(
        Object.entries(attributes).map(([name, StringValue]) => [
          name,
          { DataType: name === 'ErrorCode' ? 'Number' : 'String', StringValue },
        ]),
      );
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: body, MessageAttributes }));
    } finally {
      client.destroy();
    }
  }

  async function toBucket(arn: string, key: string, body: string): Promise<void> {
    const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
    const client = new S3Client({ ...config, forcePathStyle: true });
    try {
      const Bucket = arn.split(':').at(-1);
      await client.send(new PutObjectCommand({ Bucket, Key: key, Body: body, ContentType: 'application/json' }));
    } finally {
      client.destroy();
    }
  }

  return async (definition, event) => {
    const text = event.record ?? '';
    const record = JSON.parse(text) as ReturnType<typeof invocationRecord>;
    const failed = record.requestContext.condition !== 'Success';
    const arn = failed ? definition.async.onFailure : definition.async.onSuccess;
    if (arn?.includes(':s3:')) await toBucket(arn, recordKey(definition.name, record.timestamp), text);
    else if (arn?.includes(':sqs:')) await toQueue(arn, text);
    const deadLetters = definition.async.deadLetterQueue;
    if (failed && deadLetters) {
      // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq
      await toQueue(deadLetters, event.payload.toString('utf8'), {
        RequestID: event.requestId,
        ErrorCode: '200',
        ErrorMessage: String(record.responsePayload?.errorMessage ?? record.requestContext.condition).slice(0, 1024),
      });
    }
  };
}
