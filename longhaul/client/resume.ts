import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { AwsClients } from './aws.ts';
import { hasEnded } from './container.ts';
import { ExecutionStateError } from './errors.ts';
import { continuationOf, originOf, readExecution } from './execution.ts';
import { newestLaunch } from './history.ts';
import { LONGEST_NAME } from './identity.ts';
import type { Work } from './launch.ts';
import { checkResumable, LONGEST_STOP_SECONDS, nextOf } from './resumption.ts';
import type { Stack } from './stack.ts';
import type { Started } from './start.ts';

const INTERVAL_SECONDS = 2;

/**
 * Continues an execution that ended without success, as a new one on its artifacts: `<id>-r1`, and after that `<id>-r2`, …
 * The same event goes with it, and the time to start at, which may not have come yet. To resume the same execution again starts
 * nothing, and answers with that same new one.
 *
 * @param patience - seconds to wait for the last container's end, so that its last checkpoint counts
 * @throws UnknownExecutionError; ExecutionStateError when it runs, has succeeded or cannot be resumed, or (`retryable`) its
 * container is still stopping; or what AWS answers
 */
export async function resumeExecution(
  id: string,
  stack: Stack,
  clients: AwsClients,
  patience = LONGEST_STOP_SECONDS,
): Promise<Started> {
  const { status, input } = await readExecution(id, stack, clients);
  checkResumable(id, status);
  const next = nextOf(id);
  const resumes = originOf(id, input);
  // What the state machine takes as `resumes`, and Step Functions as a name.
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(resumes) || next.length > LONGEST_NAME) {
    throw new ExecutionStateError(
      id,
      `${id} cannot be resumed: its name would have to be at most 77 letters, digits, '-' and '_'. Start it again under such a name.`,
    );
  }
  if (await continuationOf(id, stack, clients)) return { id: next, started: false };
  await containerHasEnded(id, stack, clients, patience);
  try {
    await clients.stepFunctions.send(
      new StartExecutionCommand({
        stateMachineArn: stack.stateMachineArn,
        name: next,
        // Of several at once one has started it: Step Functions takes the same input for the same start (see startExecution).
        input: JSON.stringify({ ...input, resumes, start: randomUUID() }),
      }),
    );
    return { id: next, started: true };
  } catch (error) {
    if ((error as Error).name === 'ExecutionAlreadyExists') return { id: next, started: false };
    throw error;
  }
}

async function containerHasEnded(id: string, stack: Stack, clients: AwsClients, patience: number): Promise<void> {
  const work = await lastWork(id, stack, clients);
  if (!work) return;
  const deadline = Date.now() + patience * 1000;
  while (!(await hasEnded(work, clients))) {
    if (Date.now() + INTERVAL_SECONDS * 1000 > deadline) {
      throw new ExecutionStateError(id, `The container of ${id} is still stopping; resume it in a moment`, {
        retryable: true,
      });
    }
    await sleep(INTERVAL_SECONDS * 1000);
  }
}

/** The container that may still run: the newest, unless the state machine saw its end. */
async function lastWork(id: string, stack: Stack, clients: AwsClients): Promise<Work | undefined> {
  const { launch } = await newestLaunch(id, stack, clients);
  return launch?.end?.work ? undefined : launch?.work;
}
