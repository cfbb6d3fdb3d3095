import type { StopExecutionCommandInput, StopExecutionCommandOutput } from '@aws-sdk/client-sfn';
import type { StateMachines } from '../machines.ts';
import { findExecution } from '../names.ts';
import { optionalText } from '../validation.ts';

/** Stopping what has ended already answers the time of that end. */
export function stopExecution(machines: StateMachines) {
  return async (request: StopExecutionCommandInput): Promise<Omit<StopExecutionCommandOutput, '$metadata'>> => {
    const execution = findExecution(machines, request);
    return {
      stopDate: new Date(
        await machines.stop(execution, optionalText(request, 'error'), optionalText(request, 'cause')),
      ),
    };
  };
}
