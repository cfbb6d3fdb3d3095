import type { Clock, HistoryEvent, Journal, Json } from './host.ts';

/** An event without its place in the history: the name of its details and the details, as `GetExecutionHistory` has them. */
export interface Draft {
  type: string;
  details: Record<string, unknown>;
  /** The event that it follows, when that is not the one before it in the same branch. */
  previous?: number;
  /** The next event of the branch does not follow this one, but the one before it. */
  aside?: true;
}

/** Numbers the events of an execution, across all its branches. */
export class History {
  #last: number;
  readonly #clock: Clock;

  constructor(journal: Journal, clock: Clock) {
    this.#last = journal.lastEventId();
    this.#clock = clock;
  }

  /** Gives events their ids, one after the other; the first follows `previous`, and what comes next follows `last`. */
  stamp(drafts: Draft[], previous: number): { events: HistoryEvent[]; last: number } {
    const timestamp = this.#clock.now();
    let before = previous;
    const events = drafts.map((draft) => {
      this.#last += 1;
      const event = {
        id: this.#last,
        previousEventId: draft.previous ?? before,
        timestamp,
        type: draft.type,
        ...draft.details,
      };
      if (!draft.aside) before = event.id;
      return event;
    });
    return { events, last: before };
  }
}

const whole = { truncated: false };

export function executionStarted(input: Json, roleArn: string): Draft {
  const executionStartedEventDetails = { input: JSON.stringify(input), inputDetails: whole, roleArn };
  return { type: 'ExecutionStarted', details: { executionStartedEventDetails } };
}

export function executionSucceeded(output: Json): Draft {
  const executionSucceededEventDetails = { output: JSON.stringify(output), outputDetails: whole };
  return { type: 'ExecutionSucceeded', details: { executionSucceededEventDetails } };
}

/**
 * Ends that carry an error; an empty error or cause is left out, as in the answers of Step Functions. ExecutionAborted
 * follows no event (recorded: localstack/localstack, test_sfn_api.py, test_stop_execution).
 */
export function executionEnded(type: 'Failed' | 'Aborted' | 'TimedOut', error = '', cause = ''): Draft {
  return {
    type: `Execution${type}`,
    details: { [`execution${type}EventDetails`]: { ...(error && { error }), ...(cause && { cause }) } },
    ...(type === 'Aborted' && { previous: 0 }),
  };
}

export function stateEntered(type: string, name: string, input: Json, previous?: number): Draft {
  const stateEnteredEventDetails = { name, input: JSON.stringify(input), inputDetails: whole };
  return {
    type: `${type}StateEntered`,
    details: { stateEnteredEventDetails },
    ...(previous !== undefined && { previous }),
  };
}

export function stateExited(type: string, name: string, output: Json, assigned?: Record<string, Json>): Draft {
  const variables = Object.entries(assigned ?? {}).map(([key, value]) => [key, JSON.stringify(value)]);
  const stateExitedEventDetails = {
    name,
    output: JSON.stringify(output),
    outputDetails: whole,
    ...(variables.length > 0 && {
      assignedVariables: Object.fromEntries(variables),
      assignedVariablesDetails: whole,
    }),
  };
  return { type: `${type}StateExited`, details: { stateExitedEventDetails } };
}

/** `location` is left out when the state's input is at fault, and no field. */
export function evaluationFailed(
  state: string,
  { error, cause, location }: { error: string; cause: string; location: string | undefined },
  previous?: number,
): Draft {
  const evaluationFailedEventDetails = { state, error, cause, ...(location !== undefined && { location }) };
  return {
    type: 'EvaluationFailed',
    details: { evaluationFailedEventDetails },
    ...(previous !== undefined && { previous }),
  };
}

/** Events of the history without details, and those of Map iterations. */
export function plain(type: string): Draft {
  return { type, details: {} };
}

export function mapIteration(type: 'Started' | 'Succeeded' | 'Failed' | 'Aborted', name: string, index: number): Draft {
  return { type: `MapIteration${type}`, details: { [`mapIteration${type}EventDetails`]: { name, index } } };
}
