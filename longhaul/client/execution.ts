import { DescribeExecutionCommand, type DescribeExecutionOutput, type ExecutionStatus } from '@aws-sdk/client-sfn';
import type { AwsClients } from './aws.ts';
import { UnknownExecutionError } from './errors.ts';
import { LONGEST_NAME } from './identity.ts';
import { objectIn } from './json.ts';
import { nextOf } from './resumption.ts';
import { executionArn, type Stack } from './stack.ts';

/** An execution as Step Functions has it. `input` is empty where it is no JSON object: anybody may start one with any. */
export type SeenExecution = Omit<DescribeExecutionOutput, 'input' | 'status'> & {
  status: ExecutionStatus;
  input: Record<string, unknown>;
};

/** @throws UnknownExecutionError, or what AWS answers */
export async function readExecution(id: string, stack: Stack, clients: AwsClients): Promise<SeenExecution> {
  const request = new DescribeExecutionCommand({ executionArn: executionArn(stack, id) });
  const execution = await ofKnown(id, () => clients.stepFunctions.send(request));
  return { ...execution, status: execution.status as ExecutionStatus, input: objectIn(execution.input) };
}

/** The execution on whose artifacts this one works: the first of them, when it was resumed. */
export const originOf = (id: string, { resumes }: SeenExecution['input']): string =>
  typeof resumes === 'string' ? resumes : id;

/** The execution that continues this one, where there is one. */
export async function continuationOf(id: string, stack: Stack, clients: AwsClients): Promise<string | undefined> {
  const next = nextOf(id);
  if (next.length > LONGEST_NAME) return undefined;
  try {
    await readExecution(next, stack, clients);
    return next;
  } catch (error) {
    if (error instanceof UnknownExecutionError) return undefined;
    throw error;
  }
}

/**
 * What Step Functions answers about an execution.
 * @throws UnknownExecutionError, or what AWS answers
 */
export async function ofKnown<Answer>(id: string, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw (error as Error).name === 'ExecutionDoesNotExist' ? new UnknownExecutionError(id, { cause: error }) : error;
  }
}
