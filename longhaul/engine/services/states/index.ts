import { jsonService, type Service } from '../../endpoint/index.ts';
import { describeExecution } from './actions/describeExecution.ts';
import { describeStateMachine, describeStateMachineForExecution } from './actions/describeStateMachine.ts';
import { getExecutionHistory } from './actions/getExecutionHistory.ts';
import { listExecutions } from './actions/listExecutions.ts';
import { listStateMachines } from './actions/listStateMachines.ts';
import { startExecution } from './actions/startExecution.ts';
import { stopExecution } from './actions/stopExecution.ts';
import type { StateMachines } from './machines.ts';
import { statesRights } from './rights.ts';

export { startExecution } from './actions/startExecution.ts';
export { type StateMachine, StateMachines } from './machines.ts';

/** Step Functions, as far as an application uses it: Standard workflows and their executions. */
export function statesService(machines: StateMachines): Service {
  const service = jsonService('states', 'AWSStepFunctions', '1.0', {
    StartExecution: startExecution(machines),
    StopExecution: stopExecution(machines),
    DescribeExecution: describeExecution(machines),
    ListExecutions: listExecutions(machines),
    GetExecutionHistory: getExecutionHistory(machines),
    DescribeStateMachine: describeStateMachine(machines),
    DescribeStateMachineForExecution: describeStateMachineForExecution(machines),
    ListStateMachines: listStateMachines(machines),
  });
  return { ...service, rights: statesRights };
}
