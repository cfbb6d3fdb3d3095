/** An interpreter of the Amazon States Language for JSONata states, whose executions survive the end of the process. */
export { backgroundClock, systemClock, VirtualClock } from './clock.ts';
export type { ExecutionContext } from './context.ts';
export type { Definition } from './definition/model.ts';
export { parseDefinition } from './definition/parse.ts';
export { DefinitionError } from './definition/problems.ts';
export { type ExecuteOptions, execute, type Outcome } from './execute.ts';
export {
  type Clock,
  type HistoryEvent,
  type Host,
  type Journal,
  type Json,
  StateError,
  type TaskRequest,
  type TaskRunner,
} from './host.ts';
export { Suspended } from './interruption.ts';
