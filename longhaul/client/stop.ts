import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { AwsClients } from './aws.ts';
import { ofKnown } from './execution.ts';
import { executionArn, type Stack } from './stack.ts';

/** StopExecution, `cause`. */
const LONGEST_CAUSE = 32_768;

/**
 * Ends an execution as ABORTED; Step Functions ends its Batch job or ECS task, whose container has its stop timeout to save a
 * checkpoint. One that has ended already stays as it is.
 *
 * @param reason - shown with the execution, and with its entry in the queue of failed ones
 * @throws UnknownExecutionError, or what AWS answers
 */
export async function stopExecution(
  id: string,
  stack: Stack,
  clients: AwsClients,
  reason = 'Stopped on request',
): Promise<void> {
  const request = new StopExecutionCommand({
    executionArn: executionArn(stack, id),
    error: 'Job.Stopped',
    cause: reason.slice(0, LONGEST_CAUSE),
  });
  await ofKnown(id, () => clients.stepFunctions.send(request));
}
