import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { executionName } from 'longhaul/trigger';
import { resize } from './job.ts';

/** Stores the event under the name that an execution for it would have. */
export async function handler(event: { note: string }): Promise<{ key: string }> {
  const key = executionName(resize.name, [event.note]);
  await new S3Client().send(new PutObjectCommand({ Bucket: process.env.BUCKET, Key: key, Body: event.note }));
  return { key };
}
