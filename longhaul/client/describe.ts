import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  type ExecutionStatus,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { UnknownExecutionError } from './errors.ts';
import { capacityOf, type Launch, newestLaunch, type Spec, specOf, taskLog } from './launch.ts';
import { artifactsPrefix, executionArn, type Stack } from './stack.ts';

/** What can be said of an execution. */
export interface ExecutionDescription {
  id: string;
  job?: string;
  status: ExecutionStatus;
  source?: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  stoppedAt?: string;
  /** Starts that count against `maxAttempts`; 0 before the first. */
  attempt: number;
  maxAttempts?: number;
  /** How often the capacity was taken away. */
  interruptions: number;
  /** Where it runs, or ran last. */
  capacity?: 'spot' | 'onDemand';
  /** What the job last said of itself: `progress.json`. */
  progress?: unknown;
  /** What the job delivered: `result.json`, up to a megabyte. */
  result?: unknown;
  /** `Job.Failed`, `Job.Rejected`, `Job.TimedOut`, `Job.LaunchFailed`, `Job.Unknown`, or what Step Functions itself says. */
  error?: string;
  /** Why it failed, or its last attempt did while it goes on: in the job's own words where it left any. */
  reason?: string;
  /** All that the state machine says of a failure: reason, exit code, attempt, … */
  cause?: unknown;
  /** `s3://bucket/executions/<id>/` */
  artifacts: string;
  /** The newest container's log. */
  log?: { group: string; stream: string };
}

let client: SFNClient | undefined;
const stepFunctions = (): SFNClient => {
  client ??= new SFNClient({});
  return client;
};

/**
 * An execution in one view: status, attempts, progress, result or reason, and where the log is.
 * @throws UnknownExecutionError, or what AWS answers.
 */
export async function describeExecution(id: string, stack: Stack): Promise<ExecutionDescription> {
  const arn = executionArn(stack, id);
  const execution = await stepFunctions()
    .send(new DescribeExecutionCommand({ executionArn: arn }))
    .catch((error: Error) => {
      throw error.name === 'ExecutionDoesNotExist' ? new UnknownExecutionError(id) : error;
    });
  const input = object(execution.input);
  const prefix = artifactsPrefix(typeof input.resumes === 'string' ? input.resumes : id);
  const succeeded = execution.status === 'SUCCEEDED';
  const { readJson } = await import('./artifacts.ts');
  const read = (name: string): Promise<unknown> => readJson(stack.artifactsBucket, `${prefix}${name}`);
  const [{ launch, spec }, progress, result, failure] = await Promise.all([
    readHistory(arn),
    read('progress.json'),
    succeeded ? read('result.json') : undefined,
    succeeded ? undefined : read('error.json'),
  ]);
  const outcome = outcomeOf(execution);
  const log = outcome.log ?? (launch && (await logOf(launch, spec)));
  return defined({
    id,
    job: text(input.job),
    status: execution.status as ExecutionStatus,
    source: text(input.source),
    startedAt: execution.startDate?.toISOString() ?? '',
    stoppedAt: execution.stopDate?.toISOString(),
    attempt: outcome.attempt ?? launch?.attempt ?? 0,
    maxAttempts: launch?.maxAttempts,
    interruptions: outcome.interruptions ?? launch?.interruptions ?? 0,
    capacity: outcome.capacity ?? (launch && capacityOf(launch, spec)),
    progress,
    result,
    error: execution.error,
    reason: outcome.reason ?? text((failure as { message?: unknown } | undefined)?.message),
    cause: outcome.cause,
    artifacts: `s3://${stack.artifactsBucket}/${prefix}`,
    log,
  });
}

interface Outcome extends Pick<ExecutionDescription, 'capacity' | 'cause' | 'log' | 'reason'> {
  attempt?: number;
  interruptions?: number;
}

/** What the state machine put out at its end: the output of a success, the cause of a failure. */
function outcomeOf({ output, cause }: DescribeExecutionOutput): Outcome {
  if (output !== undefined) {
    const { attempts, interruptions, capacity, log } = object(output) as Outcome & { attempts?: number };
    return { attempt: attempts, interruptions, capacity, log };
  }
  if (cause === undefined) return {};
  const failure = object(cause) as Outcome;
  const { attempt, interruptions, log } = failure;
  const known = Object.keys(failure).length > 0;
  // A log without a stream is one of a container that never ran.
  return {
    attempt,
    interruptions,
    reason: known ? failure.reason : cause,
    cause: known ? failure : cause,
    log: log?.stream ? log : undefined,
  };
}

/** The newest launch stands near the end of the history, the spec near its beginning. */
async function readHistory(arn: string): Promise<{ launch?: Launch; spec?: Spec }> {
  const newestFirst: HistoryEvent[] = [];
  let nextToken: string | undefined;
  let launch: Launch | undefined;
  do {
    const page = await stepFunctions().send(
      new GetExecutionHistoryCommand({ executionArn: arn, reverseOrder: true, maxResults: 100, nextToken }),
    );
    newestFirst.push(...(page.events ?? []));
    nextToken = page.nextToken;
    launch = newestLaunch(newestFirst);
  } while (!launch && nextToken);
  if (!nextToken) return { launch, spec: specOf(newestFirst) };
  const beginning = await stepFunctions().send(new GetExecutionHistoryCommand({ executionArn: arn, maxResults: 25 }));
  return { launch, spec: specOf(beginning.events ?? []) };
}

async function logOf({ work }: Launch, spec: Spec | undefined): Promise<ExecutionDescription['log']> {
  if (work?.backend === 'ecs') return taskLog(work.taskArn, spec);
  if (work?.backend !== 'batch') return undefined;
  const { batchLog } = await import('./batch-log.ts');
  return batchLog(work.jobId);
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The object in a JSON text; an empty one for everything else, since anybody may start an execution with any input. */
function object(json: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

const defined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
