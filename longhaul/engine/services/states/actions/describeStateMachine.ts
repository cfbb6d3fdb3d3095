import type {
  DescribeStateMachineCommandInput,
  DescribeStateMachineCommandOutput,
  DescribeStateMachineForExecutionCommandInput,
  DescribeStateMachineForExecutionCommandOutput,
} from '@aws-sdk/client-sfn';
import type { StateMachines } from '../machines.ts';
import { findExecution, findMachine } from '../names.ts';

/** No machine here logs to CloudWatch or traces (recorded: localstack/localstack, test_describe_sm_arn_containing_punctuation). */
const OFF = {
  loggingConfiguration: { level: 'OFF', includeExecutionData: false },
  tracingConfiguration: { enabled: false },
} as const;

export function describeStateMachine(machines: StateMachines) {
  return (request: DescribeStateMachineCommandInput): Omit<DescribeStateMachineCommandOutput, '$metadata'> => {
    const machine = findMachine(machines, request);
    return {
      stateMachineArn: machine.arn,
      name: machine.name,
      status: 'ACTIVE',
      definition: machine.definition,
      roleArn: machine.roleArn,
      type: 'STANDARD',
      creationDate: new Date(machine.creationDate),
      ...OFF,
    };
  };
}

/** The definition that this execution started with, which a deploy since then may have replaced. */
export function describeStateMachineForExecution(machines: StateMachines) {
  return (
    request: DescribeStateMachineForExecutionCommandInput,
  ): Omit<DescribeStateMachineForExecutionCommandOutput, '$metadata'> => {
    const execution = findExecution(machines, request);
    const machine = findMachine(machines, execution);
    return {
      stateMachineArn: machine.arn,
      name: machine.name,
      definition: execution.definition,
      roleArn: machine.roleArn,
      updateDate: new Date(machine.creationDate),
      ...OFF,
    };
  };
}
