/** What people have on their machines: the AWS CLI and boto3, against one endpoint with S3, Logs and SQS. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Endpoint, startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { LogStore, logsService } from '../../longhaul/engine/services/logs/index.ts';
import { Messaging, messagingServices } from '../../longhaul/engine/services/messaging/index.ts';
import { ObjectStore, s3Service } from '../../longhaul/engine/services/s3/index.ts';

const succeeds = (command: string, ...args: string[]) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const hasCli = succeeds('aws', '--version');
const hasBoto3 = succeeds('python3', '-c', 'import boto3');

let directory: string;
let db: DatabaseSync;
let endpoint: Endpoint;
let messaging: Messaging;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longhaul-clients-'));
  db = new DatabaseSync(join(directory, 'state.db'));
  const objects = new ObjectStore({ db, directory: join(directory, 'objects') });
  objects.createBucket('bucket');
  const logs = new LogStore(db);
  logs.append('/longhaul/jobs', 'one', [{ timestamp: Date.now(), message: 'hello' }]);
  endpoint = await startEndpoint({ port: 0, services: [s3Service(objects), logsService(logs)] });
  messaging = await Messaging.open({ dataDirectory: join(directory, 'messages'), url: endpoint.url });
  for (const service of messagingServices(messaging.handle)) endpoint.mount(service);
});
afterEach(async () => {
  await messaging.close();
  await endpoint.close();
  db.close();
  await rm(directory, { recursive: true });
});

async function run(command: string, ...args: string[]): Promise<string> {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'thing',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_PAGER: '',
    AWS_CONFIG_FILE: join(directory, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(directory, 'no-credentials'),
  };
  return (await promisify(execFile)(command, args, { env, cwd: directory })).stdout;
}
const aws = (...args: string[]) => run('aws', '--endpoint-url', endpoint.url, ...args);

describe.skipIf(!hasCli)('the AWS CLI', () => {
  it('copies, lists, synchronizes and removes objects', async () => {
    await writeFile(join(directory, 'data.csv'), 'a,b\n1,2\n');
    await aws('s3', 'cp', 'data.csv', 's3://bucket/incoming/some ünïcode key.csv');
    expect(await aws('s3', 'ls', 's3://bucket/incoming/')).toContain('8 some ünïcode key.csv');
    expect(await aws('s3', 'cp', 's3://bucket/incoming/some ünïcode key.csv', '-')).toBe('a,b\n1,2\n');

    await mkdir(join(directory, 'tree/sub'), { recursive: true });
    // Larger than the CLI's threshold for an upload in parts.
    const large = Buffer.alloc(9 * 1024 * 1024, 'large');
    await writeFile(join(directory, 'tree/sub/large +%.bin'), large);
    // S3 tells times by the second: a file of this very second would look newer than its copy.
    await utimes(join(directory, 'tree/sub/large +%.bin'), 1_700_000_000, 1_700_000_000);
    await aws('s3', 'sync', 'tree', 's3://bucket/tree');
    expect(await aws('s3', 'sync', 'tree', 's3://bucket/tree')).toBe('');
    await aws('s3', 'sync', 's3://bucket/tree', 'back');
    expect((await readFile(join(directory, 'back/sub/large +%.bin'))).equals(large)).toBe(true);
    await aws('s3', 'rm', '--recursive', 's3://bucket/tree');
    expect(await aws('s3', 'ls', '--recursive', 's3://bucket')).not.toContain('tree');
  });

  it('reads logs and queues', async () => {
    const group = ['--log-group-name', '/longhaul/jobs'];
    const read = JSON.parse(await aws('logs', 'get-log-events', ...group, '--log-stream-name', 'one'));
    expect(read.events).toMatchObject([{ message: 'hello' }]);
    const url = messaging.createQueue('failed');
    await aws('sqs', 'send-message', '--queue-url', url, '--message-body', 'why');
    expect(JSON.parse(await aws('sqs', 'receive-message', '--queue-url', url)).Messages).toMatchObject([
      { Body: 'why' },
    ]);
  });
});

const script = `
import io, json, boto3
s3, sqs, logs, sts = (boto3.client(name) for name in ('s3', 'sqs', 'logs', 'sts'))
key = 'a b/ünï +%?#.txt'
s3.put_object(Bucket='bucket', Key=key, Body=b'text', Metadata={'owner': 'me'})
body = s3.get_object(Bucket='bucket', Key=key)['Body'].read().decode()
s3.upload_fileobj(io.BytesIO(b'y' * 9_000_000), 'bucket', 'large')
keys = [o['Key'] for o in s3.list_objects_v2(Bucket='bucket')['Contents']]
etag = s3.head_object(Bucket='bucket', Key='large')['ETag']
try:
    s3.put_object(Bucket='bucket', Key=key, Body=b'', IfNoneMatch='*')
except s3.exceptions.ClientError as error:
    code = error.response['Error']['Code']
url = sqs.create_queue(QueueName='work')['QueueUrl']
sqs.send_message(QueueUrl=url, MessageBody='come')
print(json.dumps({
    'body': body, 'keys': keys, 'parts': etag[-3:-1], 'code': code, 'url': url,
    'message': sqs.receive_message(QueueUrl=url)['Messages'][0]['Body'],
    'logged': logs.filter_log_events(logGroupName='/longhaul/jobs')['events'][0]['message'],
    'account': sts.get_caller_identity()['Account'],
}))
`;

describe.skipIf(!hasBoto3)('boto3', () => {
  it('works with objects, queues and logs', async () => {
    expect(JSON.parse(await run('python3', '-c', script))).toEqual({
      body: 'text',
      keys: ['a b/ünï +%?#.txt', 'large'],
      parts: '-2',
      code: 'PreconditionFailed',
      url: `${endpoint.url}/000000000000/work`,
      message: 'come',
      logged: 'hello',
      account: '000000000000',
    });
  });
});
