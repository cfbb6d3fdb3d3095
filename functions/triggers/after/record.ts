import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { SweepRecord } from './missed.ts';

/** Written by every sweep, so that the bucket's lifecycle does not come to it. */
const Key = 'chains/sweep.json';

// In `sam local invoke` the endpoint is host.docker.internal, and there is no bucket.host.docker.internal.
const client = new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });

/** What the last sweep left; undefined before the first one, and when it was deleted. */
export async function readRecord(Bucket: string): Promise<SweepRecord | undefined> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    return JSON.parse((await Body?.transformToString()) ?? '') as SweepRecord;
  } catch (error) {
    if ((error as Error).name === 'NoSuchKey') return undefined;
    throw error;
  }
}

export async function writeRecord(Bucket: string, record: SweepRecord): Promise<void> {
  await client.send(
    new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(record), ContentType: 'application/json' }),
  );
}
