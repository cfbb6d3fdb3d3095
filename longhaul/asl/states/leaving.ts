import type { Branch } from '../branch.ts';
import type { Assign, State, Template } from '../definition/model.ts';
import { type Json, StateError } from '../host.ts';
import { bytesOf, holdToLimit, payloadLimit, variablesLimit } from '../limits.ts';
import type { Variables } from '../query/queries.ts';

/** How a state is left: by a step that assigns variables and enters the next state, or ends the branch when there is none. */
export interface Exit {
  output: Json;
  assigned: Variables;
  next?: string;
}

export interface Departure {
  /** What the output is when the state says nothing of it. */
  output: Json;
  fields: { Assign?: Assign | undefined; Output?: Template | undefined };
  next: string | undefined;
  /** `Choices[1]/`, `Catch[0]/`: where the fields stand in the state. */
  within?: string;
  states?: { result?: Json; errorOutput?: Json };
  /** Variables assigned besides. */
  assigned?: Variables;
}

/**
 * Evaluates `Assign` and `Output`. Both see the variables as they were when the state was entered
 * (workflow-variables.html, "Evaluation order in an assign field").
 */
export async function leave(branch: Branch, departure: Departure): Promise<Exit> {
  const { fields, within = '', states = {} } = departure;
  const assigned: Variables = { ...departure.assigned };
  for (const [name, template] of Object.entries(fields.Assign ?? {})) {
    assigned[name] = await branch.query(template, `${within}Assign/${name}`, states);
  }
  const output =
    fields.Output === undefined ? departure.output : await branch.query(fields.Output, `${within}Output`, states);
  holdVariablesToLimits(branch, assigned);
  holdToLimit(output, branch.position.state);
  return { output, assigned, ...(departure.next !== undefined && { next: departure.next }) };
}

/** `Next`, when the state has one. */
export function nextOf(state: State): string | undefined {
  return 'Next' in state ? state.Next : undefined;
}

function holdVariablesToLimits(branch: Branch, assigned: Variables): void {
  if (Object.keys(assigned).length === 0) return;
  const size = bytesOf(assigned);
  if (size > payloadLimit) {
    throw new StateError(
      'States.DataLimitExceeded',
      `The variables that the state '${branch.position.state}' assigns have ${size} bytes; the limit is ${payloadLimit}.`,
    );
  }
  const total = bytesOf({ ...branch.variables, ...assigned });
  if (total > variablesLimit) {
    throw new StateError(
      'States.DataLimitExceeded',
      `With those that the state '${branch.position.state}' assigns, all variables have ${total} bytes; the limit is ${variablesLimit}.`,
    );
  }
}
