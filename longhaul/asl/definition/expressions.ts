import { expressionProblems, isExpression } from '../query/expression.ts';
import { type Definition, type Machine, machinesWithin, type State, type Template } from './model.ts';

type Readable = 'result' | 'errorOutput';

/**
 * What is wrong with the JSONata in a definition. Step Functions refuses such a definition when it is created: expressions that do
 * not parse, and `$states.result` or `$states.errorOutput` where there is none (transforming-data.html, "Reserved variable : $states").
 */
export function jsonataProblems(definition: Definition): string[] {
  const problems: string[] = [];

  function check(template: Template | undefined, field: string, readable: readonly Readable[]): void {
    if (typeof template === 'string') {
      if (isExpression(template)) {
        for (const problem of expressionProblems(template)) problems.push(`${field}: ${problem}`);
        for (const name of ['result', 'errorOutput'] as const) {
          if (!readable.includes(name) && reads(template, name)) {
            problems.push(`${field}: $states.${name} cannot be read here; ${availability[name]}`);
          }
        }
      } else if (template.startsWith('{%') || template.endsWith('%}')) {
        problems.push(
          `${field}: an expression starts with {% and ends with %}, with nothing before and after; this is ${JSON.stringify(template)}`,
        );
      }
    } else if (Array.isArray(template)) {
      template.forEach((item, index) => {
        check(item, `${field}[${index}]`, readable);
      });
    } else if (typeof template === 'object' && template !== null) {
      for (const [key, value] of Object.entries(template)) check(value, `${field}/${key}`, readable);
    }
  }

  function visit(machine: Machine, at: string): void {
    for (const [name, state] of Object.entries(machine.States)) {
      const where = `${at}/States/${name}`;
      for (const [field, template, readable] of templates(state)) check(template, `${where}/${field}`, readable);
      for (const inner of machinesWithin(state)) visit(inner.machine, `${where}/${inner.field}`);
    }
  }

  visit(definition, '');
  return problems;
}

const availability: Record<Readable, string> = {
  result: 'it is there in Assign and Output of Task, Parallel and Map states',
  errorOutput: 'it is there in Assign and Output of a Catch',
};

/** Every field of a state that is evaluated, and what of `$states` besides input and context it may read. */
function templates(state: State): [field: string, template: Template | undefined, readable: Readable[]][] {
  const found: [string, Template | undefined, Readable[]][] = [];
  const evaluated = { ...state } as Record<string, Template | undefined>;
  for (const field of plainFields) found.push([field, evaluated[field], []]);
  const own: Readable[] = state.Type === 'Task' || state.Type === 'Parallel' || state.Type === 'Map' ? ['result'] : [];
  found.push(['Assign', evaluated.Assign, own], ['Output', evaluated.Output, own]);
  if (state.Type === 'Choice') {
    state.Choices.forEach((rule, index) => {
      for (const field of ['Condition', 'Assign', 'Output'] as const) {
        found.push([`Choices[${index}]/${field}`, rule[field], []]);
      }
    });
  }
  if ('Catch' in state) {
    state.Catch?.forEach((catcher, index) => {
      for (const field of ['Assign', 'Output'] as const) {
        found.push([`Catch[${index}]/${field}`, catcher[field], ['errorOutput']]);
      }
    });
  }
  return found;
}

const plainFields = [
  'Arguments',
  'TimeoutSeconds',
  'Seconds',
  'Timestamp',
  'Error',
  'Cause',
  'Items',
  'ItemSelector',
  'MaxConcurrency',
  'ToleratedFailureCount',
  'ToleratedFailurePercentage',
];

function reads(expression: string, name: Readable): boolean {
  return new RegExp(`\\$states\\s*\\.\\s*${name}\\b`).test(expression);
}
