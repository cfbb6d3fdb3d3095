import { type Comparison, comparison } from './comparison.ts';
import { invalidPattern } from './invalid-pattern.ts';

/** Whether an event, as parsed JSON, fits. */
export type EventPattern = (event: unknown) => boolean;

/** What may not be the name of a field inside `$or`, or it is no alternative but a field of that name. */
const OPERATORS = ['exists', 'prefix', 'suffix', 'equals-ignore-case', 'wildcard', 'numeric', 'cidr', 'anything-but'];

/**
 * Reads an event pattern: every field named must fit (and), with any of its values (or).
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 *
 * In an event, an array stands for each of its elements; fields of one object in the pattern must be found in one element.
 * A dot in a name, there and here, is as good as a level: `"state.status"` and `state: { status }` are the same
 * (recorded: localstack/localstack, test_event_pattern[dot_joining_event] and [dot_joining_pattern]).
 *
 * @throws ServiceError InvalidEventPatternException
 */
export function parsePattern(text: string): EventPattern {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch (error) {
    throw invalidPattern((error as Error).message);
  }
  if (!isObject(pattern)) throw invalidPattern('Filter is not an object');
  return fields(pattern);
}

function fields(pattern: Record<string, unknown>): EventPattern {
  const tests = Object.entries(pattern).map(([name, wanted]): EventPattern => {
    if (name === '$or' && isAlternative(wanted)) {
      const alternatives = wanted.map(fields);
      return (event) => alternatives.some((fits) => fits(event));
    }
    const [head = '', ...deeper] = name.split('.');
    const fits = field(name, deeper.length > 0 ? { [deeper.join('.')]: wanted } : wanted);
    return (event) => fits(isObject(event) ? member(event, head) : undefined);
  });
  if (tests.length === 0) throw invalidPattern('Empty objects are not allowed');
  return (event) => tests.every((fits) => fits(event));
}

/** What an object has below a name without dots, names with dots included. */
function member(object: Record<string, unknown>, name: string): unknown {
  const own = Object.hasOwn(object, name) ? object[name] : undefined;
  const dotted = Object.entries(object).filter(([key]) => key.startsWith(`${name}.`));
  if (dotted.length === 0) return own;
  const below = Object.fromEntries(dotted.map(([key, value]) => [key.slice(name.length + 1), value]));
  if (own === undefined) return below;
  return isObject(own) ? { ...below, ...own } : [own, below].flat();
}

function isAlternative(wanted: unknown): wanted is Record<string, unknown>[] {
  return (
    Array.isArray(wanted) &&
    wanted.length > 1 &&
    wanted.every((one) => isObject(one) && !Object.keys(one).some((name) => OPERATORS.includes(name)))
  );
}

function field(name: string, wanted: unknown): EventPattern {
  if (Array.isArray(wanted)) return leaf(wanted);
  if (!isObject(wanted)) throw invalidPattern(`"${name}" must be an object or an array`);
  const fits = fields(wanted);
  return (value) => {
    const elements = Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value];
    return elements.length === 0 ? fits(undefined) : elements.some(fits);
  };
}

/** A list of values, any of which may be the event's. An object in the event is no value. */
function leaf(wanted: unknown[]): EventPattern {
  if (wanted.length === 0) throw invalidPattern('Empty arrays are not allowed');
  const tests = wanted.map(present);
  return (value) => {
    const all = Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value];
    const values = all.filter((one) => one !== undefined && !isObject(one));
    return tests.some((test) => test(values));
  };
}

/** Of the values that a field has in the event: none when it is not there. */
function present(wanted: unknown): (values: unknown[]) => boolean {
  if (Array.isArray(wanted)) throw invalidPattern('Match value must be String, number, true, false, or null');
  if (!isObject(wanted)) return (values) => values.includes(wanted);
  const [[operator = '', operand] = [], ...more] = Object.entries(wanted);
  if (more.length > 0) throw invalidPattern('Only one key allowed in match expression');
  if (operator === 'exists') {
    if (typeof operand !== 'boolean') throw invalidPattern('exists match pattern must be either true or false.');
    return (values) => values.length > 0 === operand;
  }
  const fits: Comparison = comparison(operator, operand);
  return (values) => values.some(fits);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
