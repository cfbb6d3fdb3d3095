import { type Assign, type Definition, type Machine, machinesWithin, type State } from './model.ts';

/** What in a definition points to a state that is not there, or uses a name that is taken. */
export function referenceProblems(definition: Definition): string[] {
  const problems: string[] = [];
  const named = new Map<string, string>();

  function visit(machine: Machine, at: string, outerVariables: ReadonlySet<string>): void {
    const known = (name: string): boolean => Object.hasOwn(machine.States, name);
    const pointsTo = (field: string, name: string): void => {
      if (!known(name)) {
        problems.push(
          `${field}: there is no state ${JSON.stringify(name)} here; there are ${Object.keys(machine.States).join(', ')}`,
        );
      }
    };
    pointsTo(`${at}/StartAt`, machine.StartAt);
    for (const [name, state] of Object.entries(machine.States)) {
      const where = `${at}/States/${name}`;
      // Names are unique in the whole machine, nested states included (statemachine-structure.html).
      const other = named.get(name);
      if (other !== undefined) problems.push(`${where}: the name is taken by ${other}`);
      named.set(name, where);
      if (name.length > 80) problems.push(`${where}: a name has 80 characters at most, this one ${name.length}`);
      problems.push(...transitionProblems(state, where));
      for (const [field, next] of targets(state)) pointsTo(`${where}/${field}`, next);
      // A variable of an inner scope may not have the name of one outside (workflow-variables.html, "Variable scope").
      for (const { field, names } of assignments(state)) {
        for (const variable of names) {
          if (outerVariables.has(variable)) {
            problems.push(`${where}/${field}/${variable}: a state outside assigns $${variable}; take another name`);
          }
        }
      }
      for (const { field, machine: inner } of machinesWithin(state)) {
        visit(inner, `${where}/${field}`, new Set([...outerVariables, ...assignedAround(state, machine)]));
      }
    }
  }

  visit(definition, '', new Set());
  return problems;
}

function transitionProblems(state: State, where: string): string[] {
  if (state.Type === 'Choice' || state.Type === 'Succeed' || state.Type === 'Fail') return [];
  const problems: string[] = [];
  if (state.Next !== undefined && state.End) problems.push(`${where}: has both Next and End; a state has one of them`);
  if (state.Next === undefined && !state.End) problems.push(`${where}: needs Next, or End: true`);
  if (state.Type === 'Wait' && (state.Seconds === undefined) === (state.Timestamp === undefined)) {
    problems.push(`${where}: a Wait state has exactly one of Seconds and Timestamp`);
  }
  return problems;
}

/** Every state that may come after this one, with the field that says so. */
function targets(state: State): [field: string, next: string][] {
  const found: [string, string][] = [];
  if ('Next' in state && state.Next !== undefined) found.push(['Next', state.Next]);
  if (state.Type === 'Choice') {
    state.Choices.forEach((rule, index) => {
      found.push([`Choices[${index}]/Next`, rule.Next]);
    });
    if (state.Default !== undefined) found.push(['Default', state.Default]);
  }
  if ('Catch' in state) {
    state.Catch?.forEach((catcher, index) => {
      found.push([`Catch[${index}]/Next`, catcher.Next]);
    });
  }
  return found;
}

/**
 * The variables that the states of a machine assign, as the branches of one of them see it: what the own Catch of a Parallel
 * assigns may be assigned in its branches too (recorded: localstack/localstack, test_parallel_catch_error).
 */
function assignedAround(state: State, machine: Machine): string[] {
  return Object.values(machine.States).flatMap((other) =>
    assignments(other)
      .filter(({ field }) => other !== state || state.Type !== 'Parallel' || !field.startsWith('Catch'))
      .flatMap(({ names }) => names),
  );
}

function assignments(state: State): { field: string; names: string[] }[] {
  const found: { field: string; names: string[] }[] = [];
  const add = (field: string, variables?: Assign): void => {
    if (variables) found.push({ field, names: Object.keys(variables) });
  };
  if ('Assign' in state) add('Assign', state.Assign);
  if (state.Type === 'Choice') {
    state.Choices.forEach((rule, index) => {
      add(`Choices[${index}]/Assign`, rule.Assign);
    });
  }
  if ('Catch' in state) {
    state.Catch?.forEach((catcher, index) => {
      add(`Catch[${index}]/Assign`, catcher.Assign);
    });
  }
  return found;
}
