/** Puts what a function could not handle into queues and buckets, by their ARNs. */
export interface Destinations {
  toQueue(arn: string, body: string, attributes?: Record<string, string>): Promise<void>;
  toBucket(arn: string, key: string, body: string): Promise<void>;
}

/**
 * Delivers through the AWS SDK to the engine's own endpoint: queues and buckets, which is what this application uses.
 *
 * @param environment - with `AWS_ENDPOINT_URL`, `AWS_REGION` and credentials
 */
export function sdkDestinations(environment: Record<string, string>): Destinations {
  const config = {
    endpoint: environment.AWS_ENDPOINT_URL,
    region: environment.AWS_REGION ?? 'us-east-1',
    credentials: {
      accessKeyId: environment.AWS_ACCESS_KEY_ID ?? 'local',
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? 'local',
    },
  };
  return {
    async toQueue(arn, body, attributes = {}) {
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
    },

    async toBucket(arn, key, body) {
      const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
      const client = new S3Client({ ...config, forcePathStyle: true });
      try {
        const Bucket = arn.split(':').at(-1);
        await client.send(new PutObjectCommand({ Bucket, Key: key, Body: body, ContentType: 'application/json' }));
      } finally {
        client.destroy();
      }
    },
  };
}
