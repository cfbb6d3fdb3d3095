import type { Json } from './host.ts';
import { isoTime } from './iso-time.ts';
import type { MapItem, Running } from './position.ts';

/** Which execution of which state machine this is. */
export interface ExecutionContext {
  execution: {
    /** The execution's ARN. */
    id: string;
    name: string;
    roleArn: string;
    /** Milliseconds since the epoch. */
    startTime: number;
  };
  stateMachine: { id: string; name: string };
}

/** A Map iteration that a branch is in. */
export interface Iteration {
  index: number;
  item: MapItem;
}

/** `$states.context` (input-output-contextobject.html). */
export function contextObject(
  { execution, stateMachine }: ExecutionContext,
  executionInput: Json,
  position: Running,
  iteration?: Iteration,
): Json {
  return {
    Execution: {
      Id: execution.id,
      Input: executionInput,
      Name: execution.name,
      RoleArn: execution.roleArn,
      StartTime: isoTime(execution.startTime),
      RedriveCount: 0,
    },
    State: {
      EnteredTime: isoTime(position.enteredTime),
      Name: position.state,
      RetryCount: position.retries.reduce((sum, count) => sum + count, 0),
    },
    StateMachine: { Id: stateMachine.id, Name: stateMachine.name },
    ...(iteration && {
      Map: {
        Item: {
          Index: iteration.index,
          ...(iteration.item.key !== undefined && { Key: iteration.item.key }),
          Value: iteration.item.value === undefined ? iteration.item.input : iteration.item.value,
          Source: 'STATE_DATA',
        },
      },
    }),
  };
}
