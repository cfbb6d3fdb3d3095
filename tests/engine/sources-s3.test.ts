import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CopyObjectCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { S3Event } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Endpoint, startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { ObjectStore, s3Service } from '../../longhaul/engine/services/s3/index.ts';
import { type Sources, startSources } from '../../longhaul/engine/sources/index.ts';
import { encodeKey } from '../../longhaul/engine/sources/s3-event.ts';
import type { Resource } from '../../longhaul/engine/template/model.ts';
import { type Project, project } from './functions-project.ts';

let app: Project;
let endpoint: Endpoint | undefined;
let sources: Sources | undefined;
let s3: S3Client | undefined;

beforeEach(async () => {
  app = await project();
});

afterEach(async () => {
  s3?.destroy();
  sources?.close();
  await endpoint?.close();
  await app.remove();
});

function client(url: string): S3Client {
  s3 = new S3Client({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    forcePathStyle: true,
  });
  return s3;
}

async function start(resources: Resource[]): Promise<S3Client> {
  const objectStore = new ObjectStore({ db: app.db, directory: join(app.directory, 'objects') });
  objectStore.createBucket('uploads');
  endpoint = await startEndpoint({ port: 0, services: [s3Service(objectStore)] });
  const functions = app.start(resources);
  sources = startSources({ resources, functions, objectStore, db: app.db });
  return client(endpoint.url);
}

/** Appends each event that it gets to a file. */
async function collector(name: string, ...events: object[]): Promise<Resource> {
  const source = `import { appendFileSync } from 'node:fs';
export const handler = async (event: object) => appendFileSync(${JSON.stringify(join(app.directory, `${name}.events`))}, JSON.stringify(event) + '\\n');`;
  const Events = Object.fromEntries(events.map((Properties, index) => [`E${index}`, { Type: 'S3', Properties }]));
  return app.function(name, source, { Events, EventInvokeConfig: { MaximumRetryAttempts: 0 } });
}

async function collected(name: string, count: number): Promise<S3Event[]> {
  // Appending makes the file first: for a moment it is empty.
  const lines = async () =>
    (await readFile(join(app.directory, `${name}.events`), 'utf8')).split('\n').filter((line) => line !== '');
  await expect.poll(lines).toHaveLength(count);
  return (await lines()).map((line) => JSON.parse(line));
}

/** Nothing is on its way any more. */
async function settled(): Promise<void> {
  await expect
    .poll(() => app.db.prepare('SELECT count(*) AS n FROM lambda_async_events').get())
    .toMatchObject({ n: 0 });
}

test('an object starts the function with the event that S3 documents', async () => {
  const resource = await collector('one', { Bucket: 'uploads', Events: 's3:ObjectCreated:*' });
  const s3 = await start([resource]);
  const Key = 'incoming/some ünïcode (key)+~.csv';
  const { ETag } = await s3.send(new PutObjectCommand({ Bucket: 'uploads', Key, Body: 'a,b\n' }));
  const [event] = await collected('one', 1);
  expect(event).toEqual({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'us-east-1',
        eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: expect.any(String) },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: { 'x-amz-request-id': expect.any(String), 'x-amz-id-2': expect.any(String) },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: expect.any(String),
          bucket: {
            name: 'uploads',
            ownerIdentity: { principalId: expect.any(String) },
            arn: 'arn:aws:s3:::uploads',
          },
          object: {
            key: 'incoming/some+%C3%BCn%C3%AFcode+%28key%29%2B%7E.csv',
            size: 4,
            eTag: ETag?.replaceAll('"', ''),
            sequencer: expect.stringMatching(/^[0-9A-F]+$/),
          },
        },
      },
    ],
  });
});

test('each way of writing and removing has its event name, and only the wanted ones arrive', async () => {
  const resources = [
    await collector('created', { Bucket: 'uploads', Events: 's3:ObjectCreated:*' }),
    await collector('copied', { Bucket: 'uploads', Events: ['s3:ObjectCreated:Copy', 's3:ObjectRemoved:*'] }),
  ];
  const s3 = await start(resources);
  await s3.send(new PutObjectCommand({ Bucket: 'uploads', Key: 'a', Body: 'x' }));
  await s3.send(new CopyObjectCommand({ Bucket: 'uploads', Key: 'b', CopySource: 'uploads/a' }));
  const Body = Buffer.alloc(6 * 1024 * 1024);
  await new Upload({ client: s3, partSize: 5 * 1024 * 1024, params: { Bucket: 'uploads', Key: 'c', Body } }).done();
  await s3.send(new DeleteObjectCommand({ Bucket: 'uploads', Key: 'a' }));
  const names = (events: S3Event[]) =>
    events.map(({ Records: [record] }) => `${record?.eventName} ${record?.s3.object.key}`).sort();
  expect(names(await collected('created', 3))).toEqual([
    'ObjectCreated:CompleteMultipartUpload c',
    'ObjectCreated:Copy b',
    'ObjectCreated:Put a',
  ]);
  const copied = await collected('copied', 2);
  expect(names(copied)).toEqual(['ObjectCreated:Copy b', 'ObjectRemoved:Delete a']);
  const removed = copied.find(({ Records }) => Records[0]?.eventName === 'ObjectRemoved:Delete');
  expect(Object.keys(removed?.Records[0]?.s3.object ?? {})).toEqual(['key', 'sequencer']);
});

test('only objects whose key matches prefix and suffix arrive, and each once', async () => {
  const Filter = {
    S3Key: {
      Rules: [
        { Name: 'prefix', Value: 'in/' },
        { Name: 'Suffix', Value: '.csv' },
      ],
    },
  };
  const created = { Bucket: 'uploads', Events: 's3:ObjectCreated:*', Filter };
  const resource = await collector('filtered', created);
  const bucket: Resource = {
    ...resource,
    logicalId: 'Uploads',
    type: 'AWS::S3::Bucket',
    ref: 'uploads',
    // The same once more, and another, as the bucket itself may declare them.
    properties: {
      NotificationConfiguration: {
        LambdaConfigurations: [
          { Event: 's3:ObjectCreated:*', Function: resource.attributes.Arn, Filter },
          {
            Event: 's3:ObjectRemoved:Delete',
            Function: resource.attributes.Arn,
            Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'other/' }] } },
          },
        ],
      },
    },
  };
  const s3 = await start([resource, bucket]);
  for (const Key of ['in/a.csv', 'in/a.txt', 'out/in/b.csv', 'in/c.CSV', 'other/d']) {
    await s3.send(new PutObjectCommand({ Bucket: 'uploads', Key, Body: 'x' }));
  }
  for (const Key of ['other/d', 'in/a.csv']) await s3.send(new DeleteObjectCommand({ Bucket: 'uploads', Key }));
  await settled();
  const events = await collected('filtered', 2);
  expect(events.map(({ Records }) => Records[0]?.s3.object.key).sort()).toEqual(['in/a.csv', 'other/d']);
});

test('an object that was stored starts its function though the engine is killed right after', async () => {
  const resource = await collector('late', { Bucket: 'uploads', Events: 's3:ObjectCreated:*' });
  const from = (path: string) =>
    JSON.stringify(fileURLToPath(new URL(`../../longhaul/engine/${path}/index.ts`, import.meta.url)));
  await app.write(
    'engine.ts',
    `import { DatabaseSync } from 'node:sqlite';
import { startEndpoint } from ${from('endpoint')};
import { Functions } from ${from('functions')};
import { ObjectStore, s3Service } from ${from('services/s3')};
import { startSources } from ${from('sources')};
const db = new DatabaseSync('state.sqlite');
const resources = [${JSON.stringify({ ...resource, properties: { ...resource.properties, ReservedConcurrentExecutions: 1 } })}];
const objectStore = new ObjectStore({ db, directory: 'objects' });
objectStore.createBucket('uploads');
const functions = new Functions({ resources, db, projectDirectory: '.', environment: {}, watch: false, logs: { append() {} } });
startSources({ resources, functions, objectStore, db });
functions.start();
console.log((await startEndpoint({ port: 0, services: [s3Service(objectStore)] })).url);
`,
  );
  const engine = spawn(process.execPath, ['engine.ts'], { cwd: app.directory, stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = await once(createInterface(engine.stdout), 'line');
  const s3 = client(url);
  const keys = Array.from({ length: 20 }, (_, index) => `object-${index}`);
  await Promise.all(keys.map((Key) => s3.send(new PutObjectCommand({ Bucket: 'uploads', Key, Body: 'x' }))));
  engine.kill('SIGKILL');
  await once(engine, 'exit');
  await start([resource]);
  await settled();
  const lines = (await readFile(join(app.directory, 'late.events'), 'utf8')).trim().split('\n');
  const arrived = lines.map((line) => (JSON.parse(line) as S3Event).Records[0]?.s3.object.key);
  expect(new Set(arrived)).toEqual(new Set(keys));
});

describe('a key in an event', () => {
  test.each([
    ['a/b c', 'a/b+c'],
    ['ü', '%C3%BC'],
    ["*-._!'()~", '*-._%21%27%28%29%7E'],
    ['1+1=2&%', '1%2B1%3D2%26%25'],
  ])('%s is encoded as %s', (key, encoded) => {
    expect(encodeKey(key)).toBe(encoded);
    expect(decodeURIComponent(encoded.replaceAll('+', ' '))).toBe(key);
  });
});
