import type { ExecutionStatus, HistoryEvent } from '@aws-sdk/client-sfn';
import { type AwsClients, ambientClients } from './aws.ts';
import { type ContainerDescription, containerOf, type Log, type SeenContainer, taskLog } from './container.ts';
import { continuationOf, originOf, readExecution, type SeenExecution } from './execution.ts';
import { historyOf, newestLaunch } from './history.ts';
import { objectIn } from './json.ts';
import { capacityOf, type Launch, type Spec, specOf } from './launch.ts';
import { artifactsPrefix, type Stack } from './stack.ts';

/** What can be said of an execution. */
export interface ExecutionDescription {
  id: string;
  job?: string;
  status: ExecutionStatus;
  source?: string;
  /** Those that it was started with. */
  tags?: Record<string, string>;
  /** The execution on whose artifacts it continues. */
  resumes?: string;
  /** The execution that continues it. */
  resumedAs?: string;
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
  /** Why it runs on demand, in words, where its job asks for Spot. */
  capacityReason?: string;
  /** The newest container, as Batch or ECS describe it. */
  container?: ContainerDescription;
  /** Why no container runs, in words. */
  waitingFor?: string;
  /** What the job last said of itself: `progress.json`. Of an execution that was resumed, its continuation has it. */
  progress?: unknown;
  /** What the job delivered: `result.json`, up to a megabyte. */
  result?: unknown;
  /** The result is larger: it is not here, but `result.json` among the artifacts. */
  resultTooLarge?: true;
  /** `Job.Failed`, `Job.Rejected`, `Job.TimedOut`, `Job.LaunchFailed`, `Job.Unknown`, `Job.Stopped`, or what Step Functions itself says. */
  error?: string;
  /** Why it failed, or its last attempt did while it goes on: in the job's own words where it left any. */
  reason?: string;
  /** All that the state machine says of a failure: reason, exit code, attempt, … */
  cause?: unknown;
  /** `s3://bucket/executions/<id>/` */
  artifacts: string;
  /** The newest container's log. */
  log?: Log;
}

/** Larger objects stay where they are: an answer of the HTTP API has at most 6 MB (Lambda quotas, synchronous invocation). */
const RESULT_LIMIT = 1024 * 1024;

/**
 * An execution in one view: status, attempts, container, progress, result or reason, and where the log is.
 * @throws UnknownExecutionError, or what AWS answers.
 */
export async function describeExecution(
  id: string,
  stack: Stack,
  clients: AwsClients = ambientClients(),
): Promise<ExecutionDescription> {
  const execution = await readExecution(id, stack, clients);
  const { input, status } = execution;
  const prefix = artifactsPrefix(originOf(id, input));
  const succeeded = status === 'SUCCEEDED';
  const artifacts = await clients.artifacts();
  const read = (name: string): Promise<unknown> =>
    artifacts.readJson(stack.artifactsBucket, `${prefix}${name}`, RESULT_LIMIT);
  const [{ launch, spec, container, pause }, progress, result, failure, resumedAs] = await Promise.all([
    launched(id, stack, clients),
    read('progress.json'),
    succeeded ? artifacts.readResult(stack.artifactsBucket, `${prefix}result.json`, RESULT_LIMIT) : undefined,
    succeeded ? undefined : read('error.json'),
    succeeded || status === 'RUNNING' ? undefined : continuationOf(id, stack, clients),
  ]);
  const outcome = outcomeOf(execution);
  const capacity = outcome.capacity ?? (launch && capacityOf(launch, spec));
  const interruptions = outcome.interruptions ?? launch?.interruptions ?? 0;
  const { log, hasEnded: _, ...shown } = container ?? {};
  return defined({
    id,
    job: text(input.job),
    status,
    source: text(input.source),
    tags: input.tags as Record<string, string> | undefined,
    resumes: text(input.resumes),
    resumedAs,
    startedAt: execution.startDate?.toISOString() ?? '',
    stoppedAt: execution.stopDate?.toISOString(),
    attempt: outcome.attempt ?? launch?.attempt ?? 0,
    maxAttempts: launch?.maxAttempts,
    interruptions,
    capacity,
    capacityReason: capacityReasonOf(capacity, interruptions, spec),
    container: container && (shown as ContainerDescription),
    waitingFor: status === 'RUNNING' ? (container?.waitingFor ?? pause) : undefined,
    // What lies there once it goes on is its continuation's.
    progress: resumedAs === undefined ? progress : undefined,
    ...result,
    error: execution.error,
    reason: outcome.reason ?? text((failure as { message?: unknown } | undefined)?.message),
    cause: outcome.cause,
    artifacts: `s3://${stack.artifactsBucket}/${prefix}`,
    log: outcome.log ?? log ?? taskLog(launch?.work, spec),
  });
}

interface Outcome extends Pick<ExecutionDescription, 'capacity' | 'cause' | 'log' | 'reason'> {
  attempt?: number;
  interruptions?: number;
}

/** What the state machine put out at its end: the output of a success, the cause of a failure. */
function outcomeOf({ output, cause }: SeenExecution): Outcome {
  if (output !== undefined) {
    const { attempts, interruptions, capacity, log } = objectIn(output) as Outcome & { attempts?: number };
    return { attempt: attempts, interruptions, capacity, log };
  }
  if (cause === undefined) return {};
  const failure = objectIn(cause) as Outcome;
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

interface Launched {
  launch?: Launch | undefined;
  spec?: Spec | undefined;
  container?: SeenContainer | undefined;
  /** What the state machine waits for between two containers, in words. */
  pause?: string | undefined;
}

/** The spec stands near the beginning of the history. */
async function launched(id: string, stack: Stack, clients: AwsClients): Promise<Launched> {
  const { launch, newestFirst } = await newestLaunch(id, stack, clients);
  const hasBeginning = newestFirst.at(-1)?.id === 1; // events are numbered from 1
  const spec = specOf(hasBeginning ? newestFirst : await beginning(id, stack, clients));
  const container = launch && (await containerOf(launch, spec, clients));
  return { launch, spec, container, pause: pauseOf(newestFirst, launch) };
}

async function beginning(id: string, stack: Stack, clients: AwsClients): Promise<HistoryEvent[]> {
  for await (const page of historyOf(id, stack, clients, { pageSize: 25 })) return page;
  return [];
}

/** By the names of the state machine's own states. */
function pauseOf(newestFirst: HistoryEvent[], launch: Launch | undefined): string | undefined {
  const entered = newestFirst.find(
    ({ stateEnteredEventDetails }) => stateEnteredEventDetails,
  )?.stateEnteredEventDetails;
  const refusal =
    launch?.end && !launch.end.work ? [launch.end.error, launch.end.cause].filter(Boolean).join(': ') : '';
  if (entered?.name === 'WaitForStart') return `its start at ${objectIn(entered.input).startAt}`;
  if (entered?.name === 'Backoff') return 'the next attempt, some time after the one that failed';
  if (refusal) return `the next try to launch its container, because the last one was refused: ${refusal}`;
  return undefined;
}

/** Undefined on Spot, and for a job that asks for none. */
function capacityReasonOf(
  capacity: ExecutionDescription['capacity'],
  interruptions: number,
  spec: Spec | undefined,
): string | undefined {
  const { maxInterruptions = 0 } = spec ?? {};
  if (capacity !== 'onDemand' || spec?.capacity !== 'spot' || maxInterruptions === 0) return undefined;
  return interruptions >= maxInterruptions
    ? `Spot capacity was taken away ${interruptions === 1 ? 'once' : `${interruptions} times`}, and the job allows ${maxInterruptions}: the rest runs on demand`
    : 'No Spot capacity was to be had: the rest runs on demand';
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const defined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
