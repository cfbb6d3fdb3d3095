import type { ListStateMachinesCommandOutput } from '@aws-sdk/client-sfn';
import type { StateMachines } from '../machines.ts';

/** All on one page: a stack has few. */
export function listStateMachines(machines: StateMachines) {
  return (): Omit<ListStateMachinesCommandOutput, '$metadata'> => ({
    stateMachines: machines.all().map((machine) => ({
      stateMachineArn: machine.arn,
      name: machine.name,
      type: 'STANDARD',
      creationDate: new Date(machine.creationDate),
    })),
  });
}
