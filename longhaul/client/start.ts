import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { executionName } from './identity.ts';
import { mustSpill } from './override.ts';
import { artifactsPrefix, type Stack } from './stack.ts';

/** One event for one job. */
export interface StartRequest {
  job: string;
  /** The event as JSON text, of any size. */
  event: string;
  /** What tells this event from all others: see `executionName`. */
  identity: readonly string[];
  /** `s3`, `schedule`, `http`, … : shown with the execution. */
  source: string;
  /** `2026-12-24T08:00:00Z`: do not start before; at most 330 days ahead. */
  startAt?: string;
  /** The id of an execution on whose artifacts this one continues. */
  resumes?: string;
}

export interface Started {
  id: string;
  /**
   * False when Step Functions refused a second execution of this event. A repetition while the first still runs is answered
   * like the first, and so is true.
   */
  started: boolean;
}

let client: SFNClient | undefined;

/**
 * Starts the one execution of an event. To call it again for the same event is harmless.
 * @throws whatever Step Functions or S3 answer when they refuse or cannot be reached, as the AWS SDK's errors.
 */
export async function startExecution(request: StartRequest, stack: Stack): Promise<Started> {
  const { job, event, identity, source, startAt, resumes } = request;
  const id = executionName(job, identity);
  const artifacts = `s3://${stack.artifactsBucket}/${artifactsPrefix(id)}`;
  const handover = mustSpill({ job, id, artifacts, event }) ? await spill(stack, id, event) : { event };
  client ??= new SFNClient({});
  try {
    await client.send(
      new StartExecutionCommand({
        stateMachineArn: stack.stateMachineArn,
        name: id,
        input: JSON.stringify({ job, ...handover, source, startAt, resumes }),
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

async function spill(stack: Stack, id: string, event: string): Promise<{ eventUri: string }> {
  const key = `${artifactsPrefix(id)}event.json`;
  const { putOnce } = await import('./artifacts.ts');
  await putOnce(stack.artifactsBucket, key, event);
  return { eventUri: `s3://${stack.artifactsBucket}/${key}` };
}
