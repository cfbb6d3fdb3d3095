import { AwsClients } from '../../client/aws.ts';
import type { ExecutionDescription } from '../../client/describe.ts';
import { continuationOf, originOf, readExecution } from '../../client/execution.ts';
import { newestLaunch } from '../../client/history.ts';
import { artifactsPrefix } from '../../client/stack.ts';
import { type Deployment, stackOf } from '../deployment.ts';

/** An execution, as far as its container can tell one start from another. */
export interface Replayed {
  id: string;
  job: string;
  status: ExecutionDescription['status'];
  /** The execution that went on with its checkpoint. */
  continuedAs?: string;
  /** What its newest container was given: `STP_…`. */
  variables: Record<string, string>;
  /** Where its artifacts are; the key ends in a slash. */
  artifacts: { bucket: string; prefix: string };
}

/** @throws UnknownExecutionError; Error for an execution that names no job */
export async function readReplayed(id: string, deployment: Deployment): Promise<Replayed> {
  const stack = stackOf(deployment);
  const clients = new AwsClients(deployment.aws);
  const { status, input } = await readExecution(id, stack, clients);
  if (typeof input.job !== 'string') throw new Error(`The execution '${id}' names no job in its input.`);
  const prefix = artifactsPrefix(originOf(id, input));
  const first = firstStart(id, input, `s3://${stack.artifactsBucket}/${prefix}`);
  const { launch } = await newestLaunch(id, stack, clients);
  const variables = { ...first, ...launch?.variables };
  const ended = status !== 'RUNNING' && status !== 'SUCCEEDED';
  const continuedAs = ended ? await continuationOf(id, stack, clients) : undefined;
  const address = /^s3:\/\/([^/]+)\/(.+)$/.exec(variables.STP_ARTIFACTS_URI!);
  return {
    id,
    job: input.job,
    status,
    ...(continuedAs !== undefined && { continuedAs }),
    variables,
    artifacts: { bucket: address?.[1] ?? stack.artifactsBucket, prefix: address?.[2]?.replace(/\/?$/, '/') ?? prefix },
  };
}

/** What the first container is given, for an execution that has not come so far. */
function firstStart(id: string, input: Record<string, unknown>, artifacts: string): Record<string, string> {
  const { job, event = '{}', eventUri } = input;
  const text = typeof event === 'string' ? event : JSON.stringify(event);
  return {
    ...(typeof eventUri === 'string' ? { STP_TRIGGER_EVENT_URI: eventUri } : { STP_TRIGGER_EVENT_DATA: text }),
    STP_JOB_NAME: String(job),
    STP_EXECUTION_ID: id,
    STP_CURRENT_ATTEMPT: '1',
    STP_MAXIMUM_ATTEMPTS: '1',
    STP_INTERRUPTIONS: '0',
    STP_ARTIFACTS_URI: artifacts,
  };
}

/** What a start without a checkpoint is given: the first of all. */
export function asFirst(variables: Record<string, string>): Record<string, string> {
  return { ...variables, STP_CURRENT_ATTEMPT: '1', STP_INTERRUPTIONS: '0' };
}
