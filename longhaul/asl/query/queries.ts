import type jsonata from 'jsonata';
import type { Json } from '../host.ts';
import { compile, isExpression, jsonataOf } from './expression.ts';
import { registerFunctions, surroundingsBinding } from './functions.ts';
import { NotJson, toJson, typeName } from './json-result.ts';

export type Variables = Record<string, Json>;

/** What an expression can read. */
export interface Scope {
  states: { input: Json; result?: Json; errorOutput?: Json; context: Json };
  variables: Variables;
}

/** An expression that gave nothing that can be used. `location` is the field that it stands in: `Arguments/Payload[1]`, if any. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly location: string | undefined;
  constructor(location: string | undefined, message: string) {
    super(message);
    this.location = location;
  }
}

/** Parsed expressions, by text. */
type Compiled = Map<string, jsonata.Expression>;

/** What all executions of a definition share, as long as anybody has the definition. */
const compiledOf = new WeakMap<object, Compiled>();

/** Evaluates the JSONata of one execution; the expressions of a definition are parsed once. */
export class Queries {
  readonly #compiled: Compiled;
  readonly #now: () => number;
  readonly #random: () => number;

  constructor(definition: object, now: () => number, random: () => number) {
    this.#compiled = compiledOf.get(definition) ?? new Map();
    compiledOf.set(definition, this.#compiled);
    this.#now = now;
    this.#random = random;
  }

  /** Every `{% … %}` in the template replaced by its value. Throws a `QueryError`. */
  async template(template: Json, field: string, scope: Scope): Promise<Json> {
    if (typeof template === 'string') return isExpression(template) ? this.#evaluate(template, field, scope) : template;
    if (Array.isArray(template)) {
      const items: Json[] = [];
      for (const [index, item] of template.entries()) {
        items.push(await this.template(item, `${field}[${index}]`, scope));
      }
      return items;
    }
    if (typeof template !== 'object' || template === null) return template;
    const members: [string, Json][] = [];
    for (const [key, value] of Object.entries(template)) {
      if (value !== undefined) members.push([key, await this.template(value, `${field}/${key}`, scope)]);
    }
    return Object.fromEntries(members);
  }

  async #evaluate(expression: string, field: string, scope: Scope): Promise<Json> {
    const subject = `The JSONata expression '${jsonataOf(expression)}' specified for the field '${field}'`;
    let value: unknown;
    try {
      value = await this.#compile(expression).evaluate(undefined, {
        ...scope.variables,
        states: scope.states,
        [surroundingsBinding]: { now: this.#now(), random: this.#random },
      });
      if (value !== undefined) return toJson(value);
    } catch (error) {
      if (error instanceof NotJson) {
        // Recorded: localstack/localstack, test_map_state_items_eval_jsonata_fail[function].
        throw new QueryError(field, `${subject} returned an unsupported result type.`);
      }
      throw new QueryError(field, `${subject} threw an error during evaluation${reason(error)}`);
    }
    throw new QueryError(field, `${subject} returned nothing (undefined).`);
  }

  #compile(expression: string): jsonata.Expression {
    let compiled = this.#compiled.get(expression);
    if (!compiled) {
      compiled = compile(expression);
      registerFunctions(compiled);
      this.#compiled.set(expression, compiled);
    }
    return compiled;
  }
}

/** The error for a result of the wrong type, in the words of Step Functions. */
export function unexpectedType(template: Json, field: string, expected: string, value: Json): QueryError {
  return new QueryError(
    field,
    `The JSONata expression '${expressionText(template)}' specified for the field '${field}' returned an unexpected result type. ` +
      `Expected '${expected}', but was '${typeName(value)}' for value: ${JSON.stringify(value)}`,
  );
}

/** The error for a result of the right type that the field does not accept. */
export function outOfRange(template: Json, field: string, expected: string, value: Json): QueryError {
  return new QueryError(
    field,
    `The JSONata expression '${expressionText(template)}' specified for the field '${field}' returned a value out of range. ` +
      `Expected ${expected}, but was ${JSON.stringify(value)}`,
  );
}

function expressionText(template: Json): string {
  return typeof template === 'string' && isExpression(template) ? jsonataOf(template) : JSON.stringify(template);
}

const boundTexts: Record<string, string> = {
  D1011: 'Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive',
  D1012: 'Expression evaluation timeout: Check for infinite loop',
  D2014: 'Expression evaluation memory limit exceeded: Check for excessive memory usage',
  D2015: 'Expression evaluation memory limit exceeded: Check for excessive memory usage',
};

function reason(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  const bound = code === undefined ? undefined : boundTexts[code];
  if (bound !== undefined) return `: ${bound}`;
  return code === undefined ? `: ${message ?? String(error)}` : `. ${code}: ${message}`;
}
