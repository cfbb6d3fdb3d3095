import type { DescribeExecutionCommandInput, DescribeExecutionCommandOutput } from '@aws-sdk/client-sfn';
import type { StateMachines } from '../machines.ts';
import { findExecution } from '../names.ts';

export function describeExecution(machines: StateMachines) {
  return (request: DescribeExecutionCommandInput): Omit<DescribeExecutionCommandOutput, '$metadata'> => {
    const execution = findExecution(machines, request);
    return {
      executionArn: execution.arn,
      stateMachineArn: execution.stateMachineArn,
      name: execution.name,
      status: execution.status,
      startDate: new Date(execution.startDate),
      ...(execution.stopDate !== null && { stopDate: new Date(execution.stopDate) }),
      input: execution.input,
      inputDetails: { included: true },
      ...(execution.output !== null && { output: execution.output, outputDetails: { included: true } }),
      ...(execution.error !== null && { error: execution.error }),
      ...(execution.cause !== null && { cause: execution.cause }),
      redriveCount: 0,
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'The local engine does not redrive executions.',
    };
  };
}
