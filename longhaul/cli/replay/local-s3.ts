import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import type { AwsOptions } from '../../client/aws.ts';
import { openDatabase } from '../../engine/database.ts';
import { startEndpoint } from '../../engine/endpoint/index.ts';
import { ObjectStore, s3Service } from '../../engine/services/s3/index.ts';
import { readThrough } from './read-through.ts';

export interface LocalS3Options {
  /** The artifacts' bucket, under the name that it has where they come from. */
  bucket: string;
  /** What is copied: the keys below it. */
  prefix: string;
  origin: AwsOptions;
  /** Empty; its own until it is closed. */
  directory: string;
  /** Whether an object is copied, by its key behind the prefix. */
  wanted(name: string): boolean;
}

export interface LocalS3 {
  url: string;
  /** What was copied, by key behind the prefix. */
  copied: string[];
  /** Writes what is there now to a directory; gives the names of the files. */
  saveTo(directory: string): Promise<string[]>;
  close(): Promise<void>;
}

/** A throw-away S3 with a copy of an execution's artifacts; every other bucket is read where it is. */
export async function localS3({ bucket, prefix, origin, directory, wanted }: LocalS3Options): Promise<LocalS3> {
  const db = openDatabase(path.join(directory, 'objects.sqlite'));
  const objects = new ObjectStore({ db, directory: path.join(directory, 'objects') });
  const service = readThrough({ bucket, prefix, local: s3Service(objects), origin });
  const endpoint = await startEndpoint({ port: 0, services: [service] });
  const close = async () => {
    await endpoint.close();
    db.close();
  };
  try {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const here = new S3Client({ endpoint: endpoint.url, region: 'us-east-1', credentials, forcePathStyle: true });
    await here.send(new CreateBucketCommand({ Bucket: bucket }));
    const there = new S3Client(origin);
    const copied: string[] = [];
    for (const name of await names(there, bucket, prefix)) {
      if (!wanted(name)) continue;
      const object = { Bucket: bucket, Key: prefix + name };
      const { Body, ContentLength, ContentType } = await there.send(new GetObjectCommand(object));
      await here.send(new PutObjectCommand({ ...object, Body: Body as Readable, ContentLength, ContentType }));
      copied.push(name);
    }
    return {
      url: endpoint.url,
      copied,
      close,
      async saveTo(target) {
        const all = await names(here, bucket, prefix);
        for (const name of all) {
          const { Body } = await here.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + name }));
          const file = path.join(target, name);
          mkdirSync(path.dirname(file), { recursive: true });
          await pipeline(Body as Readable, createWriteStream(file));
        }
        return all;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Keys behind the prefix. One that would leave a directory has no place here. */
async function names(client: S3Client, Bucket: string, prefix: string): Promise<string[]> {
  const all: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix: prefix })) {
    all.push(...Contents.map(({ Key = '' }) => Key.slice(prefix.length)));
  }
  return all.filter((name) => name !== '' && !name.endsWith('/') && !name.split('/').includes('..'));
}
