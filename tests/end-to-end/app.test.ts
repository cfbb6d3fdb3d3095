import { readFileSync } from 'node:fs';
import path from 'node:path';
import { BatchClient, DescribeJobsCommand } from '@aws-sdk/client-batch';
import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTasksCommand, ECSClient } from '@aws-sdk/client-ecs';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  type ExecutionListItem,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  paginateListExecutions,
  SFNClient,
} from '@aws-sdk/client-sfn';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { app, artifact, ended, engineOf, start, temporaryDirectory, until } from './engine.ts';

const stocks = readFileSync(path.join(app, 'node_modules/vega-datasets/data/stocks.csv'));

let engine: Engine;
let s3: S3Client;
beforeAll(async () => {
  engine = await engineOf(app, { dataDirectory: await temporaryDirectory(afterAll) });
  s3 = new S3Client(engine.aws);
});
afterAll(() => engine.close());

const upload = (Key: string, Body: Buffer | string) =>
  s3.send(new PutObjectCommand({ Bucket: engine.outputs.UploadsBucketName, Key, Body }));

async function executions(): Promise<ExecutionListItem[]> {
  const all: ExecutionListItem[] = [];
  const pages = paginateListExecutions(
    { client: new SFNClient(engine.aws) },
    { stateMachineArn: engine.outputs.StateMachineArn },
  );
  for await (const page of pages) all.push(...(page.executions ?? []));
  return all;
}

/** The execution of csv-report for this key, once it has ended. */
async function reportOf(key: string) {
  const { name } = await until(async () => {
    for (const { name } of await executions()) {
      if (!name?.startsWith('csv-report-')) continue;
      const history = await new SFNClient(engine.aws).send(
        new GetExecutionHistoryCommand({ executionArn: arnOf(name), maxResults: 1 }),
      );
      const input = history.events?.[0]?.executionStartedEventDetails?.input ?? '';
      if (input.includes(key)) return { name };
    }
  });
  await ended(engine, arnOf(name));
  return (await (await fetch(`${engine.apiUrl}/executions/${name}`)).json()) as Record<string, never>;
}

const arnOf = (name: string) => `${engine.outputs.StateMachineArn?.replace(':stateMachine:', ':execution:')}:${name}`;

describe('an uploaded file', () => {
  test('starts exactly one execution, whatever its name, and its report can be read', async () => {
    const key = 'incoming/some ünïcode key.csv';
    await upload(key, stocks);
    const execution = await reportOf(key);
    expect(execution).toMatchObject({
      job: 'csv-report',
      status: 'SUCCEEDED',
      source: 's3',
      attempt: 1,
      interruptions: 0,
      progress: { done: stocks.length, total: stocks.length },
      result: { rows: 560, object: { key } },
      log: { group: '/longhaul/longhaul/jobs', stream: expect.stringMatching(/^csv-report\//) },
    });
    const started = (await executions()).filter(({ name }) => name?.startsWith('csv-report-'));
    expect(started).toHaveLength(1);
  });

  test('outside of incoming/ starts nothing', async () => {
    const before = (await executions()).length;
    await upload('elsewhere/data.csv', stocks);
    await upload('incoming/after.csv', stocks);
    await reportOf('incoming/after.csv');
    expect((await executions()).length).toBe(before + 1);
  });

  test.each([
    ['incoming/picture.csv', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'), /not CSV: it is a PNG image/],
    ['incoming/empty.csv', Buffer.alloc(0), /empty/],
    ['incoming/latin1.csv', Buffer.from('name\nM\xfcller\n', 'latin1'), /UTF-8/],
  ])('that is no CSV ends as rejected, with the reason: %s', async (key, body, reason) => {
    await upload(key, body);
    const execution = await reportOf(key);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'Job.Rejected' });
    expect(JSON.stringify(execution.cause)).toMatch(reason);
  });

  test('that is deleted before the job reads it ends as rejected, with the reason', async () => {
    const key = 'incoming/gone.csv';
    const bucket = engine.outputs.UploadsBucketName;
    await upload(key, stocks);
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    // The job may have been quicker: then the same is asked for once more.
    const first = await reportOf(key);
    const execution =
      first.status === 'FAILED' ? first : await runJob('csv-report', { bucket, key }).then(({ id }) => finished(id));
    expect(execution).toMatchObject({ status: 'FAILED', error: 'Job.Rejected' });
    expect(JSON.stringify(execution.cause)).toMatch(/gone\.csv/);
  });
});

const post = (url: string, body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  fetch(`${engine.apiUrl}${url}`, { method: 'POST', body, headers });

async function runJob(name: string, input: object) {
  const response = await post(`/jobs/${name}`, JSON.stringify(input));
  expect(response.status).toBe(202);
  return { id: ((await response.json()) as { id: string }).id, location: response.headers.get('location') };
}

async function finished(id: string) {
  await ended(engine, arnOf(id));
  return (await (await fetch(`${engine.apiUrl}/executions/${id}`)).json()) as Record<string, never>;
}

describe('the API', () => {
  test('starts a job and says where to look, and there is what happened', async () => {
    const { id, location } = await runJob('hello-world', { name: 'world' });
    expect(location).toBe(`/executions/${id}`);
    const execution = await finished(id);
    expect(execution).toMatchObject({ id, job: 'hello-world', status: 'SUCCEEDED', source: 'http', attempt: 1 });
    const { log } = execution as unknown as { log: { group: string; stream: string } };
    const { events = [] } = await new CloudWatchLogsClient(engine.aws).send(
      new GetLogEventsCommand({ logGroupName: log.group, logStreamName: log.stream, startFromHead: true }),
    );
    expect(events.map(({ message }) => message).join('\n')).toContain('{"name":"world"}');
  });

  test('takes what curl -d sends, and the same Idempotency-Key starts nothing twice', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'idempotency-key': 'once' };
    const ids = await Promise.all(
      [1, 2, 3].map(async () => {
        const response = await post('/jobs/hello-world', '{"a":1}', headers);
        expect(response.status).toBe(202);
        return ((await response.json()) as { id: string }).id;
      }),
    );
    expect(new Set(ids).size).toBe(1);
  });

  test.each([
    [404, '/jobs/nope', '{}', /nope.*hello-world/],
    [400, '/jobs/csv-report', '{"bucket":', /JSON/],
    [422, '/jobs/csv-report', '{"bucket":7}', /bucket/],
  ])('answers %s with a problem to POST %s %s', async (status, url, body, detail) => {
    const response = await post(url, body);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.text()).toMatch(detail);
  });

  test('answers 404 with a problem for an execution that is not there', async () => {
    const response = await fetch(`${engine.apiUrl}/executions/hello-world-0`);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });

  test('lists the jobs with the JSON Schema of their input', async () => {
    const { jobs } = (await (await fetch(`${engine.apiUrl}/jobs`)).json()) as {
      jobs: { name: string; input: object }[];
    };
    const names = jobs.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['hello-world', 'csv-report', 'train-model']));
    expect(JSON.stringify(jobs[names.indexOf('csv-report')]?.input)).toContain('bucket');
  });
});

describe('whoever starts an execution directly', () => {
  test('names a job and gives any JSON', async () => {
    expect(await ended(engine, await start(engine, { job: 'hello-world', event: { a: 1 } }))).toMatchObject({
      status: 'SUCCEEDED',
    });
  });

  test('is told that a job is not there', async () => {
    const execution = await ended(engine, await start(engine, { job: 'nope', event: {} }));
    expect(execution).toMatchObject({ status: 'FAILED', error: 'Job.Unknown' });
    expect(execution.cause).toMatch(/nope.*hello-world/);
  });

  test('may give an event of any size that Step Functions takes', async () => {
    const event = { text: '"\\ü😀'.repeat(20_000) };
    const arn = await start(engine, { job: 'hello-world', event });
    expect(await ended(engine, arn)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await artifact(engine, arn, 'event.json')).toEqual(event);
  });
});

test('Batch and ECS show what ran', async () => {
  const submitted = async (job: string, input: object) => {
    const { id } = await runJob(job, input);
    await finished(id);
    const { events = [] } = await new SFNClient(engine.aws).send(
      new GetExecutionHistoryCommand({ executionArn: arnOf(id) }),
    );
    const output = events.find(({ type }) => type === 'TaskSubmitted')?.taskSubmittedEventDetails?.output;
    return JSON.parse(output ?? '{}');
  };
  await upload('other/stocks.csv', stocks);
  const { JobId } = await submitted('csv-report', {
    bucket: engine.outputs.UploadsBucketName,
    key: 'other/stocks.csv',
  });
  const { jobs } = await new BatchClient(engine.aws).send(new DescribeJobsCommand({ jobs: [JobId] }));
  expect(jobs).toMatchObject([{ jobId: JobId, status: 'SUCCEEDED', container: { exitCode: 0 }, attempts: [{}] }]);

  const { Tasks } = await submitted('hello-world', {});
  const { tasks } = await new ECSClient(engine.aws).send(
    new DescribeTasksCommand({ cluster: engine.outputs.ClusterName, tasks: [Tasks[0].TaskArn] }),
  );
  expect(tasks).toMatchObject([
    { lastStatus: 'STOPPED', stopCode: 'EssentialContainerExited', containers: [{ exitCode: 0 }] },
  ]);
});

test('a schedule starts one execution for each time that it is due', async () => {
  const before = (
    await new SFNClient(engine.aws).send(
      new ListExecutionsCommand({ stateMachineArn: engine.outputs.StateMachineArn, maxResults: 1000 }),
    )
  ).executions!.length;
  engine.fire('Daily/ScheduleTriggerDue');
  const newest = await until(async () => {
    const all = await executions();
    return all.length > before && all[0];
  });
  expect(await finished(newest.name!)).toMatchObject({ job: 'hello-world', source: 'schedule', status: 'SUCCEEDED' });
});
