import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

// In `sam local invoke` the endpoint is host.docker.internal, and there is no bucket.host.docker.internal.
const client = new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });

/** What a function left for its next run; undefined before the first one, and when it was deleted. */
export async function readRecord<Stored>(Bucket: string, Key: string): Promise<Stored | undefined> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    return JSON.parse((await Body?.transformToString()) ?? '') as Stored;
  } catch (error) {
    if ((error as Error).name === 'NoSuchKey') return undefined;
    throw error;
  }
}

export async function writeRecord(Bucket: string, Key: string, record: object): Promise<void> {
  await client.send(
    new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(record), ContentType: 'application/json' }),
  );
}
