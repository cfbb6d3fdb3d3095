import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, paginateListExecutions, SFNClient } from '@aws-sdk/client-sfn';
import type { Engine } from 'longhaul/engine';
import { until } from './engine.ts';

export interface StartedExecution {
  id: string;
  source: string;
  startDate: Date;
  /** The trigger's event, wherever it was put. */
  // biome-ignore lint/suspicious/noExplicitAny: events differ by their source
  event: any;
}

/** What is known of the executions of an engine, by ARN: how they started stays as it is, and tests look often. */
const known = new WeakMap<Engine, Map<string, StartedExecution>>();

/** Every execution that a source started, in the order in which they started. */
export async function startedBy(engine: Engine, source: string): Promise<StartedExecution[]> {
  const client = new SFNClient(engine.aws);
  const ofEngine = known.get(engine) ?? new Map<string, StartedExecution>();
  known.set(engine, ofEngine);
  const all: StartedExecution[] = [];
  const pages = paginateListExecutions({ client }, { stateMachineArn: engine.outputs.StateMachineArn });
  for await (const { executions = [] } of pages) {
    for (const { executionArn, name, startDate } of executions) {
      let execution = ofEngine.get(executionArn!);
      if (!execution) {
        const { input = '' } = await client.send(new DescribeExecutionCommand({ executionArn }));
        const given = JSON.parse(input);
        const event = given.eventUri ? await stored(engine, given.eventUri) : given.event;
        execution = { id: name!, source: given.source, startDate: startDate!, event: event && JSON.parse(event) };
        ofEngine.set(executionArn!, execution);
      }
      if (execution.source === source) all.push(execution);
    }
  }
  client.destroy();
  return all.sort((one, other) => one.startDate.getTime() - other.startDate.getTime());
}

async function stored({ aws }: Engine, uri: string): Promise<string> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri)!;
  const { Body } = await new S3Client(aws).send(new GetObjectCommand({ Bucket, Key }));
  return Body!.transformToString();
}

interface FailedInvocation {
  requestContext: { condition: string; approximateInvokeCount: number };
  requestPayload: unknown;
  responsePayload: { errorType: string; errorMessage: string };
}

/** What an asynchronous invocation that failed for good left in the bucket of dead letters, when it is there. */
export async function failedInvocation({ aws, outputs }: Engine): Promise<FailedInvocation> {
  const s3 = new S3Client(aws);
  const Bucket = outputs.DeadLettersBucketName;
  const Key = await until(async () => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'aws/lambda/async/' }));
    return Contents[0]?.Key;
  });
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return JSON.parse(await Body!.transformToString());
}

/** What the execution's job printed; undefined until it has ended. */
export async function jobLog(engine: Engine, id: string): Promise<string | undefined> {
  const execution = (await (await fetch(`${engine.apiUrl}/executions/${id}`)).json()) as {
    status: string;
    log?: { group: string; stream: string };
  };
  if (execution.status === 'RUNNING' || !execution.log) return undefined;
  const { events = [] } = await new CloudWatchLogsClient(engine.aws).send(
    new GetLogEventsCommand({
      logGroupName: execution.log.group,
      logStreamName: execution.log.stream,
      startFromHead: true,
    }),
  );
  return events.map(({ message }) => message).join('\n');
}
