import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createClient, type Driver, stepFunctionsDriver } from 'longhaul';
import type { Engine } from 'longhaul/engine';
import { PermanentJobError } from 'longhaul/runtime';
import { memoryDriver } from 'longhaul/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CsvReport } from '../../containers/csv-report/job.ts';
import { csvReport } from '../../containers/csv-report/job.ts';
import { apiDriver } from '../../longhaul/client/api-driver.ts';
import { app, engineOf, temporaryDirectory } from '../end-to-end/engine.ts';
import { helloWorld, keepsTheContract, type Objects } from './contract.ts';

let engine: Engine;
let objects: Objects;
let drivers: { stepFunctions: Driver; api: Driver };

beforeAll(async () => {
  engine = await engineOf(app, { dataDirectory: await temporaryDirectory(afterAll) });
  const { StateMachineArn, ArtifactsBucketName, ApiUrl, UploadsBucketName } = engine.outputs;
  const bucket = UploadsBucketName!;
  objects = { there: { bucket, key: 'cities.csv' }, missing: { bucket, key: 'missing.csv' } };
  await new S3Client(engine.aws).send(
    new PutObjectCommand({ Bucket: bucket, Key: 'cities.csv', Body: 'city,people\nBonn,330000\nKöln,1080000\n' }),
  );
  drivers = {
    stepFunctions: stepFunctionsDriver({
      stack: { stateMachineArn: StateMachineArn!, artifactsBucket: ArtifactsBucketName! },
      aws: engine.aws,
    }),
    api: apiDriver({ url: ApiUrl!, aws: engine.aws }),
  };
});
afterAll(() => engine.close());

test('the same key is the same execution, whichever way it comes', async () => {
  const { StateMachineArn, ArtifactsBucketName, ApiUrl } = engine.outputs;
  const { aws } = engine;
  const stack = { stateMachineArn: StateMachineArn!, artifactsBucket: ArtifactsBucketName! };
  const options = { idempotencyKey: 'order 17', delay: 3600, onDuplicate: 'reject' } as const;
  const first = await createClient({ stack, aws }).run(helloWorld, { name: 'a' }, options);
  const byUrl = createClient({ url: ApiUrl!, aws, jobs: [helloWorld] });
  await expect(byUrl.run('hello-world', { name: 'a' }, options)).rejects.toMatchObject({
    name: 'DuplicateExecutionError',
    id: first.id,
  });
  const headers = { 'idempotency-key': 'order 17' };
  const answer = await fetch(`${ApiUrl}/jobs/hello-world`, { method: 'POST', headers, body: '{"name":"a"}' });
  expect(await answer.json()).toMatchObject({ id: first.id });
  await first.stop();
});

keepsTheContract('Step Functions', () => ({ driver: drivers.stepFunctions, objects }));
keepsTheContract('the HTTP API', () => ({ driver: drivers.api, objects }));

/** The two jobs, as far as they can be seen from outside. */
const memory = memoryDriver()
  .handle(helloWorld, (event, { id, log }) => {
    log(`Hello from hello-world, execution ${id}`);
    log(`event: ${JSON.stringify(event)}`);
  })
  .handle(csvReport, (event) => {
    if (JSON.stringify(event).includes('missing')) throw new PermanentJobError('missing.csv does not exist');
    return { rows: 2, columns: [{ name: 'city' }, { name: 'people' }] } as CsvReport;
  });
keepsTheContract('memory', () => ({ driver: memory, objects }));
