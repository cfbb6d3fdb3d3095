import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { executionName } from '../../longhaul/client/identity.ts';
import type { Right } from '../../longhaul/engine/rights/index.ts';
import { app, artifact, engineOf, temporaryDirectory, until } from '../end-to-end/engine.ts';
import { lacking, named, pythonEnvironment } from '../python/python.ts';
import { JobProcess } from '../runtime/job-process.ts';
import { houses } from '../train-model/training.ts';
import { missing, principalOf, unused } from './policy.ts';
import { Recorder } from './recorder.ts';

// As in functions.e2e.test.ts: what a job's container asks of S3, in an execution that loses its capacity once, is held against its role.

let engine: Engine;
let recorder: Recorder;
let s3: S3Client;
beforeAll(async () => {
  engine = await engineOf(app, { dataDirectory: await temporaryDirectory(afterAll), bytesPerSecond: 200_000 });
  recorder = new Recorder(engine.url);
  await recorder.start();
  s3 = new S3Client(engine.aws);
});
afterAll(async () => {
  recorder?.close();
  await engine?.close();
});

interface Job {
  name: string;
  command: [program: string, file: string];
  event: object;
}

/** A container of an execution, which asks S3 by way of the recorder. */
function container({ name, command: [program, file], event }: Job, id: string, interruptions = 0): JobProcess {
  const { accessKeyId, secretAccessKey } = engine.aws.credentials;
  const environment = {
    ...pythonEnvironment,
    AWS_ENDPOINT_URL: recorder.url,
    AWS_REGION: engine.aws.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    STP_TRIGGER_EVENT_DATA: JSON.stringify(event),
    STP_JOB_NAME: name,
    STP_EXECUTION_ID: id,
    STP_ARTIFACTS_URI: `s3://${engine.outputs.ArtifactsBucketName}/executions/${id}/`,
    STP_CURRENT_ATTEMPT: '1',
    STP_MAXIMUM_ATTEMPTS: '3',
    STP_INTERRUPTIONS: String(interruptions),
    STP_STOP_TIMEOUT_SECONDS: '30',
  };
  const container = new JobProcess([`${app}/containers/${name}/${file}`], environment, program);
  onTestFinished(() => void container.child.kill('SIGKILL'));
  return container;
}

/** All that an execution asks for, from its first start over an interruption to its result. */
const rightsOf = (job: Job): Promise<Right[]> =>
  recorder.during(async () => {
    const id = executionName(job.name, ['interrupted']);
    const first = container(job, id);
    await until(() => artifact(engine, id, 'progress.json'));
    first.child.kill('SIGTERM');
    expect(await first.exit, first.output).toBe(75);
    const second = container(job, id, 1);
    expect(await second.exit, second.output).toBe(0);
  });

/** Only asked for when a large file could not be stored as a whole. */
const AFTER_A_FAILURE = 's3:AbortMultipartUpload';

function expectExactly(rights: Right[], nested: string): void {
  const role = principalOf(engine.stack, `${nested}/JobRole`);
  expect(missing(role, rights)).toEqual([]);
  expect(unused(role, rights)).toEqual([AFTER_A_FAILURE]);
}

test('csv-report may do all that it does, and nothing else', async () => {
  const Body = `a,b\n${'1,2\n'.repeat(300_000)}`;
  const event = { bucket: engine.outputs.UploadsBucketName, key: 'data.csv' };
  await s3.send(new PutObjectCommand({ Bucket: event.bucket, Key: event.key, Body }));
  const job: Job = { name: 'csv-report', command: [process.execPath, 'main.ts'], event };
  const rights = await rightsOf(job);
  const version = { ...job, event: { ...event, versionId: 'v1' } };
  const ofVersion = await recorder.during(() => container(version, executionName('csv-report', ['version'])).exit);
  expectExactly([...rights, ...ofVersion], 'CsvReport');
});

const lack = lacking(['boto3', 'numpy']);
test.skipIf(lack)(named('train-model may do all that it does, and nothing else', lack), async () => {
  const Bucket = engine.outputs.UploadsBucketName;
  await s3.send(new PutObjectCommand({ Bucket, Key: 'houses.csv', Body: houses(300) }));
  const given = { bucket: Bucket, key: 'houses.csv', target: 'price', model: 'linear', batch: 16, epochs: 3000 };
  const job: Job = { name: 'train-model', command: ['python3', 'main.py'], event: given };
  const rights = await rightsOf(job);
  const absent = { ...job, event: { ...given, key: 'absent.csv' } };
  const ofAbsent = await recorder.during(() => container(absent, executionName('train-model', ['absent'])).exit);
  expectExactly([...rights, ...ofAbsent], 'TrainModel');
});
