import { BatchClient, DescribeJobsCommand } from '@aws-sdk/client-batch';
import { DescribeTasksCommand, ECSClient } from '@aws-sdk/client-ecs';
import { GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { app, ended, engineOf, start, temporaryDirectory } from './engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await engineOf(app, { dataDirectory: await temporaryDirectory(afterAll) });
});
afterAll(() => engine.close());

/** What Batch or ECS answered to the launch of an execution's container. */
async function submitted(executionArn: string) {
  const { events = [] } = await new SFNClient(engine.aws).send(new GetExecutionHistoryCommand({ executionArn }));
  const output = events.find(({ taskSubmittedEventDetails }) => taskSubmittedEventDetails)?.taskSubmittedEventDetails
    ?.output;
  return JSON.parse(output ?? '') as { JobId: string; Tasks: { TaskArn: string; ClusterArn: string }[] };
}

test('an ECS task has the tags that its execution was started with, and the name of the stack', async () => {
  const arn = await start(engine, { job: 'hello-world', tags: { team: 'sales', 'cost centre': '7 + 1' } });
  expect((await ended(engine, arn)).status).toBe('SUCCEEDED');
  const { TaskArn, ClusterArn } = (await submitted(arn)).Tasks[0]!;
  const { tasks } = await new ECSClient(engine.aws).send(
    new DescribeTasksCommand({ cluster: ClusterArn, tasks: [TaskArn], include: ['TAGS'] }),
  );
  expect(tasks?.[0]?.tags).toEqual(
    expect.arrayContaining([
      { key: 'team', value: 'sales' },
      { key: 'cost centre', value: '7 + 1' },
      { key: 'longhaul:stack', value: 'longhaul' },
    ]),
  );
});

test('so has a Batch job', async () => {
  const arn = await start(engine, { job: 'csv-report', event: {}, tags: { team: 'sales' } });
  await ended(engine, arn);
  const { JobId } = await submitted(arn);
  const { jobs } = await new BatchClient(engine.aws).send(new DescribeJobsCommand({ jobs: [JobId] }));
  expect(jobs?.[0]?.tags).toMatchObject({ team: 'sales', 'longhaul:stack': 'longhaul' });
});
