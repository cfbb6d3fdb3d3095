import { isExecutionName } from '../../../client/identity.ts';
import { ServiceError } from '../../endpoint/service.ts';
import type { StateMachine, StateMachines } from './machines.ts';
import type { Execution } from './store.ts';
import { requiredText } from './validation.ts';

// The texts are the service's own: boto3 and the SDKs show them as they are.

/** `arn:aws:states:us-east-1:000000000000:stateMachine:NAME` → the ARN of its execution `name`. */
export function executionArn(stateMachineArn: string, name: string): string {
  return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}

/** @throws ServiceError InvalidName, for what no execution can be called */
export function checkName(name: string): void {
  if (!isExecutionName(name)) throw new ServiceError('InvalidName', `Invalid Name: '${name}'`);
}

/** @throws ServiceError ValidationException, InvalidArn, StateMachineDoesNotExist */
export function findMachine(machines: StateMachines, request: object): StateMachine {
  const arn = requiredText(request, 'stateMachineArn');
  checkArn(arn, 'stateMachine');
  const machine = machines.get(arn);
  if (!machine) throw new ServiceError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  return machine;
}

/** @throws ServiceError ValidationException, InvalidArn, ExecutionDoesNotExist */
export function findExecution(machines: StateMachines, request: object): Execution {
  const arn = requiredText(request, 'executionArn');
  checkArn(arn, 'execution');
  const execution = machines.executions.get(arn);
  if (!execution) throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  return execution;
}

function checkArn(arn: string, type: 'stateMachine' | 'execution'): void {
  if (!arn.startsWith('arn:')) throw new ServiceError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
  const [, , service, , , seen = ''] = arn.split(':');
  if (service === 'states' && seen === type) return;
  throw new ServiceError('InvalidArn', `Invalid Arn: 'Resource type not valid in this context: ${seen}'`);
}
