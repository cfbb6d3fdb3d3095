import { randomUUID } from 'node:crypto';
import type { StartExecutionCommandInput, StartExecutionCommandOutput } from '@aws-sdk/client-sfn';
import { isTooDeep, ServiceError } from '../../../endpoint/index.ts';
import type { StateMachines } from '../machines.ts';
import { checkName, executionArn, findMachine } from '../names.ts';
import { optionalText, refusal } from '../validation.ts';

/** Bytes of an execution's input (quotas of Step Functions, "Maximum input or output size"). */
const MAX_INPUT_BYTES = 262_144;

/**
 * A name that is taken: success while that execution runs with the same input, `ExecutionAlreadyExists` otherwise
 * (API reference, StartExecution: "StartExecution is idempotent for STANDARD workflows").
 */
export function startExecution(machines: StateMachines) {
  return (request: StartExecutionCommandInput): Omit<StartExecutionCommandOutput, '$metadata'> => {
    const machine = findMachine(machines, request);
    const name = optionalText(request, 'name') ?? randomUUID();
    checkName(name);
    const input = optionalText(request, 'input') ?? '{}';
    checkInput(input);

    const arn = executionArn(machine.arn, name);
    const known = machines.executions.get(arn);
    if (known) {
      if (known.status === 'RUNNING' && known.input === input) {
        return { executionArn: arn, startDate: new Date(known.startDate) };
      }
      throw new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    const { startDate } = machines.start(machine, arn, name, input);
    return { executionArn: arn, startDate: new Date(startDate) };
  };
}

function checkInput(input: string): void {
  const bytes = Buffer.byteLength(input);
  if (bytes > MAX_INPUT_BYTES) {
    const constraint = `Member must have length less than or equal to ${MAX_INPUT_BYTES}`;
    throw refusal('input', `${input.slice(0, 100)}… (${bytes} bytes)`, constraint);
  }
  try {
    JSON.parse(input);
  } catch (error) {
    throw invalidInput(String(error));
  }
  if (isTooDeep(input)) throw invalidInput('It is nested too deep');
}

const invalidInput = (reason: string) =>
  new ServiceError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${reason}'`);
