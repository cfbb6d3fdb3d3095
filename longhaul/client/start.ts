import { randomUUID } from 'node:crypto';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { type AwsClients, ambientClients } from './aws.ts';
import { executionName } from './identity.ts';
import { mustSpill } from './override.ts';
import { artifactsPrefix, type Stack } from './stack.ts';

/** One event for one job. */
export interface StartRequest {
  job: string;
  /** The event as JSON text, of any size; or where such a text is already (`s3://bucket/key`), with the text if it is at hand. */
  event: string | { uri: string; text?: string };
  /** What tells this event from all others: see `executionName`. */
  identity: readonly string[];
  /** `s3`, `schedule`, `http`, … : shown with the execution. */
  source: string;
  /** `2026-12-24T08:00:00Z`: do not start before; at most 330 days ahead. */
  startAt?: string;
  /** The id of an execution on whose artifacts this one continues. */
  resumes?: string;
  /** Put on the Batch job or the ECS task. */
  tags?: Readonly<Record<string, string>>;
  /**
   * `reject`: a repetition is told from the first with certainty. Step Functions answers one with the same input like the first as
   * long as that runs, so the input is made one of its kind. Default: `return`.
   */
  onDuplicate?: 'return' | 'reject';
}

export interface Started {
  id: string;
  /**
   * False when Step Functions refused a second execution of this event. A repetition while the first still runs is answered
   * like the first, and so is true, unless it is to be rejected.
   */
  started: boolean;
}

/**
 * Starts the one execution of an event. To call it again for the same event is harmless.
 * @throws whatever Step Functions or S3 answer when they refuse or cannot be reached, as the AWS SDK's errors.
 */
export async function startExecution(
  request: StartRequest,
  stack: Stack,
  clients: AwsClients = ambientClients(),
): Promise<Started> {
  const { job, identity, source, startAt, resumes, tags, onDuplicate } = request;
  const id = executionName(job, identity);
  const handover = await handoverOf(request, id, stack, clients);
  const start = onDuplicate === 'reject' ? randomUUID() : undefined; // the state machine looks at no member of this name
  try {
    await clients.stepFunctions.send(
      new StartExecutionCommand({
        stateMachineArn: stack.stateMachineArn,
        name: id,
        input: JSON.stringify({ job, ...handover, source, startAt, resumes, tags, start }),
      }),
    );
    return { id, started: true };
  } catch (error) {
    // The name is taken by an execution that has ended, or that has another input. A running one with the same input
    // answers as if it had just been started (StartExecution is idempotent for Standard workflows).
    if ((error as Error).name === 'ExecutionAlreadyExists') return { id, started: false };
    throw error;
  }
}

async function handoverOf(
  { job, event }: StartRequest,
  id: string,
  stack: Stack,
  clients: AwsClients,
): Promise<{ event: string } | { eventUri: string }> {
  const prefix = artifactsPrefix(id);
  const artifacts = `s3://${stack.artifactsBucket}/${prefix}`;
  const text = typeof event === 'string' ? event : event.text;
  if (text !== undefined && !mustSpill({ job, id, artifacts, event: text })) return { event: text };
  if (typeof event !== 'string') return { eventUri: event.uri };
  await (await clients.artifacts()).putOnce(stack.artifactsBucket, `${prefix}event.json`, event);
  return { eventUri: `${artifacts}event.json` };
}
