import type { Json } from '../host.ts';

/** A value whose strings of the form `{% … %}` are JSONata, at any depth; everything else is literal. */
export type Template = Json;

/** Variable names to the templates of their values. */
export type Assign = Record<string, Template>;

/** A number, or a JSONata expression that gives one. */
export type NumberField = number | string;

export interface Machine {
  StartAt: string;
  States: Record<string, State>;
}

/** A checked definition: every state in it uses JSONata. */
export interface Definition extends Machine {
  /** Of the whole execution, in seconds. */
  TimeoutSeconds?: number;
}

export interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds?: number;
  MaxAttempts?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: 'FULL' | 'NONE';
}

export interface Catcher {
  ErrorEquals: string[];
  Next: string;
  Assign?: Assign;
  Output?: Template;
}

interface Leaving {
  Assign?: Assign;
  Output?: Template;
}

/** Exactly one of both. */
interface Transition {
  Next?: string;
  End?: boolean;
}

interface Failing {
  Retry?: Retrier[];
  Catch?: Catcher[];
}

export interface PassState extends Leaving, Transition {
  Type: 'Pass';
}

export interface TaskState extends Leaving, Transition, Failing {
  Type: 'Task';
  Resource: string;
  Arguments?: Template;
  TimeoutSeconds?: NumberField;
}

export interface ChoiceRule extends Leaving {
  Condition: string | boolean;
  Next: string;
}

export interface ChoiceState extends Leaving {
  Type: 'Choice';
  Choices: ChoiceRule[];
  Default?: string;
}

/** Has exactly one of `Seconds` and `Timestamp`. */
export interface WaitState extends Leaving, Transition {
  Type: 'Wait';
  Seconds?: NumberField;
  Timestamp?: string;
}

export interface SucceedState {
  Type: 'Succeed';
  Output?: Template;
}

export interface FailState {
  Type: 'Fail';
  Error?: string;
  Cause?: string;
}

export interface ParallelState extends Leaving, Transition, Failing {
  Type: 'Parallel';
  Arguments?: Template;
  Branches: Machine[];
}

export interface MapState extends Leaving, Transition, Failing {
  Type: 'Map';
  Items?: Template;
  ItemSelector?: Template;
  ItemProcessor: Machine;
  MaxConcurrency?: NumberField;
  ToleratedFailureCount?: NumberField;
  ToleratedFailurePercentage?: NumberField;
}

export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;

/** The machines inside a state, with the field that they stand in. */
export function machinesWithin(state: State): { field: string; machine: Machine }[] {
  if (state.Type === 'Map') return [{ field: 'ItemProcessor', machine: state.ItemProcessor }];
  if (state.Type === 'Parallel') {
    return state.Branches.map((machine, index) => ({ field: `Branches[${index}]`, machine }));
  }
  return [];
}
